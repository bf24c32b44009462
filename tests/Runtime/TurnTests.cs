using Mammoth.Orchestrations.Runtime;
using Mammoth.Tests.Runtime.Probes;
using Double = Mammoth.Tests.Runtime.Probes.Double;

namespace Mammoth.Tests.Runtime;

/// <summary>The shared part of all hosts, on one that is unlike the local runtime.</summary>
public sealed class TurnTests
{
    private readonly QueuedPort port = new();

    [Fact]
    public void Takes_answers_through_the_hosts_own_context()
    {
        var turn = Start<SumOfDoubles>(2);
        port.Answer("activity Double", 2);
        Assert.False(turn.IsCompleted);
        port.Answer("activity Double", 4);
        Assert.Equal("6", Ended<TurnOutcome.Done>(turn).Output.GetRawText());
        Assert.Equal(["event $cancel", "activity Double", "activity Double"], port.Asked);
        Assert.True(port.AlwaysOnHost);
    }

    [Theory]
    [InlineData("first")]
    [InlineData("yield")]
    [InlineData("on the pool")]
    public void Fails_at_once_where_the_code_waits_for_something_foreign(string way) =>
        Assert.Equal("ForeignAwait", Ended<TurnOutcome.Failed>(Start<ForeignAwaits>(way)).Failure.Type);

    [Theory]
    [InlineData("late")]
    [InlineData("configured")]
    [InlineData("configured, then a call")]
    public void Fails_after_the_answer_where_the_code_then_waits_for_something_foreign(string way)
    {
        var turn = Start<ForeignAwaits>(way);
        Assert.False(turn.IsCompleted);
        port.Answer("activity Double", 2);
        Assert.Equal("ForeignAwait", Ended<TurnOutcome.Failed>(turn).Failure.Type);
    }

    [Fact]
    public void A_logger_that_awaits_is_none_of_the_turns_business()
    {
        var logger = new AwaitingLogger();
        var queued = new QueuedPort { Logger = logger };
        var turn = queued.Do(() => Turn.Start(queued, nameof(Patient), Payload.Of(default(Nothing)), new Registry().AddOrchestration<Patient>()));
        queued.Fail("activity Double", new InvalidOperationException("Worker exited with code 137."));
        Assert.False(turn.IsCompleted, "The failure was logged, and the turn waits to try again.");
        Assert.Equal(1, logger.Lines);
        Assert.Null(logger.Under);
        Assert.True(logger.WentOn.Wait(TimeSpan.FromSeconds(10), TestContext.Current.CancellationToken), "What the logger awaited never went on.");
        queued.Answer("timer 1", null);
        queued.Fail("activity Double", new FailureException(new("Bad", "For good.")));
        Assert.Equal("Bad", Ended<TurnOutcome.Failed>(turn).Failure.Type);
    }

    [Fact]
    public void A_failure_the_host_made_up_is_transient_and_tried_again()
    {
        var turn = Start<Patient>(default(Nothing));
        port.Fail("activity Double", new InvalidOperationException("Worker exited with code 137."));
        port.Answer("timer 1", null);
        port.Fail("activity Double", new FailureException(new("Bad", "For good.")));
        Assert.Equal(new Failure("Bad", "For good."), Ended<TurnOutcome.Failed>(turn).Failure);
        Assert.Equal(["event $cancel", "activity Double", "timer 1", "activity Double"], port.Asked);
    }

    [Fact]
    public void Keeps_an_abandoned_wait_and_sends_back_what_it_caught_before_it_continues_as_new()
    {
        var turn = Start<Abandons>(0);
        port.Answer("timer 5", null);
        port.Answer("event Letter", new Letter(7));
        port.Answer("activity Double", 2);
        Assert.Equal("1", Ended<TurnOutcome.Again>(turn).Input.GetRawText());
        Assert.Equal(["event $cancel", "event Letter", "timer 5", "activity Double", "send Letter to queued"], port.Asked);
        Assert.True(port.AlwaysOnHost);
    }

