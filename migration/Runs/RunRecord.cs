using System.Globalization;
using Mammoth.Iceberg.IO;
using Mammoth.Migration.Plans;

namespace Mammoth.Migration.Runs;

/// <summary>What a run was asked to do; written once when it starts, read by every activity.</summary>
/// <param name="Source">The source without its secrets, for people.</param>
public sealed record RunRecord(string RunId, MigrationOptions Options, string Source, DateTimeOffset Started)
{
    /// <summary>A new run's id: sorts by time, unique, safe in a path and in a tag.</summary>
    public static string NewId(DateTimeOffset now) =>
        $"{now.UtcDateTime:yyyyMMdd'T'HHmmss}-{Guid.NewGuid().ToString("N")[..6]}";

    /// <summary>When the id was made; null where somebody chose it.</summary>
    internal static DateTimeOffset? TimeOf(string runId) =>
        runId.Length == 22 && runId[15] == '-' && DateTimeOffset.TryParseExact(runId[..15], "yyyyMMdd'T'HHmmss", CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out DateTimeOffset time) ? time : null;

    /// <summary>The tag that the run's snapshots carry.</summary>
    public static string Tag(string runId) => $"mammoth-{runId}";

    internal const string FileName = "run.json";

    /// <summary>Writes the record, unless the run was begun before.</summary>
    /// <exception cref="Errors.UsageException">It was given up.</exception>
    public static async Task<RunRecord> Begin(MigrationSite site, RunRecord record, CancellationToken cancellation)
    {
        if (await TryRead(site, record.RunId, cancellation) is { } begun)
        {
            await EndedRun.Refuse(site, record.RunId, cancellation);
            return begun;
        }

        RunFolder folder = site.Folder(record.RunId);
        await folder.Write(folder.Fixed(FileName), record, cancellation);
        await RunIndex.Add(site, new RunEntry(record.RunId, RunKind.Migration, record.Started, record.Source, record.Options), cancellation);
        return record;
    }

    /// <summary>Takes back a run that ended before the first table was opened: it did nothing, and leaves nothing.</summary>
    /// <returns>Whether it was so.</returns>
    public static async Task<bool> Withdraw(MigrationSite site, string runId, CancellationToken cancellation)
    {
        RunFolder folder = site.Folder(runId);
        await foreach (FileEntry _ in site.Io.List(folder.Fixed("tables/"), cancellation))
        {
            return false;
        }

        var files = new List<string>();
        await foreach (FileEntry file in site.Io.List(folder.Fixed(""), cancellation))
        {
            files.Add(file.Location);
        }

        // The record last: while it is there, nobody takes the id for a new one.
        string record = folder.Fixed(FileName);
        foreach (string file in files.Where(f => f != record).Append(record))
        {
            await site.Io.Delete(file, cancellation);
        }

        site.Io.DropEmptyFolders(folder.Location);
        await RunIndex.Remove(site, runId, cancellation);
        return true;
    }

    /// <summary>The record of a run, or null where there is no such run.</summary>
    public static Task<RunRecord?> TryRead(MigrationSite site, string runId, CancellationToken cancellation)
    {
        RunFolder folder = site.Folder(runId);
        return folder.TryRead<RunRecord>(folder.Fixed(FileName), cancellation);
    }

    public static Task<RunRecord> Read(MigrationSite site, string runId, CancellationToken cancellation)
    {
        RunFolder folder = site.Folder(runId);
        return folder.Read<RunRecord>(folder.Fixed(FileName), cancellation);
    }
}
