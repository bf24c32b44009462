using Mammoth.Iceberg.IO;
using Mammoth.Migration.Errors;
using Mammoth.Migration.Reports;
using Mammoth.Migration.Runs;

namespace Mammoth.Tests.Migrations;

/// <summary>Whose the warehouse is, as the file tells it that processes share; none of them is at hand here but this one.</summary>
public sealed class RunClaimTests : IDisposable
{
    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(60 + 15);

    private readonly MigrationWarehouse warehouse = new();
    private readonly Clock time = new();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public void Dispose() => warehouse.Dispose();

    [Fact]
    public async Task Another_run_is_refused_by_name_with_who_works_at_it_and_since_when()
    {
        MigrationSite site = await Site();
        await using RunClaim first = await Take(site, "first");
        RunUnderWayException refused = await Assert.ThrowsAsync<RunUnderWayException>(() => Take(site, "second"));
        Assert.Equal($"Run first has been under way in this warehouse since 2026-01-02 03:04:05 UTC (process {Environment.ProcessId} on {Environment.MachineName}); one migration runs at a time.", refused.Message);
        Assert.Contains("runs out at 03:06:20 UTC", refused.WayOut, StringComparison.Ordinal);
        Assert.Equal(("run-under-way", true), (refused.Code, refused.IsTransient));
    }

    [Fact]
    public async Task A_claim_that_is_kept_is_renewed_for_as_long_as_it_takes_and_since_stays_what_it_was()
    {
        MigrationSite site = await Site();
        RunClaim first = await Take(site, "first");
        first.Keep();
        await Until(async () => (await Now(site)).End == time.Now + Longest);
        DateTimeOffset begun = time.Now;
        for (int minute = 0; minute < 10; minute++)
        {
            DateTimeOffset wanted = time.Now + TimeSpan.FromMinutes(2) + Longest;
            await time.Pass(TimeSpan.FromMinutes(2));
            await Until(async () => (await Now(site)).End == wanted);
            await Assert.ThrowsAsync<RunUnderWayException>(() => Take(site, "second"));
        }

        Assert.Equal(begun, (await Now(site)).At);
        await first.DisposeAsync();
        await (await Take(site, "second")).DisposeAsync();
    }

    [Fact]
    public async Task The_claim_of_a_process_that_died_runs_out_and_not_before()
    {
        MigrationSite site = await Site();
        await Write(site, new ClaimedRun("first", time.Now, "elsewhere", 12, time.Now + TimeSpan.FromMinutes(1)));
        time.Now += Longest - TimeSpan.FromSeconds(1);
        RunUnderWayException refused = await Assert.ThrowsAsync<RunUnderWayException>(() => Take(site, "second"));
        Assert.Contains("(process 12 on elsewhere)", refused.Message, StringComparison.Ordinal);
        time.Now += TimeSpan.FromSeconds(1);
        await (await Take(site, "second")).DisposeAsync();
    }

    [Fact]
    public async Task Who_goes_on_with_the_run_of_a_process_that_died_need_not_wait_and_takes_its_place_once_it_is_sure()
    {
        MigrationSite site = await Site();
        await Write(site, new ClaimedRun("first", time.Now, "elsewhere", 12, time.Now + TimeSpan.FromMinutes(1)));
        DateTimeOffset begun = time.Now;
        time.Now += TimeSpan.FromSeconds(5);

        // One that is turned away by the journal, which the other still has, has changed nothing.
        await (await Take(site, "first")).DisposeAsync();
        Assert.Equal("elsewhere", (await Now(site)).Host);
        await using RunClaim next = await Take(site, "first");
        Assert.Equal("elsewhere", (await Now(site)).Host);
        next.Keep();
        await Until(async () => (await Now(site)).Host == Environment.MachineName);
        Assert.Equal(begun, (await Now(site)).At);
    }

    [Fact]
    public async Task A_step_keeps_the_claim_and_leaves_it_to_the_steps_that_follow()
    {
        MigrationSite site = await Site();
        await using (await RunClaim.KeepDuring(site, "first", begins: true, Cancellation, time))
            await Assert.ThrowsAsync<RunUnderWayException>(() => RunClaim.KeepDuring(site, "second", begins: true, Cancellation, time));
        await Assert.ThrowsAsync<RunUnderWayException>(() => Take(site, "second"));
        await using (await RunClaim.KeepDuring(site, "first", begins: false, Cancellation, time))
            await Until(async () => (await Now(site)).Run == "first");
    }

