using Mammoth.Migration.Copying;
using Mammoth.Migration.Plans;
using Mammoth.Migration.Verification;
using Mammoth.Orchestrations.Local;
using Mammoth.Orchestrations.Runtime;
using Mammoth.Tests.Runtime;
using Steps = Mammoth.Orchestrations.Migrations;

namespace Mammoth.Tests.Migrations;

/// <summary>Connections that copy are never idle while there is something to copy: measured with copies that end one at a time, in any order.</summary>
public sealed class SlotsTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(1, new[] { 5, 1, 1, 3 })]
    [InlineData(2, new[] { 30, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1 })]
    [InlineData(4, new[] { 1, 1, 1, 1, 40, 1, 1, 20, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1 })]
    [InlineData(8, new[] { 90, 9, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1 })]
    public async Task While_as_many_copies_are_left_as_there_are_slots_as_many_run(int slots, int[] chunks)
    {
        var copies = new Copies();
        using var journal = new LocalJournal();
        await using LocalHost host = await journal.Open(
            new LocalOptions { Flush = false, MaxActivities = 1_000 },
            new Registry()
                .AddOrchestration<Steps.MigrateTables>().AddOrchestration<Steps.MigrateTable>()
                .AddActivity(() => new OpenTable(chunks)).AddActivity(() => new CopyChunk(copies)).AddActivity<FoldChunks>()
                .AddActivity<StageTable>().AddActivity<VerifyTable>().AddActivity<RecordOutcomes>());
        await host.Start<Steps.MigrateTables>("run", new Steps.MigrateTables.Input("run", 1, "token", "plans", 0, chunks.Length, slots, OnError.Stop, Skip: false), Cancellation);

        var random = new Random(slots);
        var ended = new List<string>();
        for (int left = chunks.Sum(); left > 0; left--)
        {
            int expected = Math.Min(slots, left);
            bool came = await copies.Wait(expected, TimeSpan.FromSeconds(30));
            Assert.True(came, $"{copies.Count} copies run while {left} are left, and there are {slots} slots; ended by then: {string.Join(' ', ended)}.");

            // Those that came first have the connections.
            ended.Add(copies.End(random.Next(expected)));
        }

        var result = await host.WaitForCompletion<Steps.MigrateTables.Result>("run", Cancellation).WaitAsync(TimeSpan.FromMinutes(1), Cancellation);
        Assert.Equal((chunks.Length, false), (result.Staged, result.Failed));
        Assert.Equal(chunks.SelectMany((count, table) => Enumerable.Repeat($"{table}", count)).Order(), ended.Order());
        int largest = Array.IndexOf(chunks, chunks.Max());
        if (slots > 1)
            Assert.True(ended.FindIndex(t => int.Parse(t, System.Globalization.CultureInfo.InvariantCulture) > largest) < ended.LastIndexOf($"{largest}"), "What is behind the largest table waited for it.");
    }

    /// <summary>The copies that run, in the order they began.</summary>
    private sealed class Copies
    {
        private readonly List<(string Table, TaskCompletionSource End)> running = [];
        private TaskCompletionSource changed = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public int Count
        {
            get
            {
                lock (running)
                    return running.Count;
            }
        }

        public Task Begin(string table)
        {
            var end = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            lock (running)
            {
                running.Add((table, end));
                changed.SetResult();
                changed = new(TaskCreationOptions.RunContinuationsAsynchronously);
            }

            return end.Task;
        }

        /// <summary>Waits until so many run; false where they do not within the time.</summary>
        public async Task<bool> Wait(int count, TimeSpan time)
        {
            using var limit = new CancellationTokenSource(time);
            while (true)
            {
                Task change;
                lock (running)
                {
                    if (running.Count >= count)
                        return true;
                    change = changed.Task;
                }

                try
                {
                    await change.WaitAsync(limit.Token);
                }
                catch (OperationCanceledException)
                {
                    return false;
                }
            }
        }

        public string End(int index)
        {
            lock (running)
            {
                (string table, TaskCompletionSource end) = running[index];
                running.RemoveAt(index);
                end.SetResult();
                return table;
            }
        }
    }

    private sealed class OpenTable(int[] chunks) : Activity<OpenTable, Steps.OpenTable.Input, Steps.OpenTable.Result>
    {
        public override Task<Steps.OpenTable.Result> Run(ActivityContext context, Steps.OpenTable.Input input) =>
            Task.FromResult(new Steps.OpenTable.Result($"{input.Table}", chunks[input.Table], $"public.t{input.Table}"));
    }

    private sealed class CopyChunk(Copies copies) : Activity<CopyChunk, Steps.CopyChunk.Input, ChunkResult>
    {
        public override async Task<ChunkResult> Run(ActivityContext context, Steps.CopyChunk.Input input)
        {
            await copies.Begin(input.Table);
            return new ChunkResult { Chunk = input.Chunk, Count = input.Count, Digest = "0:0", QuarantineDigest = "0:0" };
        }
    }

    private sealed class FoldChunks : Activity<FoldChunks, Steps.FoldChunks.Input, string>
    {
        public override Task<string> Run(ActivityContext context, Steps.FoldChunks.Input input) => Task.FromResult("fold");
    }

    private sealed class StageTable : Activity<StageTable, Steps.StageTable.Input, Steps.StageTable.Result>
    {
        public override Task<Steps.StageTable.Result> Run(ActivityContext context, Steps.StageTable.Input input) => Task.FromResult(new Steps.StageTable.Result("staged", new ProofParts(1, 1L << 30)));
    }

    private sealed class VerifyTable : Activity<VerifyTable, Steps.VerifyTable.Input, string>
    {
        public override Task<string> Run(ActivityContext context, Steps.VerifyTable.Input input) => Task.FromResult("proven");
    }

    private sealed class RecordOutcomes : Activity<RecordOutcomes, Steps.RecordOutcomes.Input, string>
    {
        public override Task<string> Run(ActivityContext context, Steps.RecordOutcomes.Input input) => Task.FromResult("outcomes");
    }
}
