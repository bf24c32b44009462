using Mammoth.Orchestrations.Runtime;

namespace Mammoth.Tests.Runtime.Probes;

public enum Op
{
    Double,
    Slow,
    Flaky,
    Fail,
    Sleep,
    Count,
    Ask,
    Letter,
    Child,
    Window,
    Turn,
}

public sealed record Instruction(Op Op, int Value, IReadOnlyList<Instruction>? Body = null);

/// <summary>Runs any program, in as many turns as it says. <see cref="Expected"/> says what it must come to.</summary>
public sealed class Interpreter : LoopingOrchestration<Interpreter, Interpreter.State, long>
{
    public sealed record State(IReadOnlyList<Instruction> Program, int Next = 0, long Sum = 0);

    public override async Task<Next<State, long>> Run(OrchestrationContext context, State input)
    {
        long sum = input.Sum;
        var entity = context.Entity<Fragile>(context.InstanceId);
        for (int i = input.Next; i < input.Program.Count; i++)
        {
            var (op, value, body) = input.Program[i];
            switch (op)
            {
                case Op.Double:
                    sum += await Double.Call(context, value);
                    break;
                case Op.Slow:
                    sum += await Slow.Call(context, value);
                    break;
                case Op.Flaky:
                    sum += await Flaky.Call(context, new(value % 3, Transient: true), new Retry(3, TimeSpan.FromMilliseconds(1)));
                    break;
                case Op.Fail:
                    try
                    {
                        await ThrowChild.Call(context, "plain");
                    }
                    catch (FailureException)
                    {
                        sum++;
                    }

                    break;
                case Op.Sleep:
                    await context.Sleep(TimeSpan.FromMilliseconds(value));
                    break;
                case Op.Count:
                    entity.Signal(e => e.Add(value));
                    break;
                case Op.Ask:
                    sum += (await entity.Read()).Count;
                    break;
                case Op.Letter:
                    context.Send(context.InstanceId, new Letter(value));
                    sum += (await context.Next<Letter>()).Number;
                    break;
                case Op.Child:
                    sum += await Call(context, new(body!));
                    break;
                case Op.Window:
                    sum += (await context.Window(body!, 2, one => Call(context, new([one])))).Sum();
                    break;
                default:
                    context.SetStatus(i);
                    return Again(input with { Next = i + 1, Sum = sum });
            }
        }

        return sum;
    }

    public static long Expected(IReadOnlyList<Instruction> program)
    {
        long sum = 0, count = 0;
        foreach (var (op, value, body) in program)
        {
            if (op == Op.Count)
                count += value;
            sum += op switch
            {
                Op.Double => value * 2,
                Op.Slow or Op.Letter => value,
                Op.Flaky => (value % 3) + 1,
                Op.Fail => 1,
                Op.Ask => count,
                Op.Child => Expected(body!),
                Op.Window => body!.Sum(one => Expected([one])),
                _ => 0,
            };
        }

        return sum;
    }

    public static IReadOnlyList<Instruction> Generate(Random random, int length, int depth = 2) =>
        [.. Enumerable.Range(0, length).Select(_ => Generate(random, depth))];

    private static Instruction Generate(Random random, int depth)
    {
        var op = (Op)random.Next(depth > 0 ? (int)Op.Turn + 1 : (int)Op.Child);
        return op switch
        {
            Op.Child or Op.Window => new(op, 0, Generate(random, random.Next(1, 6), depth - 1)),
            Op.Turn when depth < 2 => new(Op.Double, 1),
            _ => new(op, random.Next(10)),
        };
    }
}
