using Mammoth.Iceberg.IO;
using Mammoth.Migration.Publishing;
using Mammoth.Migration.Runs;

namespace Mammoth.Migration.Cleaning;

/// <summary>Runs that have a record, and neither a report nor another end: at work, interrupted, or killed. Any of them may be gone on with, however old it is.</summary>
internal static class UnfinishedRuns
{
    /// <param name="files">All files of the warehouse.</param>
    public static IReadOnlyList<string> Of(string root, IEnumerable<FileEntry> files)
    {
        string runs = $"{root}/_mammoth/runs/";
        var begun = new HashSet<string>(StringComparer.Ordinal);
        var ended = new HashSet<string>(StringComparer.Ordinal);
        foreach (string[] path in files.Where(f => f.Location.StartsWith(runs, StringComparison.Ordinal)).Select(f => f.Location[runs.Length..].Split('/', 2)))
        {
            if (path is [var run, RunRecord.FileName])
            {
                begun.Add(run);
            }
            else if (path is [var over, var file] && (file == EndedRun.FileName || (file.StartsWith("report-", StringComparison.Ordinal) && file.EndsWith(".json", StringComparison.Ordinal))))
            {
                ended.Add(over);
            }
        }

        return [.. begun.Except(ended)];
    }

    /// <summary>
    /// Which of these runs a file may be of; null: of none. A file's name tells it, but for metadata files: as long as a run has not ended, one that the catalog does not
    /// name may be what it is about to.
    /// </summary>
    public static string? Owner(IReadOnlyList<string> runs, string location)
    {
        if (location.Contains("/_mammoth/metadata/", StringComparison.Ordinal))
        {
            return runs.Count > 0 ? runs[0] : null;
        }

        return Leftovers.RunOf(location[(location.LastIndexOf('/') + 1)..]) is { } run && runs.Contains(run) ? run : null;
    }
}