    [Fact]
    public async Task A_run_that_has_lost_the_warehouse_to_another_is_told_once_and_leaves_it_to_that()
    {
        MigrationSite site = await Site();
        await Write(site, new ClaimedRun("second", time.Now, "elsewhere", 12, time.Now + TimeSpan.FromMinutes(2)));
        await using (await RunClaim.KeepDuring(site, "first", begins: false, Cancellation, time))
        {
            await Until(() => Task.FromResult(Told().Count == 1));
            await time.Pass(TimeSpan.FromSeconds(30));
            await time.Pass(TimeSpan.FromSeconds(30));
        }

        Assert.Contains("Run second has been under way", Assert.Single(Told()), StringComparison.Ordinal);
        Assert.Equal("second", (await Now(site)).Run);
    }

    [Fact]
    public async Task A_store_that_is_away_for_a_while_ends_no_run()
    {
        MigrationSite site = await Site();
        await using RunClaim claim = await Take(site, "first");
        int refused = 0;
        warehouse.Store.BeforeWrite = location => ++refused < 4 ? throw new StorageException("The store is away.", location) { MayPass = true } : Task.CompletedTask;
        claim.Keep();
        await Until(() => Task.FromResult(refused == 1));
        await time.Pass(TimeSpan.FromMinutes(2));
        await Until(() => Task.FromResult(refused == 2));
        await time.Pass(TimeSpan.FromSeconds(20));
        await Until(() => Task.FromResult(refused == 3));
        DateTimeOffset wanted = time.Now + TimeSpan.FromSeconds(20) + Longest;
        await time.Pass(TimeSpan.FromSeconds(20));
        await Until(async () => (await Now(site)).End == wanted);
    }

    [Fact]
    public async Task A_run_that_nobody_works_at_for_certain_is_in_nobodys_way()
    {
        MigrationSite site = await Site();
        await Write(site, new ClaimedRun("first", time.Now, "elsewhere", 12, time.Now + TimeSpan.FromMinutes(1)));
        await Assert.ThrowsAsync<RunUnderWayException>(() => RunClaim.Take(site, "second", run => run != "first", Cancellation, time));
        await using RunClaim second = await RunClaim.Take(site, "second", run => run == "first", Cancellation, time);
        Assert.Equal("second", (await Now(site)).Run);
    }

    private Task<RunClaim> Take(MigrationSite site, string run) => RunClaim.Take(site, run, _ => false, Cancellation, time);

    private Task<MigrationSite> Site() => warehouse.Site("Host=127.0.0.1;Port=1;Database=shop", Cancellation);

    private IReadOnlyList<string> Told() => [.. warehouse.Events.OfType<ProgressEvent.Warning>().Select(w => w.Message)];

    private static string Location(MigrationSite site) => $"{site.Root}/_mammoth/runs/.current";

    private static async Task<ClaimedRun> Now(MigrationSite site) =>
        System.Text.Json.JsonSerializer.Deserialize<ClaimedRun>((await site.Io.Read(Location(site), Cancellation))!.Bytes.Span, RunFolder.Json)!;

    private static async Task Write(MigrationSite site, ClaimedRun claim) =>
        await site.Io.Write(Location(site), System.Text.Json.JsonSerializer.SerializeToUtf8Bytes(claim, RunFolder.Json), WriteCondition.IfAbsent, Cancellation);

    private static async Task Until(Func<Task<bool>> holds)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(Cancellation);
        patience.CancelAfter(TimeSpan.FromSeconds(30));
        while (!await holds())
            await Task.Delay(10, patience.Token);
    }

    /// <summary>A clock that stands until it is told to go on.</summary>
    private sealed class Clock : TimeProvider
    {
        private readonly List<Waiting> timers = [];

        public DateTimeOffset Now { get; set; } = new(2026, 1, 2, 3, 4, 5, TimeSpan.Zero);

        public override DateTimeOffset GetUtcNow() => Now;

        /// <summary>Goes on when somebody waits, and wakes whoever is due.</summary>
        public async Task Pass(TimeSpan by)
        {
            await Until(() =>
            {
                lock (timers)
                    return Task.FromResult(timers.Count > 0);
            });
            Waiting[] due;
            lock (timers)
            {
                Now += by;
                due = [.. timers.Where(t => t.Due <= Now)];
                timers.RemoveAll(t => due.Contains(t));
            }

            foreach (Waiting timer in due)
                timer.Ring();
        }

        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
        {
            lock (timers)
            {
                var timer = new Waiting(this, callback, state, Now + dueTime);
                timers.Add(timer);
                return timer;
            }
        }

        private sealed class Waiting(Clock clock, TimerCallback callback, object? state, DateTimeOffset due) : ITimer
        {
            public DateTimeOffset Due => due;

            public void Ring() => callback(state);

            public bool Change(TimeSpan dueTime, TimeSpan period) => true;

            public void Dispose()
            {
                lock (clock.timers)
                    clock.timers.Remove(this);
            }

            public ValueTask DisposeAsync()
            {
                Dispose();
                return ValueTask.CompletedTask;
            }
        }
    }
}
