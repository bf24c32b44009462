using Mammoth.Orchestrations.Runtime;

namespace Mammoth.Tests.Runtime.Probes;

public sealed record Letter(int Number) : IEvent;

public sealed record Approval(bool Granted) : IEvent;

/// <summary>Sends letters from a number on to its caller, each after an answer: of those sent in one go no host but the local one promises the order.</summary>
public sealed class Postman : Orchestration<Postman, Postman.Input, Nothing>
{
    public sealed record Input(string To, int From, int Count);

    public override async Task<Nothing> Run(OrchestrationContext context, Input input)
    {
        for (int i = 0; i < input.Count; i++)
        {
            context.Send(input.To, new Letter(input.From + i));
            await Double.Call(context, i);
        }

        return default;
    }
}

/// <summary>Six letters before the first wait.</summary>
public sealed class LettersBeforeTheWait : Orchestration<LettersBeforeTheWait, Nothing, IReadOnlyList<int>>
{
    public override async Task<IReadOnlyList<int>> Run(OrchestrationContext context, Nothing input)
    {
        await Postman.Call(context, new(context.InstanceId, 1, 6));
        var numbers = new List<int>();
        while (numbers.Count < 6)
            numbers.Add((await context.Next<Letter>()).Number);
        return numbers;
    }
}

/// <summary>A wait that is given up does not swallow the letter that comes late.</summary>
public sealed class LetterAfterATimeout : Orchestration<LetterAfterATimeout, Nothing, IReadOnlyList<int>>
{
    public override async Task<IReadOnlyList<int>> Run(OrchestrationContext context, Nothing input)
    {
        var early = await context.Next<Letter>(TimeSpan.FromMilliseconds(60));
        await Postman.Call(context, new(context.InstanceId, 1, 2));
        var late = await context.Next<Letter>(TimeSpan.FromMinutes(10));
        var last = await context.Next<Letter>();
        return [early?.Number ?? 0, late?.Number ?? 0, last.Number];
    }
}

/// <summary>Letters that come late, in the turn before: one is in the abandoned wait, the others behind it, and they keep their order.</summary>
public sealed class LettersAcrossTurns : LoopingOrchestration<LettersAcrossTurns, IReadOnlyList<int>, IReadOnlyList<int>>
{
    public override async Task<Next<IReadOnlyList<int>, IReadOnlyList<int>>> Run(OrchestrationContext context, IReadOnlyList<int> input)
    {
        if (input.Count == 0)
        {
            var none = await context.Next<Letter>(TimeSpan.FromMilliseconds(60));
            await Postman.Call(context, new(context.InstanceId, 1, 5));
            return Again([none?.Number ?? 0]);
        }

        IReadOnlyList<int> numbers = [.. input, (await context.Next<Letter>()).Number];
        return numbers.Count < 6 ? Again(numbers) : Done(numbers);
    }
}

public sealed class WaitsTwice : Orchestration<WaitsTwice, Nothing, Nothing>
{
    public override async Task<Nothing> Run(OrchestrationContext context, Nothing input)
    {
        _ = context.Next<Letter>();
        await context.Next<Letter>();
        return input;
    }
}

/// <summary>Waits for a decision from outside.</summary>
public sealed class Decision : Orchestration<Decision, Nothing, bool>
{
    public override async Task<bool> Run(OrchestrationContext context, Nothing input)
    {
        context.SetStatus("waiting");
        return (await context.Next<Approval>()).Granted;
    }
}
