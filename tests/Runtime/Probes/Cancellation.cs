using Mammoth.Orchestrations.Runtime;

namespace Mammoth.Tests.Runtime.Probes;

/// <summary>A tree of depth n, two children a node, whose leaves wait for ever; each node tidies up when cancelled.</summary>
public sealed class Tree : Orchestration<Tree, Tree.Input, int>
{
    public sealed record Input(int Depth, string Root, string Key);

    public override async Task<int> Run(OrchestrationContext context, Input input)
    {
        try
        {
            if (input.Depth > 0)
                return (await context.Window<int, int>([1, 2], 2, _ => Call(context, input with { Depth = input.Depth - 1 }))).Sum();
            context.Send(input.Root, new Letter(1));
            await context.Sleep(TimeSpan.FromDays(30));
            return 1;
        }
        catch (OperationCanceledException)
        {
            var tidy = context.Cleanup;
            await Double.Call(tidy, 1);
            await tidy.Sleep(TimeSpan.FromMilliseconds(5));
            await context.Entity<Fragile>(input.Key).Call(f => f.Add(1));
            throw;
        }
    }
}

/// <summary>Starts a tree, waits until its four leaves wait, cancels it, and tells how it ended and how many nodes tidied up.</summary>
public sealed class CancelsATree : Orchestration<CancelsATree, Nothing, string>
{
    public override async Task<string> Run(OrchestrationContext context, Nothing input)
    {
        var tree = Tree.Start(context, new(2, context.InstanceId, context.InstanceId));
        for (int i = 0; i < 4; i++)
            await context.Next<Letter>();
        tree.Cancel();
        string end;
        try
        {
            end = $"{await tree}";
        }
        catch (OperationCanceledException)
        {
            end = "cancelled";
        }

        return $"{end} {(await context.Entity<Fragile>(context.InstanceId).Read()).Count}";
    }
}

/// <summary>An orchestration that is cancelled makes no new calls, and does not continue as new.</summary>
public sealed class CancelledMidway : LoopingOrchestration<CancelledMidway, int, int>
{
    public override async Task<Next<int, int>> Run(OrchestrationContext context, int input)
    {
        if (input == 2)
            context.Cancel(context.InstanceId);
        try
        {
            await Slow.Call(context, 10);
            await Slow.Call(context, 10);
        }
        catch (OperationCanceledException)
        {
            context.SetStatus($"cancelled in turn {input}");
        }

        return Again(input + 1);
    }
}
