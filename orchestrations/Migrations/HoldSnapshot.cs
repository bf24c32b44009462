using Mammoth.Migration.Runs;
using Mammoth.Migration.Snapshots;
using Mammoth.Orchestrations.Runtime;

namespace Mammoth.Orchestrations.Migrations;

/// <summary>Takes the snapshot of an epoch and holds it until it is released. An epoch's snapshot is taken once: run again, it reports the loss.</summary>
public sealed class HoldSnapshot(MigrationSite site) : Activity<HoldSnapshot, HoldSnapshot.Input, HoldSnapshot.Result>
{
    public sealed record Input(string Run, int Epoch);

    /// <param name="Held">How long, for the log.</param>
    public sealed record Result(TimeSpan Held);

    public override async Task<Result> Run(ActivityContext context, Input input) =>
        new(await SnapshotHold.Run(site, input.Run, input.Epoch, context.Cancellation));
}
