using Mammoth.Migration.Errors;
using Mammoth.Migration.Plans;
using Mammoth.Migration.Runs;
using Mammoth.Orchestrations.Runtime;

namespace Mammoth.Orchestrations.Migrations;

/// <summary>Migrates a run of consecutive tables of the plan, a few at a time, and records what became of each.</summary>
public sealed class MigrateTables : Orchestration<MigrateTables, MigrateTables.Input, MigrateTables.Result>
{
    /// <summary>Characters of one <see cref="RecordOutcomes"/>; JSON makes them more.</summary>
    private const int RecordLength = 16_000;

    private const int ErrorLength = 4_000;

    private const string NotBegun = "Not begun: what interrupted the tables before it had not passed.";

    /// <param name="PlanFolder">Where the plan's table files lie.</param>
    /// <param name="From">The first table's index.</param>
    /// <param name="Skip">Record all as skipped: another table failed and the run stops on errors.</param>
    public sealed record Input(string Run, int Epoch, string Token, string PlanFolder, int From, int Count, int Slots, OnError OnError, bool Skip);

    /// <param name="Outcomes">Location of the list of <see cref="TableOutcome"/>; null where it could not be recorded.</param>
    /// <param name="Interrupted">What interrupted a table, where something did.</param>
    public sealed record Result(string? Outcomes, int Staged, bool Failed, bool Lost, Failure? Interrupted);

    public override async Task<Result> Run(OrchestrationContext context, Input input)
    {
        bool skip = input.Skip;
        string? reason = input.Skip && input.OnError == OnError.Continue ? NotBegun : null;
        int inARow = 0;
        Failure? interrupted = null;
        IReadOnlyList<TableOutcome> outcomes = await context.Window(
            [.. Enumerable.Range(input.From, input.Count)],
            input.Slots,
            async table =>
            {
                if (skip)
                {
                    return new TableOutcome(table, TableState.Skipped, input.Epoch, Error: reason);
                }

                (TableOutcome outcome, Failure? failure) = await Migrate(context, input, table);
                interrupted ??= outcome.State == TableState.Interrupted ? failure : null;
                inARow = outcome.State == TableState.Interrupted ? inARow + 1 : 0;
                if (inARow >= Math.Max(2, input.Slots))
                {
                    // What outlasts the patience of one table after the other is not about them: each would wait for it as long.
                    (skip, reason) = (true, NotBegun);
                }

                skip |= outcome.State == TableState.SnapshotLost || (outcome.State != TableState.Staged && input.OnError == OnError.Stop);
                return outcome;
            });
        string path = await Record(context, input, outcomes);
        return new(
            path,
            outcomes.Count(o => o.State == TableState.Staged),
            outcomes.Any(o => o.State == TableState.Failed),
            outcomes.Any(o => o.State == TableState.SnapshotLost),
            interrupted);
    }

    /// <summary>In parts: the errors of many tables would be a payload that Durable Functions puts into a blob of its own.</summary>
    private static async Task<string> Record(OrchestrationContext context, Input input, IReadOnlyList<TableOutcome> outcomes)
    {
        string? path = null;
        int next = 0;
        do
        {
            var part = new List<TableOutcome>();
            for (int length = 0; next < outcomes.Count && (part.Count == 0 || length + Length(outcomes[next]) <= RecordLength); next++)
            {
                length += Length(outcomes[next]);
                part.Add(outcomes[next]);
            }

            path = await RecordOutcomes.Call(context, new(input.Run, input.Epoch, input.PlanFolder, part, path), Retries.Lasting);
        }
        while (next < outcomes.Count);
        return path;
    }

    private static int Length(TableOutcome outcome) => 100 + (outcome.Staged?.Length ?? 0) + (outcome.Error?.Length ?? 0);

    /// <summary>An error in full is in the log of the activity; nobody reads more of it in a report.</summary>
    private static string Shortened(string error) => error.Length <= ErrorLength ? error : $"{error[..ErrorLength]}…";

    private static async Task<(TableOutcome Outcome, Failure? Failure)> Migrate(OrchestrationContext context, Input input, int table)
    {
        try
        {
            return (await MigrateTable.Call(context, new(input.Run, input.Epoch, input.Token, input.PlanFolder, table, input.Slots)), null);
        }
        catch (FailureException e) when (e.Failure.Type == nameof(SnapshotLostException))
        {
            return (new TableOutcome(table, TableState.SnapshotLost, input.Epoch), null);
        }
        catch (FailureException e)
        {
            TableState state = e.Failure.Transient ? TableState.Interrupted : TableState.Failed;
            var outcome = new TableOutcome(table, state, input.Epoch, Error: Shortened(FailureText.Of(e.Failure)), Code: e.Failure.Code);
            await Tell(context, input, outcome);
            return (outcome, e.Failure);
        }
    }

    private static async Task Tell(OrchestrationContext context, Input input, TableOutcome outcome)
    {
        try
        {
            // Once: where a hundred tables fail since the store does, tries would be most of the history.
            await TellFailure.Call(context, new(input.Run, input.PlanFolder, outcome));
        }
        catch (FailureException)
        {
            // Only for those who watch: the report says it too.
        }
    }
}
