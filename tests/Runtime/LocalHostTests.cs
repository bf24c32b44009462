using Mammoth.Orchestrations.Local;
using Mammoth.Orchestrations.Runtime;
using Mammoth.Tests.Runtime.Probes;

namespace Mammoth.Tests.Runtime;

public sealed class LocalHostTests : IDisposable
{
    private readonly LocalJournal journal = new();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public void Dispose() => journal.Dispose();

    [Fact]
    public async Task Runs_an_orchestration_to_its_result()
    {
        await using var host = await journal.Open();
        await host.Start<SumOfDoubles>("sum", 100, Cancellation);
        Assert.Equal(10100, await host.WaitForCompletion<int>("sum", Cancellation));
    }

    [Fact]
    public async Task Throws_the_failure_of_one_that_failed()
    {
        await using var host = await journal.Open();
        await host.Start<ThrowWrapped>("bad", "plain", Cancellation);
        var thrown = await Assert.ThrowsAsync<FailureException>(() => host.WaitForCompletion<int>("bad", Cancellation));
        Assert.Equal("TableFailed", thrown.Failure.Type);
        Assert.Equal("That won't do.", thrown.Failure.Cause?.Message);
    }

    [Fact]
    public async Task Remembers_what_has_ended_when_opened_again()
    {
        await using (var host = await journal.Open())
        {
            await host.Start<SumOfDoubles>("sum", 3, Cancellation);
            await host.WaitForEnd("sum", Cancellation);
        }

        await using var again = await journal.Open();
        Assert.Equal(12, await again.WaitForCompletion<int>("sum", Cancellation));
    }

    [Fact]
    public async Task Runs_no_more_activities_at_a_time_than_allowed()
    {
        int running = 0, most = 0;
        var registry = Registrations.Registry().AddOrchestration<Crowd>().AddActivity(() => new Counted(() =>
        {
            int now = Interlocked.Increment(ref running);
            InterlockedMax(ref most, now);
            return () => Interlocked.Decrement(ref running);
        }));
        await using var host = await journal.Open(new LocalOptions { Flush = false, MaxActivities = 3 }, registry);
        await host.Start<Crowd>("crowd", 30, Cancellation);
        await host.WaitForCompletion<int>("crowd", Cancellation);
        Assert.Equal(3, most);
    }

    [Fact]
    public async Task Stops_activities_and_runs_them_again_when_opened_next()
    {
        int starts = 0;
        bool first = true;
        var started = new TaskCompletionSource();
        Registry Registry() => Registrations.Registry().AddOrchestration<Patience>().AddActivity(() => new Wait(async cancellation =>
        {
            Interlocked.Increment(ref starts);
            started.TrySetResult();
            if (first)
                await Task.Delay(Timeout.Infinite, cancellation);
        }));
        await using (var host = await journal.Open(registry: Registry()))
        {
            await host.Start<Patience>("patient", default(Nothing), Cancellation);
            await started.Task.WaitAsync(Cancellation);
        }

        first = false;
        await using var again = await journal.Open(registry: Registry());
        Assert.Equal(7, await again.WaitForCompletion<int>("patient", Cancellation));
        Assert.Equal(2, starts);
    }

    [Fact]
    public async Task Journals_what_an_activity_finished_while_stopping()
    {
        int starts = 0;
        var started = new TaskCompletionSource();
        Registry Registry() => Registrations.Registry().AddOrchestration<Patience>().AddActivity(() => new Wait(async _ =>
        {
            Interlocked.Increment(ref starts);
            started.TrySetResult();
            await Task.Delay(100, CancellationToken.None);
        }));
        await using (var host = await journal.Open(registry: Registry()))
        {
            await host.Start<Patience>("patient", default(Nothing), Cancellation);
            await started.Task.WaitAsync(Cancellation);
        }

        await using var again = await journal.Open(registry: Registry());
        Assert.Equal(7, await again.WaitForCompletion<int>("patient", Cancellation));
        Assert.Equal(1, starts);
    }

    [Fact]
    public async Task Asks_running_activities_to_stop_when_cancelled()
    {
        var started = new TaskCompletionSource();
        var registry = Registrations.Registry().AddOrchestration<Patience>().AddActivity(() => new Wait(async cancellation =>
        {
            started.TrySetResult();
            await Task.Delay(Timeout.Infinite, cancellation);
        }));
        await using var host = await journal.Open(registry: registry);
        await host.Start<Patience>("patient", default(Nothing), Cancellation);
        await started.Task.WaitAsync(Cancellation);
        await host.Cancel("patient", Cancellation);
        var status = await host.WaitForEnd("patient", Cancellation).WaitAsync(TimeSpan.FromSeconds(10), Cancellation);
        Assert.True(status.Failure?.IsCancelled);
    }

    [Fact]
    public async Task A_timeout_inside_an_activity_is_transient_and_no_cancellation()
    {
        var registry = Registrations.Registry().AddOrchestration<Patience>().AddActivity(() => new Wait(_ => throw new TaskCanceledException("The request timed out.")));
        await using var host = await journal.Open(registry: registry);
        await host.Start<Patience>("patient", default(Nothing), Cancellation);
        var failure = (await host.WaitForEnd("patient", Cancellation)).Failure!;
        Assert.Equal(("Timeout", true), (failure.Type, failure.Transient));
    }

