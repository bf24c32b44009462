using Mammoth.Orchestrations.Runtime;

namespace Mammoth.Tests.Runtime.Probes;

public sealed class Double : Activity<Double, int, int>
{
    public override Task<int> Run(ActivityContext context, int input) => Task.FromResult(input * 2);
}

/// <summary>Takes its input in milliseconds, and gives it back.</summary>
public sealed class Slow : Activity<Slow, int, int>
{
    public override async Task<int> Run(ActivityContext context, int input)
    {
        await Task.Delay(input, context.Cancellation);
        return input;
    }
}

public sealed class SumOfDoubles : Orchestration<SumOfDoubles, int, int>
{
    public override async Task<int> Run(OrchestrationContext context, int input)
    {
        int sum = 0;
        for (int i = 1; i <= input; i++)
            sum += await Double.Call(context, i);
        return sum;
    }
}

/// <summary>Sums in turns of three, and calls a child in each.</summary>
public sealed class SumInTurns : LoopingOrchestration<SumInTurns, SumInTurns.State, int>
{
    public sealed record State(int Left, int Sum);

    public override async Task<Next<State, int>> Run(OrchestrationContext context, State input)
    {
        int turn = Math.Min(3, input.Left);
        int sum = input.Sum + await SumOfDoubles.Call(context, turn);
        return input.Left > turn ? Again(new(input.Left - turn, sum)) : sum;
    }
}
