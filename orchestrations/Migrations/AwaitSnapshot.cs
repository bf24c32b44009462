using Mammoth.Migration.Runs;
using Mammoth.Migration.Snapshots;
using Mammoth.Orchestrations.Runtime;

namespace Mammoth.Orchestrations.Migrations;

/// <summary>Waits until the epoch's snapshot is held, and gives its token; or fails where it is released before that.</summary>
public sealed class AwaitSnapshot(MigrationSite site) : Activity<AwaitSnapshot, AwaitSnapshot.Input, AwaitSnapshot.Result>
{
    public sealed record Input(string Run, int Epoch);

    /// <param name="Token">By which sessions take up the snapshot.</param>
    public sealed record Result(string Token);

    public override async Task<Result> Run(ActivityContext context, Input input) =>
        new((await HeldSnapshot.Await(site, input.Run, input.Epoch, context.Cancellation)).Token);
}
