using Mammoth.Migration.Recovery;
using Mammoth.Migration.Runs;
using Mammoth.Orchestrations.Runtime;

namespace Mammoth.Orchestrations.Recovery;

/// <summary>Makes the scratch database of a rehearsal, with the types that its tables need. Done twice, it makes two, and both are dropped at the end.</summary>
public sealed class PrepareRecovery(MigrationSite site) : Activity<PrepareRecovery, PrepareRecovery.Input, PreparedDatabase>
{
    public sealed record Input(string Run, string Plan);

    public override async Task<PreparedDatabase> Run(ActivityContext context, Input input)
    {
        RecoveryPlan plan = await site.Folder(input.Run).Read<RecoveryPlan>(input.Plan, context.Cancellation);
        PreparedDatabase made = await PreparedDatabase.Make(site.Recovery, input.Run, plan, keep: false, context.Cancellation);
        foreach (LeftDatabase left in made.Left)
        {
            await RunWarnings.TellOnce(site, input.Run, left.ToString());
        }

        return made;
    }
}
