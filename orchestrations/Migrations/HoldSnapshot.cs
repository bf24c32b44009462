using Mammoth.Migration.Runs;
using Mammoth.Migration.Snapshots;
using Mammoth.Orchestrations.Runtime;

namespace Mammoth.Orchestrations.Migrations;

/// <summary>Holds the snapshot of an epoch for a shift. It is taken once: run again, the shift takes it over from another holder, or reports the loss.</summary>
public sealed class HoldSnapshot(MigrationSite site) : Activity<HoldSnapshot, HoldSnapshot.Input, HoldSnapshot.Result>
{
    public sealed record Input(string Run, HolderShift Shift);

    public sealed record Result(ShiftEnd End);

    public override async Task<Result> Run(ActivityContext context, Input input)
    {
        // For as long as a run copies, somebody holds its snapshot.
        await using RunClaim claim = await RunClaim.KeepDuring(site, input.Run, begins: input.Shift is { Seat: 1, Number: 0 }, context.Cancellation);
        return new(await SnapshotHold.Run(site, input.Run, input.Shift, context.Cancellation));
    }
}
