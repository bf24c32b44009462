using Microsoft.Data.Sqlite;

namespace Mammoth.Orchestrations.Local;

/// <summary>One process per journal: a file beside it that the operating system lets go of when the process ends, however it ends.</summary>
internal sealed class JournalLock : IDisposable
{
    private readonly FileStream file;

    private JournalLock(FileStream file) => this.file = file;

    /// <exception cref="JournalException">Another process has it.</exception>
    internal static JournalLock Take(string journal)
    {
        try
        {
            Directory.CreateDirectory(Path.GetDirectoryName(journal)!);
            return new(new FileStream(journal + ".lock", FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None));
        }
        catch (UnauthorizedAccessException e)
        {
            throw new JournalException($"The journal {journal} can't be written.", "Check the permissions of the file and its folder.", e);
        }
        catch (IOException e) when (File.Exists(journal + ".lock"))
        {
            throw new JournalException($"The journal {journal} is in use by {Holder(journal)}.", "Wait for it to end, or end it; the work goes on from where it was.", e);
        }
        catch (IOException e)
        {
            throw new JournalException($"The journal {journal} can't be created: {e.Message}", "Name another place for it, or make this one writable.", e);
        }
    }

    public void Dispose() => file.Dispose();

    private static string Holder(string journal)
    {
        try
        {
            using var connection = new SqliteConnection(new SqliteConnectionStringBuilder { DataSource = journal, Pooling = false, Mode = SqliteOpenMode.ReadOnly }.ToString());
            connection.Open();
            using var command = connection.CreateCommand();
            command.CommandText = "SELECT process FROM holder";
            return command.ExecuteScalar() as string ?? "another process";
        }
        catch (SqliteException)
        {
            // The holder is just creating it; who it is only embellishes the message.
            return "another process";
        }
    }
}
