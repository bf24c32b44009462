using System.Globalization;
using Mammoth.Migration.Recovery;
using Mammoth.Migration.Runs;
using Mammoth.Orchestrations.Runtime;

namespace Mammoth.Orchestrations.Recovery;

/// <summary>
/// Brings one table back, compares, and remembers when that was, so that others have their turn the next time, whatever becomes of this run. Done again it begins with an empty table; done twice at the
/// same time, one waits for the other.
/// </summary>
public sealed class RecoverTable(MigrationSite site) : Activity<RecoverTable, RecoverTable.Input, RecoverTable.Result>
{
    /// <param name="Plan">Where the plan lies.</param>
    /// <param name="Table">The table's place in it.</param>
    /// <param name="GivenUp">Why it is not tried any more, which is its result then; null: it is.</param>
    public sealed record Input(string Run, string Plan, PreparedDatabase Database, int Table, string? GivenUp = null);

    /// <param name="Rehearsal">Where the <see cref="TableRehearsal"/> lies.</param>
    public sealed record Result(string Rehearsal, bool Holds, long Rows);

    public override async Task<Result> Run(ActivityContext context, Input input)
    {
        RunFolder folder = site.Folder(input.Run);
        RecoveryPlan plan = await folder.Read<RecoveryPlan>(input.Plan, context.Cancellation);
        TableRehearsal back = input.GivenUp is { } why
            ? TableRecovery.GivenUp(plan, input.Table, why)
            : await TableRecovery.Run(site.Recovery, plan, input.Database, input.Table, keep: false, context.Cancellation);
        string rehearsal = await folder.Write(folder.Fresh($"rehearsals/{input.Table}"), back, context.Cancellation);
        await Tell(input.Run, back);
        await Remember(input.Run, plan.Tables[input.Table], context.Cancellation);
        return new(rehearsal, back.Holds, back.Rows);
    }

    /// <summary>A timer began it, as a rule: nobody looks, unless told.</summary>
    private async Task Tell(string run, TableRehearsal back)
    {
        if (back.Problem is { } problem)
        {
            await RunWarnings.TellOnce(site, run, $"{back.Table} did not come back as it was published: {problem}");
        }
        else if (back.QuarantinedNotBack > 0)
        {
            await RunWarnings.TellOnce(site, run, string.Create(CultureInfo.InvariantCulture, $"{back.Table} came back as it was published, but {back.QuarantinedNotBack:N0} of its {back.Quarantined:N0} rows in quarantine did not: PostgreSQL does not take them."));
        }
    }

    private async Task Remember(string run, RecoveryTable table, CancellationToken cancellation)
    {
        try
        {
            await RehearsalTimes.Record(site.Io, site.Root, [table.Table], cancellation);
        }
        catch (Exception e) when (e is IOException or Azure.RequestFailedException)
        {
            // Its turn comes again too soon, and no more.
            await RunWarnings.TellOnce(site, run, $"When {table.Table} was rehearsed could not be remembered: {e.Message}");
        }
    }
}
