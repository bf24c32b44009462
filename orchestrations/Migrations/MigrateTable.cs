using Mammoth.Migration.Copying;
using Mammoth.Migration.Runs;
using Mammoth.Migration.Verification;
using Mammoth.Orchestrations.Runtime;
using Mammoth.Orchestrations.Verifications;

namespace Mammoth.Orchestrations.Migrations;

/// <summary>
/// One table: copies its chunks side by side, stages the commit and proves it. Continues as new every <see cref="CopiesPerTurn"/>
/// copies, or sooner where they are tried again, so that its history stays short whatever the table's size. Where a value did not fit its column, all starts again with
/// that column as text.
/// </summary>
public sealed class MigrateTable : LoopingOrchestration<MigrateTable, MigrateTable.Input, TableOutcome>
{
    /// <summary>Copies of one turn.</summary>
    private const int CopiesPerTurn = 100;

    /// <summary>Results handed to one <see cref="FoldChunks"/>: more would be a payload that Durable Functions puts into a blob of its own.</summary>
    private const int ChunksPerFold = 30;

    public sealed record Input(string Run, int Epoch, string Token, string PlanFolder, int Table, int Slots)
    {
        /// <summary>Columns carried as text because a value of theirs did not fit.</summary>
        public IReadOnlyList<string> Text { get; init; } = [];

        /// <summary>The table as opened by an earlier turn, or null.</summary>
        public OpenTable.Result? Opened { get; init; }

        /// <summary>The first chunk not copied yet.</summary>
        public int NextChunk { get; init; }

        /// <summary>Location of the fold of the chunks copied in earlier turns; it names the one before it.</summary>
        public string? Fold { get; init; }

        /// <summary>Where it stood when the turn began; null: at its start.</summary>
        public TableStanding? Standing { get; init; }
    }

    public override async Task<Next<Input, TableOutcome>> Run(OrchestrationContext context, Input input)
    {
        OpenTable.Result table = input.Opened ?? await OpenTable.Call(context, new(input.Run, input.Epoch, input.PlanFolder, input.Table, input.Text), Retries.Lasting);
        TableStanding standing = input.Standing ?? new(table.Source, input.Epoch, TablePhase.Copying, table.Chunks);
        context.SetStatus(standing);
        if (table.IsSmall && input.Fold is null && await Small(context, input, table, standing) is { } small)
        {
            return small;
        }

        EntityReference<BatchSizes>? sizes = table.Sizes.Length > 0 ? context.Entity<BatchSizes>(table.SizesKey()) : null;
        BatchSizes learnt = sizes is null ? new() : await sizes.Call(s => s.Begin(table.Remembered));
        var course = new CopyCourse(table, learnt, input.NextChunk, input.Slots);
        var budget = new TurnBudget(context, input.Slots);
        var unfit = new SortedSet<string>(StringComparer.Ordinal);
        bool IsTooMany() => standing.QuarantinedRows > table.MaxErrors;
        IReadOnlyList<ChunkResult?> results = await context.Window(
            [.. Enumerable.Range(0, CopiesPerTurn)],
            input.Slots,
            async _ =>
            {
                if (unfit.Count > 0 || budget.IsSpent || course.IsOver || IsTooMany())
                {
                    return null;
                }

                (int first, int count) = course.Take();
                ChunkResult result = await CopyChunk.Call(context, new(input.Run, input.Token, table.Location, first, count), Retries.Patient);
                unfit.UnionWith(result.UnfitColumns);
                course.Learn(result);
                standing = standing.With(result);
                context.SetStatus(standing);
                return result;
            });
        if (unfit.Count > 0)
        {
            return Again(WithText(input, unfit));
        }

        if (sizes is not null)
        {
            learnt = course.Tell(sizes);
        }

        ChunkResult[] done = [.. results.OfType<ChunkResult>()];
        string? fold = input.Fold;
        for (int folded = 0; folded < done.Length || fold is null; folded += ChunksPerFold)
        {
            fold = await FoldChunks.Call(context, new(input.Run, fold, [.. done.Skip(folded).Take(ChunksPerFold)]), Retries.Lasting);
        }

        // Too many rows set aside are told of when it is staged: nothing more has to be read for that.
        if (!IsTooMany() && (!course.IsOver || (budget.IsSpent && done.Length > 0)))
        {
            return Again(input with { Opened = table, NextChunk = course.Next, Fold = fold, Standing = standing });
        }

        if (learnt.Copies > 0)
        {
            await Keep(context, table.Sizes, learnt);
        }

        context.SetStatus(standing with { Phase = TablePhase.Staging });
        StageTable.Result staged = await StageTable.Call(context, new(input.Run, table.Location, fold), Retries.Lasting);
        context.SetStatus(standing with { Phase = TablePhase.Verifying });
        ProofSums? sums = staged.Parts.Count > 1 ? await Sum(context, input, staged) : null;
        string proven = await VerifyTable.Call(context, new(input.Run, input.Token, input.Epoch, staged.Location, sums), Retries.Patient);
        context.SetStatus(standing with { Phase = TablePhase.Done });
        return new TableOutcome(input.Table, TableState.Staged, input.Epoch, proven);
    }

    private static async Task Keep(OrchestrationContext context, string location, BatchSizes sizes)
    {
        try
        {
            await KeepSizes.Call(context, new(location, sizes));
        }
        catch (FailureException)
        {
            // The next run finds them out again.
        }
    }

    /// <returns>Null where it failed twice in a way that may pass: then each step is tried by itself, which is more likely to come through.</returns>
    private static async Task<Next<Input, TableOutcome>?> Small(OrchestrationContext context, Input input, OpenTable.Result table, TableStanding standing)
    {
        CopySmallTable.Result copied;
        try
        {
            copied = await CopySmallTable.Call(context, new(input.Run, input.Epoch, input.Token, table.Location), Retries.Once);
        }
        catch (FailureException e) when (e.Failure is { Transient: true, NeedsSomebody: false })
        {
            return null;
        }

        if (copied.UnfitColumns.Count > 0)
        {
            return Again(WithText(input, copied.UnfitColumns));
        }

        context.SetStatus(standing with { Phase = TablePhase.Done, ChunksDone = table.Chunks, Rows = copied.Rows, Bytes = copied.Bytes, FileBytes = copied.FileBytes, QuarantinedRows = copied.QuarantinedRows });
        return new TableOutcome(input.Table, TableState.Staged, input.Epoch, copied.Proven);
    }

    /// <summary>All again, with more columns as text.</summary>
    private static Input WithText(Input input, IEnumerable<string> unfit) =>
        new(input.Run, input.Epoch, input.Token, input.PlanFolder, input.Table, input.Slots) { Text = [.. input.Text.Union(unfit)] };

    /// <summary>A large table is counted while its files are read in parts; where it can't be counted, reading on is of no use.</summary>
    private static async Task<ProofSums> Sum(OrchestrationContext context, Input input, StageTable.Result staged)
    {
        Child<DigestFiles.Result> digest = SumDigests.Start(context, new(input.Run, ProofSubject.Staged, staged.Location, staged.Parts, input.Slots));
        CountRows.Result counted;
        try
        {
            counted = await CountRows.Call(context, new(input.Run, input.Token, staged.Location), Retries.Patient);
        }
        catch (FailureException)
        {
            digest.Cancel();
            throw;
        }

        return new(counted.Rows, (await digest).Digest!);
    }
}
