using Mammoth.Orchestrations.Local;
using Mammoth.Orchestrations.Runtime;
using Mammoth.Tests.Runtime.Conformance;
using Mammoth.Tests.Runtime.Probes;
using Double = Mammoth.Tests.Runtime.Probes.Double;

namespace Mammoth.Tests.Runtime;

public sealed class ReplayTests
{
    private static int runs;

    [Theory]
    [MemberData(nameof(Scenario.Titles), MemberType = typeof(Scenario))]
    public async Task Asks_for_the_same_calls_from_every_beginning_of_its_history(string title)
    {
        var cancellation = TestContext.Current.CancellationToken;
        var scenario = Scenario.All[title];
        using var journal = new LocalJournal();
        await using (var host = await journal.Open(new LocalOptions { Flush = false, KeepTurns = true }))
        {
            await host.Start(scenario.Orchestration, "probe", scenario.Input, cancellation);
            await host.WaitForEnd("probe", cancellation).WaitAsync(TimeSpan.FromSeconds(60), cancellation);
        }

        Assert.True(ReplayCheck.Run(journal.Path, Registrations.Registry()) > 0);
    }

    [Fact]
    public async Task Names_both_calls_where_the_code_is_not_stable()
    {
        using var journal = new LocalJournal();
        await using var host = await journal.Open(new LocalOptions { Flush = false, ReplayAlways = true }, Registrations.Registry().AddOrchestration<Unstable>());
        await host.Start<Unstable>("probe", default(Nothing), TestContext.Current.CancellationToken);
        var status = await host.WaitForEnd("probe", TestContext.Current.CancellationToken);
        Assert.Equal("NonDeterminism", status.Failure?.Type);
        Assert.Contains("the activity 'Slow'", status.Failure?.Message, StringComparison.Ordinal);
        Assert.Contains("the activity 'Double'", status.Failure?.Message, StringComparison.Ordinal);
        Assert.False(status.Failure?.Transient);
    }

    [Theory]
    [InlineData(typeof(Version1), "the activity 'Double'", "the activity 'Slow'")]
    [InlineData(typeof(FewerCalls), "the activity 'Double'", "does not call any more")]
    [InlineData(typeof(MoreCalls), "the journal does not have", "the activity 'Slow'")]
    [InlineData(typeof(OtherInput), "with", "\"input\":2")]
    public async Task Fails_an_instance_whose_code_changed_between_two_starts(Type changed, string first, string second)
    {
        var cancellation = TestContext.Current.CancellationToken;
        using var journal = new LocalJournal();
        await using (var host = await journal.Open(registry: As<Original>()))
        {
            await host.Start("Changing", "probe", Payload.Of(default(Nothing)), cancellation);
            await foreach (var status in host.Observe("probe", cancellation))
                if (status.Custom is not null)
                    break;
        }

        var registry = (Registry)typeof(ReplayTests).GetMethod(nameof(As), System.Reflection.BindingFlags.Static | System.Reflection.BindingFlags.NonPublic)!.MakeGenericMethod(changed).Invoke(null, null)!;
        await using var again = await journal.Open(registry: registry);
        var ended = await again.WaitForEnd("probe", cancellation).WaitAsync(TimeSpan.FromSeconds(10), cancellation);
        Assert.Equal("NonDeterminism", ended.Failure?.Type);
        Assert.Contains(first, ended.Failure?.Message, StringComparison.Ordinal);
        Assert.Contains(second, ended.Failure?.Message, StringComparison.Ordinal);
    }

    private static Registry As<T>()
        where T : Orchestration, new() => Registrations.Registry().AddOrchestration<T>("Changing");

    /// <summary>Catches everything, which does not help it.</summary>
    public sealed class Unstable : Orchestration<Unstable, Nothing, int>
    {
        public override async Task<int> Run(OrchestrationContext context, Nothing input)
        {
            try
            {
                return Interlocked.Increment(ref runs) == 1 ? await Double.Call(context, 1) : await Slow.Call(context, 1);
            }
            catch (Exception)
            {
                return -1;
            }
        }
    }

    public sealed class Original : Orchestration<Original, Nothing, int>
    {
        public override async Task<int> Run(OrchestrationContext context, Nothing input)
        {
            await Double.Call(context, 1);
            context.SetStatus("there");
            return (await context.Next<Letter>()).Number;
        }
    }

    public sealed class Version1 : Orchestration<Version1, Nothing, int>
    {
        public override async Task<int> Run(OrchestrationContext context, Nothing input) => await Slow.Call(context, 1);
    }

    public sealed class FewerCalls : Orchestration<FewerCalls, Nothing, int>
    {
        public override async Task<int> Run(OrchestrationContext context, Nothing input) => (await context.Next<Letter>()).Number;
    }

    public sealed class MoreCalls : Orchestration<MoreCalls, Nothing, int>
    {
        public override async Task<int> Run(OrchestrationContext context, Nothing input)
        {
            await Task.WhenAll(Double.Call(context, 1), Slow.Call(context, 1));
            return (await context.Next<Letter>()).Number;
        }
    }

    public sealed class OtherInput : Orchestration<OtherInput, Nothing, int>
    {
        public override async Task<int> Run(OrchestrationContext context, Nothing input)
        {
            await Double.Call(context, 2);
            return (await context.Next<Letter>()).Number;
        }
    }
}
