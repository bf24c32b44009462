using Mammoth.Iceberg.Faults;
using Mammoth.Iceberg.IO;
using Mammoth.Migration.Runs;

namespace Mammoth.Migration.Snapshots;

/// <summary>That an epoch's snapshot is no longer needed: a file in the run's folder, for which its holders look.</summary>
public static class SnapshotRelease
{
    /// <summary>How often whoever waits looks for a file of the snapshot.</summary>
    internal static readonly TimeSpan Poll = TimeSpan.FromMilliseconds(200);

    /// <summary>Lets the epoch's holders go.</summary>
    public static async Task Give(MigrationSite site, string run, int epoch, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(site);
        RunFolder folder = site.Folder(run);
        site.Release(run, epoch);
        try
        {
            await folder.Write(Location(folder, epoch), new { epoch }, cancellation);
            await Failpoints.SnapshotReleased.Pass();
        }
        catch (PreconditionFailedException)
        {
            // Released before.
        }
    }

    internal static Task<bool> IsGiven(RunFolder folder, int epoch, CancellationToken cancellation) => folder.Exists(Location(folder, epoch), cancellation);

    private static string Location(RunFolder folder, int epoch) => folder.Fixed($"released/{epoch}.json");
}
