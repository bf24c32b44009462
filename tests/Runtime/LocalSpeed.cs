using System.Diagnostics;
using Mammoth.Orchestrations.Local;
using Mammoth.Orchestrations.Runtime;
using Mammoth.Tests.Runtime.Probes;
using Double = Mammoth.Tests.Runtime.Probes.Double;

namespace Mammoth.Tests.Runtime;

/// <summary>How long the local runtime takes for a call; run it by hand with <c>-explicit only</c>.</summary>
public sealed class LocalSpeed
{
    [Theory(Explicit = true)]
    [InlineData(true, false)]
    [InlineData(false, false)]
    [InlineData(true, true)]
    public async Task Milliseconds_a_call(bool flush, bool replayAlways)
    {
        var cancellation = TestContext.Current.CancellationToken;
        using var journal = new LocalJournal();
        await using var host = await journal.Open(new LocalOptions { Flush = flush, ReplayAlways = replayAlways }, Registrations.Registry().AddOrchestration<Sideways>().AddOrchestration<ChildrenOnly>().AddOrchestration<Asking>());
        async Task Time<T>(string what, int calls)
            where T : Orchestration
        {
            await host.Start<T>("warm", 20, cancellation);
            await host.WaitForEnd("warm", cancellation);
            long start = Stopwatch.GetTimestamp();
            await host.Start<T>(what, calls, cancellation);
            await host.WaitForCompletion<int>(what, cancellation);
            TestContext.Current.SendDiagnosticMessage($"flush {flush}, replay always {replayAlways}, {what}, {calls} calls: {Stopwatch.GetElapsedTime(start).TotalMilliseconds / calls:F3} ms a call");
        }

        int calls = replayAlways ? 200 : 2000;
        await Time<SumOfDoubles>("activities one by one", calls);
        await Time<Sideways>("window 8", calls);
        await Time<ChildrenOnly>("children of one call", calls / 10);
        await Time<Asking>("entity calls", calls);
    }

    public sealed class Sideways : Orchestration<Sideways, int, int>
    {
        public override async Task<int> Run(OrchestrationContext context, int input) =>
            (await context.Window(Enumerable.Range(0, input).ToArray(), 8, i => Double.Call(context, i))).Count;
    }

    public sealed class ChildrenOnly : Orchestration<ChildrenOnly, int, int>
    {
        public override async Task<int> Run(OrchestrationContext context, int input)
        {
            for (int i = 0; i < input; i++)
                await SumOfDoubles.Call(context, 1);
            return input;
        }
    }

    public sealed class Asking : Orchestration<Asking, int, int>
    {
        public override async Task<int> Run(OrchestrationContext context, int input)
        {
            for (int i = 0; i < input; i++)
                await context.Entity<Fragile>("k").Call(f => f.Add(1));
            return input;
        }
    }
}
