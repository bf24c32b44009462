using Mammoth.Orchestrations.Runtime;

namespace Mammoth.Tests.Runtime.Probes;

/// <summary>All the ways in which an orchestration may leave its turn.</summary>
public sealed class ForeignAwaits : Orchestration<ForeignAwaits, string, int>
{
    public override async Task<int> Run(OrchestrationContext context, string input)
    {
        switch (input)
        {
            case "first":
                await Task.Delay(30);
                break;
            case "late":
                await Double.Call(context, 1);
                await Task.Delay(30);
                break;
            case "yield":
                await Task.Yield();
                break;
            case "configured":
                await Double.Call(context, 1).ConfigureAwait(false);
                break;
            case "configured, then a call":
                await Double.Call(context, 1).ConfigureAwait(false);
                await Double.Call(context, 2);
                break;
            case "on the pool":
                await Task.Run(() => context.NewGuid());
                break;
            case "beside a call":
                await Task.WhenAll(Task.Delay(2000), Slow.Call(context, 10));
                break;
            default:
                try
                {
                    await Task.Delay(10);
                }
                catch (Exception)
                {
                    return 1;
                }

                break;
        }

        return await Double.Call(context, 1);
    }
}
