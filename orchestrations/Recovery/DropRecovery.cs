using Mammoth.Migration.Recovery;
using Mammoth.Migration.Runs;
using Mammoth.Orchestrations.Runtime;

namespace Mammoth.Orchestrations.Recovery;

/// <summary>Drops the scratch databases of a run.</summary>
public sealed class DropRecovery(MigrationSite site) : Activity<DropRecovery, DropRecovery.Input, Nothing>
{
    public sealed record Input(string Run);

    public override async Task<Nothing> Run(ActivityContext context, Input input)
    {
        await ScratchDatabase.DropOf(site.Recovery.Server, input.Run, context.Cancellation);
        return default;
    }
}
