using Mammoth.Migration.Errors;
using Microsoft.Data.Sqlite;

namespace Mammoth.Orchestrations.Local;

/// <summary>The journal can't be used: held by another process, damaged, not a journal, or its disk is full.</summary>
public sealed class JournalException(string message, string wayOut, Exception? inner = null) : MammothException(message, wayOut, inner)
{
    private const int ReadOnly = 8;
    private const int IoError = 10;
    private const int Corrupt = 11;
    private const int Full = 13;
    private const int CantOpen = 14;
    private const int NotADatabase = 26;

    /// <summary>By so much the file beside a journal in WAL mode grows.</summary>
    private const int SharedMemoryBytes = 32 << 10;

    public override string Code => "journal";

    internal static JournalException OfFullDisk(string path, Exception e) =>
        new($"The disk that holds the journal {path} is full.", "Free some space there and run the same command again: it goes on where it was.", e);

    internal static JournalException Of(string path, SqliteException e) => e.SqliteErrorCode switch
    {
        Full => OfFullDisk(path, e),

        // Where the file beside it that WAL needs can't grow, SQLite does not say why.
        IoError when HasNoSpace(path) => OfFullDisk(path, e),
        Corrupt => new($"The journal {path} is damaged ({e.Message}).", "Move it away and run the command again: it starts from the beginning, and finds what is already published.", e),
        NotADatabase => new($"{path} is not a journal.", "Move it away, or name another file.", e),
        ReadOnly => new($"The journal {path} can't be written.", "Check the permissions of the file and its folder.", e),
        CantOpen => new($"The journal {path} can't be opened.", "Check that its folder exists and that you may write there.", e),
        _ => new($"The journal {path} can't be used: {e.Message}", "Run the same command again; where it fails again, move the journal away.", e),
    };

    private static bool HasNoSpace(string path)
    {
        try
        {
            return new DriveInfo(Path.GetDirectoryName(path)!).AvailableFreeSpace < SharedMemoryBytes;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException)
        {
            return false;
        }
    }
}
