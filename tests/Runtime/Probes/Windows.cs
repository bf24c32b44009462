using Mammoth.Orchestrations.Runtime;

namespace Mammoth.Tests.Runtime.Probes;

/// <summary>Twenty items, four at a time, the results in the order of the items.</summary>
public sealed class WindowInOrder : Orchestration<WindowInOrder, Nothing, string>
{
    public override async Task<string> Run(OrchestrationContext context, Nothing input)
    {
        int open = 0, most = 0;
        var results = await context.Window(Enumerable.Range(1, 20).ToArray(), 4, async i =>
        {
            most = Math.Max(most, ++open);
            int result = i % 3 == 0 ? await Slow.Call(context, i) : await Double.Call(context, i);
            open--;
            return result;
        });
        return $"{most} {string.Join(' ', results)}";
    }
}

public sealed class FailOn : Activity<FailOn, FailOn.Input, int>
{
    public sealed record Input(int Item, int Bad);

    public override async Task<int> Run(ActivityContext context, Input input)
    {
        if (input.Item == input.Bad)
            throw new InvalidOperationException($"{input.Item} is bad.");
        await Task.Delay(40, context.Cancellation);
        return input.Item;
    }
}

/// <summary>A failure stops the window: no more are started, those open are waited for.</summary>
public sealed class WindowThatFails : Orchestration<WindowThatFails, Nothing, string>
{
    public override async Task<string> Run(OrchestrationContext context, Nothing input)
    {
        int started = 0, ended = 0;
        int? startedAtFailure = null;
        try
        {
            await context.Window(Enumerable.Range(0, 50).ToArray(), 3, async i =>
            {
                started++;
                try
                {
                    return await FailOn.Call(context, new(i, 4));
                }
                catch (FailureException)
                {
                    startedAtFailure = started;
                    throw;
                }
                finally
                {
                    ended++;
                }
            });
            return "did not fail";
        }
        catch (FailureException e)
        {
            // How many were started when the failure came depends on the host's speed; that none was afterwards does not.
            return $"{e.Failure.Message} {(started == startedAtFailure ? "stopped" : $"went on from {startedAtFailure} to {started}")} {(started == ended ? "waited" : "left some")}";
        }
    }
}