    [Fact]
    public async Task Terminates_a_whole_tree()
    {
        await using var host = await journal.Open();
        await host.Start<Tree>("tree", new Tree.Input(2, "nobody", "tree"), Cancellation);
        while ((await host.List("tree", Cancellation)).Count < 7)
            await Task.Delay(10, Cancellation);
        await host.Terminate("tree", "Enough.", Cancellation);
        Assert.All(await host.List("tree", Cancellation), s => Assert.Equal(InstanceState.Terminated, s.State));
        Assert.Equal("Enough.", (await host.WaitForEnd("tree", Cancellation)).Failure?.Message);
    }

    [Fact]
    public async Task Forgets_the_children_of_an_id_that_is_used_again()
    {
        await using var host = await journal.Open();
        for (int i = 0; i < 2; i++)
        {
            await host.Start<ThrowGrandchild>("again", "plain", Cancellation);
            await host.WaitForEnd("again", Cancellation);
        }

        Assert.Equal(2, (await host.List("again", Cancellation)).Count);
    }

    [Fact]
    public async Task Lists_by_prefix_as_it_is_written()
    {
        await using var host = await journal.Open();
        foreach (string id in (string[])["a%b.1", "a_b.1", "A%B.1", "a%b"])
            await host.Start<Decision>(id, default(Nothing), Cancellation);
        Assert.Equal(["a%b.1", "a%b"], (await host.List("a%b", Cancellation)).Select(s => s.InstanceId));
    }

    [Fact]
    public async Task Shows_each_change_to_those_who_observe()
    {
        await using var host = await journal.Open();
        await host.Start<Decision>("decision", default(Nothing), Cancellation);
        var seen = new List<string>();
        await foreach (var status in host.Observe("decision", Cancellation))
        {
            string line = $"{status.State} {status.CustomAs<string>()}";
            if (seen.Count == 0 || seen[^1] != line)
                seen.Add(line);
            if (status.CustomAs<string>() == "waiting" && !status.HasEnded)
                await host.Raise("decision", new Approval(true), Cancellation);
            if (status.HasEnded)
                break;
        }

        Assert.Equal(["Running waiting", "Completed waiting"], seen.Where(l => l.Length > "Running ".Length));
    }

    [Fact]
    public async Task Keeps_a_suspension_over_a_restart()
    {
        await using (var host = await journal.Open())
        {
            await host.Start<Decision>("decision", default(Nothing), Cancellation);
            await host.Suspend("decision", Cancellation);
            await host.Raise("decision", new Approval(true), Cancellation);
        }

        await using var again = await journal.Open();
        Assert.Equal(InstanceState.Suspended, (await again.Status("decision", Cancellation))?.State);
        await again.Resume("decision", Cancellation);
        Assert.True(await again.WaitForCompletion<bool>("decision", Cancellation));
    }

    [Fact]
    public async Task Reads_and_signals_entities_from_outside()
    {
        await using (var host = await journal.Open())
        {
            await host.SignalEntity<Fragile>("k", f => f.Add(4), Cancellation);
            await Assert.ThrowsAsync<FailureException>(() => host.SignalEntity<Fragile>("k", f => f.Add(-4), Cancellation));
        }

        await using var again = await journal.Open();
        Assert.Equal(4, (await again.ReadEntity<Fragile>("k", Cancellation)).Count);
        Assert.Equal(0, (await again.ReadEntity<Fragile>("other", Cancellation)).Count);
    }

    [Fact]
    public async Task Says_that_it_was_stopped()
    {
        var host = await journal.Open();
        await host.Start<Decision>("decision", default(Nothing), Cancellation);
        var waiting = host.WaitForEnd("decision", Cancellation);
        await host.Stop();
        await Assert.ThrowsAsync<ObjectDisposedException>(() => waiting);
        await Assert.ThrowsAsync<ObjectDisposedException>(() => host.Status("decision", Cancellation));
    }

    private static void InterlockedMax(ref int target, int value)
    {
        for (int seen = target; value > seen;)
            seen = Interlocked.CompareExchange(ref target, value, seen);
    }

    public sealed class Counted(Func<Action> enter) : Activity<Counted, int, int>
    {
        public override async Task<int> Run(ActivityContext context, int input)
        {
            var leave = enter();
            await Task.Delay(15, context.Cancellation);
            leave();
            return input;
        }
    }

    public sealed class Crowd : Orchestration<Crowd, int, int>
    {
        public override async Task<int> Run(OrchestrationContext context, int input) =>
            (await Task.WhenAll(Enumerable.Range(0, input).Select(i => Counted.Call(context, i)))).Length;
    }

    public sealed class Wait(Func<CancellationToken, Task> body) : Activity<Wait, Nothing, int>
    {
        public override async Task<int> Run(ActivityContext context, Nothing input)
        {
            await body(context.Cancellation);
            return 7;
        }
    }

    public sealed class Patience : Orchestration<Patience, Nothing, int>
    {
        public override Task<int> Run(OrchestrationContext context, Nothing input) => Wait.Call(context, input);
    }
}
