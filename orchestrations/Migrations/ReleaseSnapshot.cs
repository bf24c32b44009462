using Mammoth.Migration.Runs;
using Mammoth.Migration.Snapshots;
using Mammoth.Orchestrations.Runtime;

namespace Mammoth.Orchestrations.Migrations;

/// <summary>Tells the holder that the epoch's snapshot is no longer needed.</summary>
public sealed class ReleaseSnapshot(MigrationSite site) : Activity<ReleaseSnapshot, ReleaseSnapshot.Input, Nothing>
{
    public sealed record Input(string Run, int Epoch);

    public override async Task<Nothing> Run(ActivityContext context, Input input)
    {
        await SnapshotRelease.Give(site, input.Run, input.Epoch, context.Cancellation);
        return default;
    }
}
