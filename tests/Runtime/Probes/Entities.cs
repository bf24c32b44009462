using Mammoth.Orchestrations.Runtime;

namespace Mammoth.Tests.Runtime.Probes;

public sealed record Notes(IReadOnlyList<int> Numbers) : IEntity
{
    public Notes()
        : this([])
    {
    }

    public Notes Add(int number, int times = 1) => new([.. Numbers, .. Enumerable.Repeat(number, times)]);

    public Notes Fail(string why) => why.Length == 0 ? this : throw new InvalidOperationException(why);

    public Notes Fill(int length) => this with { Numbers = [.. Enumerable.Repeat(1_000_000_000, length)] };
}

/// <summary>Twenty signals in order, a failing one among them, and what a later call sees.</summary>
public sealed class Signals : Orchestration<Signals, Nothing, string>
{
    public override async Task<string> Run(OrchestrationContext context, Nothing input)
    {
        var notes = context.Entity<Notes>(context.InstanceId);
        for (int i = 0; i < 20; i++)
        {
            int number = i;
            notes.Signal(n => n.Add(number, 1));
            if (i == 10)
                notes.Signal(n => n.Fail("in between"));
        }

        string seen = string.Join(' ', (await notes.Read()).Numbers);
        var fragile = context.Entity<Fragile>(context.InstanceId);
        fragile.Signal(f => f.Add(7));
        int before = await fragile.Call(f => f.Take(3));
        string described = await fragile.Call(f => f.Describe("left"));
        fragile.Delete();
        int after = (await fragile.Read()).Count;
        return $"{seen}; {before}, {described}, {after}";
    }
}

/// <summary>What was signalled before a failure stays.</summary>
public sealed class SignalThenThrow : Orchestration<SignalThenThrow, string, int>
{
    public override async Task<int> Run(OrchestrationContext context, string input)
    {
        context.Entity<Fragile>(input).Signal(f => f.Add(5));
        await Double.Call(context, 1);
        throw new FailureException(new("Meant", "Thrown on purpose."));
    }
}

public sealed class SeesSignalOfFailed : Orchestration<SeesSignalOfFailed, Nothing, string>
{
    public override async Task<string> Run(OrchestrationContext context, Nothing input)
    {
        try
        {
            await SignalThenThrow.Call(context, context.InstanceId);
            return "did not throw";
        }
        catch (FailureException e)
        {
            // A signal of another caller may take its time.
            int count = 0;
            for (int i = 0; i < 100 && count == 0; i++)
            {
                await context.Sleep(TimeSpan.FromMilliseconds(20));
                count = (await context.Entity<Fragile>(context.InstanceId).Read()).Count;
            }

            return $"{e.Failure.Type} {count}";
        }
    }
}

/// <summary>A state that would be too large is refused, and the one before stays.</summary>
public sealed class LargeState : Orchestration<LargeState, Nothing, string>
{
    public override async Task<string> Run(OrchestrationContext context, Nothing input)
    {
        var notes = context.Entity<Notes>(context.InstanceId);
        await notes.Call(n => n.Fill(2));
        try
        {
            await notes.Call(n => n.Fill(10_000));
            return "kept";
        }
        catch (FailureException e)
        {
            return $"{e.Failure.Type} {(await notes.Read()).Numbers.Count}";
        }
    }
}
