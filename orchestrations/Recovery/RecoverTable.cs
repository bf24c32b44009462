using System.Globalization;
using Mammoth.Migration.Recovery;
using Mammoth.Migration.Runs;
using Mammoth.Orchestrations.Runtime;

namespace Mammoth.Orchestrations.Recovery;

/// <summary>Brings one table back, and compares. Done again it begins with an empty table; done twice at the same time, one waits for the other.</summary>
public sealed class RecoverTable(MigrationSite site) : Activity<RecoverTable, RecoverTable.Input, RecoverTable.Result>
{
    /// <param name="Plan">Where the plan lies.</param>
    /// <param name="Table">The table's place in it.</param>
    public sealed record Input(string Run, string Plan, PreparedDatabase Database, int Table);

    /// <param name="Rehearsal">Where the <see cref="TableRehearsal"/> lies.</param>
    public sealed record Result(string Rehearsal, bool Holds, long Rows);

    public override async Task<Result> Run(ActivityContext context, Input input)
    {
        RunFolder folder = site.Folder(input.Run);
        RecoveryPlan plan = await folder.Read<RecoveryPlan>(input.Plan, context.Cancellation);
        TableRehearsal back = await TableRecovery.Run(site.Recovery, plan, input.Database, input.Table, keep: false, context.Cancellation);
        if (back.Problem is { } problem)
        {
            // A timer began it, as a rule: nobody looks, unless told.
            await RunWarnings.TellOnce(site, input.Run, $"{back.Table} did not come back as it was published: {problem}");
        }
        else if (back.QuarantinedNotBack > 0)
        {
            await RunWarnings.TellOnce(site, input.Run, string.Create(CultureInfo.InvariantCulture, $"{back.Table} came back as it was published, but {back.QuarantinedNotBack:N0} of its {back.Quarantined:N0} rows in quarantine did not: PostgreSQL does not take them."));
        }

        return new(await folder.Write(folder.Fresh($"rehearsals/{input.Table}"), back, context.Cancellation), back.Holds, back.Rows);
    }
}
