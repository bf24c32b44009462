using Mammoth.Migration.Runs;
using Mammoth.Migration.Snapshots;
using Mammoth.Orchestrations.Runtime;

namespace Mammoth.Orchestrations.Migrations;

/// <summary>Tells the holder that the epoch's snapshot is no longer needed.</summary>
public sealed class ReleaseSnapshot(MigrationSite site) : Activity<ReleaseSnapshot, ReleaseSnapshot.Input, Nothing>
{
    /// <param name="Because">What the run's reader should know of it; null: it has done its work.</param>
    public sealed record Input(string Run, int Epoch, string? Because = null);

    public override async Task<Nothing> Run(ActivityContext context, Input input)
    {
        await SnapshotRelease.Give(site, input.Run, input.Epoch, context.Cancellation);
        if (input.Because is { } because)
        {
            await RunWarnings.Tell(site, input.Run, because);
        }

        return default;
    }
}
