using Mammoth.Migration.Recovery;
using Mammoth.Migration.Runs;
using Mammoth.Orchestrations.Runtime;

namespace Mammoth.Orchestrations.Recovery;

/// <summary>Remembers which tables were rehearsed, so that others have their turn the next time.</summary>
public sealed class RecordRehearsal(MigrationSite site) : Activity<RecordRehearsal, RecordRehearsal.Input, Nothing>
{
    /// <param name="Plan">Where the plan lies.</param>
    public sealed record Input(string Run, string Plan);

    public override async Task<Nothing> Run(ActivityContext context, Input input)
    {
        RecoveryPlan plan = await site.Folder(input.Run).Read<RecoveryPlan>(input.Plan, context.Cancellation);
        await RehearsalTimes.Record(site.Io, site.Root, plan.Tables.Select(t => t.Table), DateTimeOffset.UtcNow, context.Cancellation);
        return default;
    }
}
