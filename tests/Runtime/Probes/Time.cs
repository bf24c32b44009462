using Mammoth.Orchestrations.Runtime;

namespace Mammoth.Tests.Runtime.Probes;

/// <summary>What holds of timers and the clock, as sentences that are true.</summary>
public sealed class Timers : Orchestration<Timers, Nothing, IReadOnlyList<string>>
{
    public override async Task<IReadOnlyList<string>> Run(OrchestrationContext context, Nothing input)
    {
        var facts = new List<string>();
        void Check(bool holds, string fact) => facts.Add(holds ? fact : $"not: {fact}");

        var start = context.UtcNow;
        await context.SleepUntil(start - TimeSpan.FromDays(1));
        Check(context.UtcNow == start, "a past timer is no wait");
        var due = start + TimeSpan.FromMilliseconds(150);
        await context.SleepUntil(due);
        Check(context.UtcNow >= due, "a timer is never early");

        var latest = context.UtcNow;
        await Double.Call(context, 1);
        Check(context.UtcNow >= latest, "the clock does not go back");

        using var giveUp = new CancellationTokenSource();
        var hour = context.Sleep(TimeSpan.FromHours(1), giveUp.Token);
        var shortly = context.Sleep(TimeSpan.FromMilliseconds(50));
        Check(await Task.WhenAny(hour, shortly) == shortly, "the shorter timer wins");
        giveUp.Cancel();
        Check(hour.IsCanceled, "a timer can be given up");

        return facts;
    }
}

/// <summary>A race between a slow activity and a timer, and the loser awaited after it.</summary>
public sealed class Race : Orchestration<Race, Nothing, string>
{
    public override async Task<string> Run(OrchestrationContext context, Nothing input)
    {
        var slow = Slow.Call(context, 2500);
        var timer = context.Sleep(TimeSpan.FromMilliseconds(30));
        string winner = await Task.WhenAny(slow, timer) == timer ? "timer" : "activity";
        return $"{winner}, then {await slow}";
    }
}

/// <summary>Ends with a timer of a day and a child still open; the child must have ended before.</summary>
public sealed class Leftovers : Orchestration<Leftovers, string, int>
{
    public override Task<int> Run(OrchestrationContext context, string input)
    {
        _ = context.Sleep(TimeSpan.FromDays(1));
        _ = CountLater.Call(context, input);
        _ = Slow.Call(context, 50);
        return Task.FromResult(1);
    }
}

public sealed class CountLater : Orchestration<CountLater, string, int>
{
    public override async Task<int> Run(OrchestrationContext context, string input)
    {
        await context.Sleep(TimeSpan.FromMilliseconds(150));
        return (await context.Entity<Fragile>(input).Call(e => e.Add(1))).Count;
    }
}

/// <summary>How much the leftover child had counted when its parent ended.</summary>
public sealed class DrainsLeftovers : Orchestration<DrainsLeftovers, Nothing, int>
{
    public override async Task<int> Run(OrchestrationContext context, Nothing input)
    {
        string key = context.InstanceId;
        await Leftovers.Call(context, key);
        return (await context.Entity<Fragile>(key).Read()).Count;
    }
}

public sealed class ContinuesWithOpenCall : LoopingOrchestration<ContinuesWithOpenCall, int, int>
{
    public override Task<Next<int, int>> Run(OrchestrationContext context, int input)
    {
        _ = Slow.Call(context, 20);
        return Task.FromResult(Again(input + 1));
    }
}

/// <summary>Ids of three turns, and how many of them are distinct.</summary>
public sealed class Ids : LoopingOrchestration<Ids, IReadOnlyList<Guid>, int>
{
    public override async Task<Next<IReadOnlyList<Guid>, int>> Run(OrchestrationContext context, IReadOnlyList<Guid> input)
    {
        var first = context.NewGuid();
        await Double.Call(context, 1);
        IReadOnlyList<Guid> all = [.. input, first, context.NewGuid()];
        return all.Count < 6 ? Again(all) : all.Distinct().Count();
    }
}
