using Mammoth.Iceberg.IO;
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
            PrivateFolder.Create(Path.GetDirectoryName(journal)!);
            return new(Open(journal));
        }
        catch (UnauthorizedAccessException e)
        {
            throw new JournalException($"The journal {journal} can't be written.", "Check the permissions of the file and its folder.", e);
        }
        catch (IOException e) when (IsHeld(e))
        {
            throw new JournalException($"The journal {journal} is in use by {Holder(journal)}.", "Wait for it to end, or end it; the work goes on from where it was.", e);
        }
        catch (IOException e) when (DiskFull.Is(e))
        {
            throw JournalException.OfFullDisk(journal, e);
        }
        catch (IOException e)
        {
            throw new JournalException($"The journal {journal} can't be created: {e.Message}", "Make its folder writable, or name another place.", e);
        }
    }

    /// <summary>Whether no process has a journal now.</summary>
    internal static bool IsFree(string journal)
    {
        try
        {
            Take(journal).Dispose();
            return true;
        }
        catch (JournalException)
        {
            return false;
        }
    }

    public void Dispose() => file.Dispose();

    /// <summary>Whoever only asks whether it is free (<see cref="IsFree"/>) has it for a moment: that is waited for.</summary>
    private static FileStream Open(string journal)
    {
        for (int attempt = 1; ; attempt++)
        {
            try
            {
                return new FileStream(journal + ".lock", FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
            }
            catch (IOException e) when (IsHeld(e) && attempt < 4)
            {
                Thread.Sleep(50 * attempt);
            }
        }
    }

    /// <summary>EAGAIN (Linux 11, BSD and macOS 35) and Windows' sharing and lock violations; a full or read-only disk is another matter.</summary>
    private static bool IsHeld(IOException e) => (e.HResult & 0xFFFF) is 11 or 35 or 32 or 33;

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
