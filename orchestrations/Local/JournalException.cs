using Microsoft.Data.Sqlite;

namespace Mammoth.Orchestrations.Local;

/// <summary>The journal can't be used: held by another process, damaged, not a journal, or its disk is full. The message says what to do.</summary>
public sealed class JournalException(string message, Exception? inner = null) : IOException(message, inner)
{
    private const int Full = 13;
    private const int Corrupt = 11;
    private const int NotADatabase = 26;
    private const int ReadOnly = 8;
    private const int CantOpen = 14;

    internal static JournalException Of(string path, SqliteException e) => new(
        e.SqliteErrorCode switch
        {
            Full => $"The disk that holds the journal {path} is full. Free some space and run the same command again: it goes on where it was.",
            Corrupt => $"The journal {path} is damaged ({e.Message}). Move it away and run the command again: it starts from the beginning, and finds what is already published.",
            NotADatabase => $"{path} is not a journal. Name another file, or move this one away.",
            ReadOnly => $"The journal {path} can't be written. Check the permissions of the file and its folder.",
            CantOpen => $"The journal {path} can't be opened. Check that its folder exists and that you may write there.",
            _ => $"The journal {path} can't be used: {e.Message}",
        },
        e);
}