    [Fact]
    public void An_event_in_time_gives_up_the_timer()
    {
        var turn = Start<Abandons>(0);
        port.Answer("event Letter", new Letter(7));
        Assert.Equal("7", Ended<TurnOutcome.Done>(turn).Output.GetRawText());
    }

    [Fact]
    public void Waits_for_open_calls_after_the_code_has_returned_and_for_no_timer()
    {
        var turn = Start<LeavesSome>(default(Nothing));
        Assert.False(turn.IsCompleted);
        port.Fail("activity Double", new FailureException(new("Unheard", "Nobody listens.")));
        Assert.Equal("1", Ended<TurnOutcome.Done>(turn).Output.GetRawText());
    }

    [Fact]
    public void Hands_a_cancellation_on_to_the_children_that_are_open_and_makes_no_new_calls()
    {
        var turn = Start<OneChildAfterAnother>(default(Nothing));
        string first = port.Asked[^1];
        port.Answer(first, 1);
        string second = port.Asked[^1];
        Assert.NotEqual(first, second);
        port.Answer("event $cancel", null);
        Assert.Equal($"send $cancel to {second.Split(' ')[^1]}", port.Asked[^1]);
        port.Answer(second, 1);
        Assert.True(Ended<TurnOutcome.Failed>(turn).Failure.IsCancelled);
        Assert.DoesNotContain("activity Double", port.Asked);
        Assert.StartsWith("queued.", second.Split(' ')[^1], StringComparison.Ordinal);
        Assert.Equal("queued.".Length + 8, second.Split(' ')[^1].Length);
    }

    /// <summary>The outcome of a turn that must have ended by now.</summary>
    private static T Ended<T>(Task<TurnOutcome> turn)
        where T : TurnOutcome
    {
        Assert.True(turn.IsCompletedSuccessfully);
        return Assert.IsType<T>(turn.Result);
    }

    private Task<TurnOutcome> Start<T>(object input)
        where T : Orchestration, new() =>
        port.Do(() => Turn.Start(port, typeof(T).Name, Payload.Of(input), new Registry().AddOrchestration<T>()));

    public sealed class Patient : Orchestration<Patient, Nothing, int>
    {
        public override Task<int> Run(OrchestrationContext context, Nothing input) => Double.Call(context, 1, new Retry(5, TimeSpan.FromSeconds(1)));
    }

    public sealed class Abandons : LoopingOrchestration<Abandons, int, int>
    {
        public override async Task<Next<int, int>> Run(OrchestrationContext context, int input)
        {
            if (await context.Next<Letter>(TimeSpan.FromSeconds(5)) is { } letter)
                return letter.Number;
            await Double.Call(context, 1);
            return Again(input + 1);
        }
    }

    public sealed class LeavesSome : Orchestration<LeavesSome, Nothing, int>
    {
        public override Task<int> Run(OrchestrationContext context, Nothing input)
        {
            _ = context.Sleep(TimeSpan.FromDays(1));
            _ = Double.Call(context, 1);
            return Task.FromResult(1);
        }
    }

    public sealed class OneChildAfterAnother : Orchestration<OneChildAfterAnother, Nothing, int>
    {
        public override async Task<int> Run(OrchestrationContext context, Nothing input)
        {
            await SumOfDoubles.Call(context, 1);
            await SumOfDoubles.Call(context, 2);
            return await Double.Call(context, 3);
        }
    }

    /// <summary>As one that hands its lines to a channel.</summary>
    private sealed class AwaitingLogger : Microsoft.Extensions.Logging.ILogger
    {
        public int Lines { get; private set; }

        public SynchronizationContext? Under { get; private set; }

        public ManualResetEventSlim WentOn { get; } = new();

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(Microsoft.Extensions.Logging.LogLevel logLevel) => true;

        public void Log<TState>(Microsoft.Extensions.Logging.LogLevel logLevel, Microsoft.Extensions.Logging.EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            Lines++;
            Under = SynchronizationContext.Current;
            _ = HandOn();
        }

        private async Task HandOn()
        {
            await Task.Yield();
            WentOn.Set();
        }
    }
}
