using Mammoth.Migration.Recovery;
using Mammoth.Orchestrations.Migrations;
using Mammoth.Orchestrations.Runtime;

namespace Mammoth.Orchestrations.Recovery;

/// <summary>
/// Brings published tables back into a scratch database, and compares what is there then with what was proven when they were published. The database is dropped at the end, however
/// that comes. Continues as new every <see cref="TablesPerTurn"/> tables.
/// </summary>
public sealed class RehearseRecovery : LoopingOrchestration<RehearseRecovery, RehearseRecovery.Input, RehearseRecovery.Result>
{
    private const int TablesPerTurn = 100;
    private const int Width = 2;

    public sealed record Input(string Run)
    {
        /// <summary>Where the plan lies; null: it is not made yet.</summary>
        public string? Plan { get; init; }

        /// <summary>Tables in it.</summary>
        public int Count { get; init; }

        public PreparedDatabase? Database { get; init; }

        /// <summary>The first table not brought back yet.</summary>
        public int Next { get; init; }

        public long Rows { get; init; }

        public int Differing { get; init; }

        /// <summary>Where the results of earlier turns lie.</summary>
        public IReadOnlyList<string> Rehearsals { get; init; } = [];
    }

    /// <param name="Plan">Where the <see cref="RecoveryPlan"/> lies.</param>
    /// <param name="Rehearsals">Where the lists of <see cref="TableRehearsal"/> lie.</param>
    public sealed record Result(string Plan, IReadOnlyList<string> Rehearsals, int Tables, int Differing);

    public override async Task<Next<Input, Result>> Run(OrchestrationContext context, Input input)
    {
        try
        {
            return await Turn(context, input);
        }
        catch (Exception e) when (e is FailureException or OperationCanceledException)
        {
            await Drop(context, input, Retries.Patient);
            throw;
        }
    }

    private static async Task<Next<Input, Result>> Turn(OrchestrationContext context, Input input)
    {
        if (input.Plan is not { } plan)
        {
            ChooseRecovery.Result chosen = await ChooseRecovery.Call(context, new(input.Run), Retries.Patient);
            return Again(input with { Plan = chosen.Plan, Count = chosen.Tables });
        }

        context.SetStatus(new RehearsalStanding(input.Count, input.Next, input.Differing, input.Rows));
        input = input with { Database = input.Database ?? await PrepareRecovery.Call(context, new(input.Run, plan), Retries.Patient) };
        input = await Tables(context, input, plan, input.Database);
        if (input.Next < input.Count)
        {
            return Again(input);
        }

        await Drop(context, input, Retries.Lasting);
        return new Result(plan, input.Rehearsals, input.Count, input.Differing);
    }

    private static async Task<Input> Tables(OrchestrationContext context, Input input, string plan, PreparedDatabase database)
    {
        var standing = new RehearsalStanding(input.Count, input.Next, input.Differing, input.Rows);
        TurnBudget budget = new(context, Width);
        IReadOnlyList<string?> results = await context.Window(
            [.. Enumerable.Range(input.Next, Math.Min(TablesPerTurn, input.Count - input.Next))],
            Width,
            async table =>
            {
                if (budget.IsSpent)
                {
                    return null;
                }

                RecoverTable.Result back = await Recover(context, new(input.Run, plan, database, table));
                standing = standing.With(back.Rows, back.Holds);
                context.SetStatus(standing);
                return back.Rehearsal;
            });

        // What was left for another turn is at the end: tables are begun in their order.
        string[] done = [.. results.OfType<string>()];
        string fold = await FoldRehearsals.Call(context, new(input.Run, done), Retries.Patient);
        return input with { Next = input.Next + done.Length, Rows = standing.Rows, Differing = standing.Differing, Rehearsals = [.. input.Rehearsals, fold] };
    }

    /// <summary>A table for which the server fails again and again, though it is there, is a table that does not come back: the others do, and have their turn.</summary>
    private static async Task<RecoverTable.Result> Recover(OrchestrationContext context, RecoverTable.Input table)
    {
        try
        {
            return await RecoverTable.Call(context, table, Retries.Patient);
        }
        catch (FailureException e) when (e.Failure.Code == TableRecoveryException.OfTable)
        {
            return await RecoverTable.Call(context, table with { GivenUp = e.Failure.Message }, Retries.Patient);
        }
    }

    /// <summary>Whatever becomes of the databases, it is not the rehearsal's result.</summary>
    private static async Task Drop(OrchestrationContext context, Input input, Retry patience)
    {
        try
        {
            await DropRecovery.Call(context.Cleanup, new(input.Run, IsLast: false), patience);
        }
        catch (FailureException)
        {
            await Tell(context, input);
        }
    }

    private static async Task Tell(OrchestrationContext context, Input input)
    {
        try
        {
            await DropRecovery.Call(context.Cleanup, new(input.Run, IsLast: true), Retries.Once);
        }
        catch (FailureException)
        {
            // The host itself fails.
        }
    }
}

/// <summary>Where a rehearsal stands: the custom status of <see cref="RehearseRecovery"/>.</summary>
/// <param name="Differing">Tables that did not come back as they were published.</param>
/// <param name="Rows">Rows that came back.</param>
public sealed record RehearsalStanding(int Tables, int Done, int Differing, long Rows)
{
    public RehearsalStanding With(long rows, bool holds) => this with { Done = Done + 1, Differing = holds ? Differing : Differing + 1, Rows = Rows + rows };
}
