using Mammoth.Iceberg.Faults;
using Mammoth.Tests.Fixtures;

namespace Mammoth.Tests.Faults;

/// <summary>The process fails at a failpoint, and the same command is run again. The warehouses take turns; <c>mammoth soak</c> does all on both.</summary>
[LongRunning]
public sealed class CrashMatrixTests(FaultySample sample, AzuriteFixture azurite, Readers readers) : IClassFixture<FaultySample>
{
    /// <summary>So many runs meet all failpoints: each is killed several times, at steps far from each other.</summary>
    private const int Runs = 6;

    private static readonly HashSet<Failpoint> Visible = [.. Failpoints.All.SkipWhile(f => f != Failpoints.CatalogWritten)];

    /// <summary>What fails outside the steps that are tried again by themselves.</summary>
    private static readonly HashSet<Failpoint> OfTheCommand = [Failpoints.FileWrite, Failpoints.MarkerWrite, Failpoints.RunMarked, Failpoints.ClaimWrite, Failpoints.RunClaimed, Failpoints.RunBegun, Failpoints.JournalCommit, Failpoints.JournalCommitted, Failpoints.ContinuedAsNew, Failpoints.RunEnded];

    public static TheoryData<int, bool> Crashes { get; } = [.. Enumerable.Range(0, Runs).Select(i => (i, i % 2 == 1))];

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [MemberData(nameof(Crashes))]
    public async Task Killed_at_any_step_the_same_command_ends_with_every_row_once(int first, bool azure)
    {
        using var run = await FaultyRun.Of(sample, readers, azure ? await azurite.CreateContainer(Cancellation) : null);
        foreach (var failpoint in Failpoints.All.Where((_, i) => i % Runs == first))
        {
            var killed = await run.Run($"{failpoint.Name}=crash");
            Assert.True(killed.ExitCode == FaultyRun.Killed, $"{failpoint.Name}: {killed}");
            if (!Visible.Contains(failpoint))
                Assert.Empty(await run.Warehouse.VisibleTables(Cancellation));
        }

        await run.Judge((await run.Run()).Expect(0).Report);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task An_answer_that_is_lost_after_its_write_took_place_changes_nothing(bool azure)
    {
        using var run = await FaultyRun.Of(sample, readers, azure ? await azurite.CreateContainer(Cancellation) : null);
        (await run.Run("claim-write=drop")).SaysTo(2, "run the same command again");

        var ended = await run.Run(string.Join(';', Failpoints.All.Where(f => f.IsWrite && !OfTheCommand.Contains(f)).Select(f => $"{f.Name}=drop")));

        await run.Judge(ended.Expect(0).Report);
    }

    [Fact]
    public async Task A_step_that_fails_once_is_done_again_without_anybody_asking()
    {
        using var run = await FaultyRun.Of(sample, readers, container: null);

        var ended = await run.Run(string.Join(';', Failpoints.All.Where(f => !OfTheCommand.Contains(f)).Select(f => $"{f.Name}=throw")));

        await run.Judge(ended.Expect(0).Report);
    }

    [Fact]
    public async Task Every_failpoint_is_reached()
    {
        using var run = await FaultyRun.Of(sample, readers, container: null);
        (await run.Run("table-opened=crash", log: true)).Expect(FaultyRun.Killed);
        (await run.Run(log: true)).Expect(0);

        string[] passed = [.. (await File.ReadAllLinesAsync(run.Log, Cancellation)).Distinct()];
        Assert.Equal(Failpoints.All.Select(f => f.Name).Order(StringComparer.Ordinal), passed.Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task A_failpoint_that_does_not_exist_is_refused_before_anything_is_begun()
    {
        using var run = await FaultyRun.Of(sample, readers, container: null);

        (await run.Run("no-such-step=crash")).SaysTo(64, "MAMMOTH_FAILPOINTS", "no failpoint 'no-such-step'", "catalog-write");
        Assert.Empty(await run.Warehouse.Files(Cancellation));
    }
}
