using Mammoth.Iceberg.Faults;
using Mammoth.Iceberg.IO;
using Mammoth.Migration.Errors;
using Mammoth.Migration.Runs;

namespace Mammoth.Migration.Snapshots;

/// <summary>A snapshot that is or was held, as a file in the run's folder makes it known.</summary>
/// <param name="Epoch">Which of the run's snapshots, from 1.</param>
/// <param name="Token">The first holder's token: what <c>pg_export_snapshot</c> gave, and a fingerprint of what it sees.</param>
/// <param name="Visible"><c>pg_current_snapshot()</c>.</param>
public sealed record HeldSnapshot(int Epoch, string Token, string Visible, string? Lsn, DateTimeOffset TakenAt)
{
    private const string Folder = "snapshots/";

    /// <summary>Waits until the epoch's snapshot is held.</summary>
    /// <exception cref="SnapshotLostException">It was released without having been held: its holder failed.</exception>
    public static async Task<HeldSnapshot> Await(MigrationSite site, string run, int epoch, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(site);
        return await TryAwait(site.Folder(run), epoch, cancellation)
            ?? throw new SnapshotLostException($"The snapshot of epoch {epoch} was given up before it was held.");
    }

    /// <summary>The snapshots a run has read, in order. An epoch whose snapshot could not be taken has none.</summary>
    public static async Task<IReadOnlyList<HeldSnapshot>> All(MigrationSite site, string run, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(site);
        RunFolder folder = site.Folder(run);
        var all = new List<HeldSnapshot>();
        await foreach (FileEntry file in site.Io.List(folder.Fixed(Folder), cancellation))
        {
            // A run that an earlier version began has files of holders and releases here, too, which see nothing.
            if (await folder.TryRead<HeldSnapshot>(file.Location, cancellation) is { Visible: not null } held)
            {
                all.Add(held);
            }
        }

        all.Sort((a, b) => a.Epoch.CompareTo(b.Epoch));
        return all;
    }

    /// <summary>Waits until the epoch's snapshot is held; null where it was released without having been.</summary>
    internal static async Task<HeldSnapshot?> TryAwait(RunFolder folder, int epoch, CancellationToken cancellation)
    {
        while (true)
        {
            if (await TryRead(folder, epoch, cancellation) is { } held)
            {
                return held;
            }

            if (await SnapshotRelease.IsGiven(folder, epoch, cancellation))
            {
                return null;
            }

            await Task.Delay(SnapshotRelease.Poll, cancellation);
        }
    }

    /// <summary>The epoch's snapshot, or null where it was not taken yet.</summary>
    internal static Task<HeldSnapshot?> TryRead(RunFolder folder, int epoch, CancellationToken cancellation) =>
        folder.TryRead<HeldSnapshot>(Location(folder, epoch), cancellation);

    /// <returns>Whether it was not known yet.</returns>
    internal async Task<bool> MakeKnown(RunFolder folder, CancellationToken cancellation)
    {
        try
        {
            await folder.Write(Location(folder, Epoch), this, cancellation);
            await Failpoints.SnapshotKnown.Pass();
            return true;
        }
        catch (PreconditionFailedException)
        {
            return false;
        }
    }

    private static string Location(RunFolder folder, int epoch) => folder.Fixed($"{Folder}{epoch}.json");
}
