using Mammoth.Migration.Plans;
using Mammoth.Migration.Runs;
using Mammoth.Orchestrations.Runtime;

namespace Mammoth.Orchestrations.Migrations;

/// <summary>Migrates a run of consecutive tables of the plan, a few at a time, and records what became of each.</summary>
public sealed class MigrateTables : Orchestration<MigrateTables, MigrateTables.Input, MigrateTables.Result>
{
    /// <param name="PlanFolder">Where the plan's table files lie.</param>
    /// <param name="From">The first table's index.</param>
    /// <param name="Skip">Record all as skipped: another table failed and the run stops on errors.</param>
    public sealed record Input(string Run, int Epoch, string Token, string PlanFolder, int From, int Count, int Slots, OnError OnError, bool Skip);

    /// <param name="Outcomes">Location of the list of <see cref="TableOutcome"/>.</param>
    public sealed record Result(string Outcomes, int Staged, bool Failed, bool Lost);

    public override async Task<Result> Run(OrchestrationContext context, Input input)
    {
        bool skip = input.Skip;
        IReadOnlyList<TableOutcome> outcomes = await context.Window(
            [.. Enumerable.Range(input.From, input.Count)],
            input.Slots,
            async table =>
            {
                TableOutcome outcome = skip
                    ? new TableOutcome(table, TableState.Skipped, input.Epoch)
                    : await Migrate(context, input, table);
                skip |= outcome.State == TableState.SnapshotLost || (outcome.State == TableState.Failed && input.OnError == OnError.Stop);
                return outcome;
            });
        bool lost = outcomes.Any(o => o.State == TableState.SnapshotLost);
        if (lost)
        {
            // What was skipped only because the snapshot was gone has its turn under the next one.
            outcomes = [.. outcomes.Where(o => o.State is TableState.Staged or TableState.Failed)];
        }

        string path = await RecordOutcomes.Call(context, new(input.Run, input.Epoch, input.PlanFolder, outcomes), Retries.Lasting);
        return new(path, outcomes.Count(o => o.State == TableState.Staged), outcomes.Any(o => o.State == TableState.Failed), lost);
    }

    private static async Task<TableOutcome> Migrate(OrchestrationContext context, Input input, int table)
    {
        try
        {
            return await MigrateTable.Call(context, new(input.Run, input.Epoch, input.Token, input.PlanFolder, table, input.Slots));
        }
        catch (FailureException e) when (e.Failure.Type == nameof(Mammoth.Migration.Errors.SnapshotLostException))
        {
            return new TableOutcome(table, TableState.SnapshotLost, input.Epoch);
        }
        catch (FailureException e) when (!e.Failure.IsCancelled)
        {
            return new TableOutcome(table, TableState.Failed, input.Epoch, Error: FailureText.Of(e.Failure), Code: e.Failure.Code);
        }
    }
}
