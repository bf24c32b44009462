using Mammoth.Migration.Plans;

namespace Mammoth.Migration.Runs;

/// <summary>What a run was asked to do; written once when it starts, read by every activity.</summary>
/// <param name="Source">The source without its secrets, for people.</param>
public sealed record RunRecord(string RunId, MigrationOptions Options, string Source, DateTimeOffset Started)
{
    /// <summary>A new run's id: sorts by time, unique, safe in a path and in a tag.</summary>
    public static string NewId(DateTimeOffset now) =>
        $"{now.UtcDateTime:yyyyMMdd'T'HHmmss}-{Guid.NewGuid().ToString("N")[..6]}";

    /// <summary>The tag that the run's snapshots carry.</summary>
    public static string Tag(string runId) => $"mammoth-{runId}";

    private const string FileName = "run.json";

    /// <summary>Writes the record, unless the run was begun before.</summary>
    public static async Task<RunRecord> Begin(MigrationSite site, RunRecord record, CancellationToken cancellation)
    {
        if (await TryRead(site, record.RunId, cancellation) is { } begun)
        {
            return begun;
        }

        RunFolder folder = site.Folder(record.RunId);
        await folder.Write(folder.Fixed(FileName), record, cancellation);
        await RunIndex.Add(site, new RunEntry(record.RunId, RunKind.Migration, record.Started, record.Source, record.Options), cancellation);
        return record;
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
