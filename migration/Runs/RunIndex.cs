using Mammoth.Iceberg.IO;
using Mammoth.Migration.Plans;

namespace Mammoth.Migration.Runs;

/// <summary>What a run is for.</summary>
public enum RunKind
{
    Migration,

    /// <summary>The plan of a migration under a snapshot; nothing is copied.</summary>
    DryRun,

    /// <summary>Published tables are read again.</summary>
    Verification,

    /// <summary>The source is held against what the warehouse has of it.</summary>
    Drift,

    /// <summary>Published tables are brought back into a PostgreSQL, and compared there.</summary>
    Rehearsal,
}

/// <summary>A run that was asked for.</summary>
/// <param name="Source">The source without its secrets.</param>
public sealed record RunEntry(string Run, RunKind Kind, DateTimeOffset Requested, string Source, MigrationOptions Options);

/// <summary>
/// The warehouse's list of runs, one small file each, so that they are found without listing what the runs wrote, whichever host ran them.
/// </summary>
public static class RunIndex
{
    /// <summary>Adds a run, unless it is there.</summary>
    public static async Task Add(MigrationSite site, RunEntry entry, CancellationToken cancellation)
    {
        RunFolder folder = Folder(site);
        try
        {
            await folder.Write(folder.Fixed($"{entry.Run}.json"), entry, cancellation);
        }
        catch (PreconditionFailedException)
        {
            // It was asked for before: a request that is made twice is one run.
        }
    }

    /// <summary>Takes a run from the list; one that is not there is no error.</summary>
    public static Task Remove(MigrationSite site, string run, CancellationToken cancellation) =>
        site.Io.Delete(Folder(site).Fixed($"{run}.json"), cancellation);

    /// <summary>A run, or null where there is none of that id.</summary>
    public static Task<RunEntry?> Find(MigrationSite site, string run, CancellationToken cancellation)
    {
        RunFolder folder = Folder(site);
        return folder.TryRead<RunEntry>(folder.Fixed($"{run}.json"), cancellation);
    }

    /// <summary>The ids of all runs, the latest first: an id begins with its time, unless somebody chose another.</summary>
    public static async Task<IReadOnlyList<string>> Ids(MigrationSite site, CancellationToken cancellation)
    {
        string prefix = $"{Folder(site).Location}/";
        var ids = new List<string>();
        await foreach (FileEntry file in site.Io.List(prefix, cancellation))
        {
            if (file.Location.EndsWith(".json", StringComparison.Ordinal))
            {
                ids.Add(file.Location[prefix.Length..^".json".Length]);
            }
        }

        ids.Sort((a, b) => string.CompareOrdinal(b, a));
        return ids;
    }

    // No run's id begins with a dot.
    private static RunFolder Folder(MigrationSite site) => site.Folder(".index");
}
