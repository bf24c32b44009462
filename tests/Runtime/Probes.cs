using Mammoth.Orchestrations.Runtime;

namespace Mammoth.Tests.Runtime;

public sealed class Double : Activity<Double, int, int>
{
    public override Task<int> Run(ActivityContext context, int input) => Task.FromResult(input * 2);
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
