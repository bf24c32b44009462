using Mammoth.Migration.Recovery;
using Mammoth.Orchestrations.Migrations;
using Mammoth.Orchestrations.Runtime;
using Mammoth.Orchestrations.Verifications;

namespace Mammoth.Orchestrations.Recovery;

/// <summary>
/// Brings published tables back into a scratch database, and compares what is there then with what was proven when they were published. The database is dropped at the end, however
/// that comes. Continues as new after each turn of <see cref="CheckStanding"/>.
/// </summary>
public sealed class RehearseRecovery : LoopingOrchestration<RehearseRecovery, RehearseRecovery.Input, RehearseRecovery.Result>
{
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

        CheckStanding standing = new(input.Count, input.Next, input.Differing, input.Rows);
        context.SetStatus(standing);
        input = input with { Database = input.Database ?? await PrepareRecovery.Call(context, new(input.Run, plan), Retries.Patient) };
        input = await Tables(context, input, plan, input.Database, standing);
        if (input.Next < input.Count)
        {
            return Again(input);
        }

        await Drop(context, input, Retries.Lasting);
        return new Result(plan, input.Rehearsals, input.Count, input.Differing);
    }

    private static async Task<Input> Tables(OrchestrationContext context, Input input, string plan, PreparedDatabase database, CheckStanding standing)
    {
        (standing, IReadOnlyList<string> rehearsals) = await standing.Turn(context, async table =>
        {
            RecoverTable.Result back = await Recover(context, new(input.Run, plan, database, table));
            return new(back.Rehearsal, back.Rows, back.Holds);
        });
        string fold = await FoldRehearsals.Call(context, new(input.Run, rehearsals), Retries.Patient);
        return input with { Next = standing.Done, Rows = standing.Rows, Differing = standing.Differing, Rehearsals = [.. input.Rehearsals, fold] };
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
