using Mammoth.Orchestrations.Runtime;

namespace Mammoth.Tests.Runtime.Probes;

/// <summary>Throws as it is told.</summary>
public sealed class Throw : Activity<Throw, string, int>
{
    internal static Failure Rich { get; } = new(
        "TableGone",
        "The table \"a ⟦b⟧\" is gone.",
        "42P01",
        Transient: false,
        new Dictionary<string, string> { ["table"] = "a ⟦b⟧", ["Chunk"] = "7" },
        new Failure("SocketException", "Broken pipe", Cause: new Failure("Root", "First\nsecond line", Transient: true)));

    public override Task<int> Run(ActivityContext context, string input) => throw (input switch
    {
        "rich" => new FailureException(Rich),
        "plain" => new InvalidOperationException("That won't do.", new FormatException("Not a number.")),
        "timeout" => new TimeoutException("Too late."),
        _ => new ArgumentException(input),
    });
}

public sealed class ThrowChild : Orchestration<ThrowChild, string, int>
{
    public override Task<int> Run(OrchestrationContext context, string input) => Throw.Call(context, input);
}

public sealed class ThrowGrandchild : Orchestration<ThrowGrandchild, string, int>
{
    public override Task<int> Run(OrchestrationContext context, string input) => ThrowChild.Call(context, input);
}

public sealed class ThrowWrapped : Orchestration<ThrowWrapped, string, int>
{
    public override async Task<int> Run(OrchestrationContext context, string input)
    {
        try
        {
            return await Throw.Call(context, input);
        }
        catch (FailureException e)
        {
            throw new FailureException(new("TableFailed", "orders failed.", Cause: e.Failure));
        }
    }
}

public sealed record Fragile(int Count) : IEntity
{
    public Fragile()
        : this(0)
    {
    }

    public Fragile Add(int amount) => amount < 0 ? throw new InvalidOperationException("Not less than nothing.") : new(Count + amount);

    public (Fragile Next, int Before) Take(int amount) => (new(Count - amount), Count);

    public string Describe(string unit) => $"{Count} {unit}";

    public Fragile Grow() => Count < 0 ? this : throw new FailureException(Throw.Rich);
}

/// <summary>The failure of each source as it arrives.</summary>
public sealed class Errors : Orchestration<Errors, Nothing, IReadOnlyDictionary<string, Failure>>
{
    public override async Task<IReadOnlyDictionary<string, Failure>> Run(OrchestrationContext context, Nothing input)
    {
        var failures = new SortedDictionary<string, Failure>(StringComparer.Ordinal);
        async Task Catch(string name, Func<Task> call)
        {
            try
            {
                await call();
            }
            catch (FailureException e)
            {
                failures.Add(name, e.Failure);
            }
        }

        var entity = context.Entity<Fragile>(context.InstanceId);
        foreach (string kind in (string[])["rich", "plain", "timeout"])
        {
            await Catch($"activity {kind}", () => Throw.Call(context, kind));
            await Catch($"child {kind}", () => ThrowChild.Call(context, kind));
            await Catch($"grandchild {kind}", () => ThrowGrandchild.Call(context, kind));
            await Catch($"wrapped {kind}", () => ThrowWrapped.Call(context, kind));
        }

        await Catch("entity plain", () => entity.Call(e => e.Add(-1)));
        await Catch("entity rich", () => entity.Call(e => e.Grow()));
        return failures;
    }
}

/// <summary>Fails the first so many tries, transiently or for good.</summary>
public sealed class Flaky : Activity<Flaky, Flaky.Input, int>
{
    public sealed record Input(int Failures, bool Transient);

    public override Task<int> Run(ActivityContext context, Input input) => context.Attempt > input.Failures
        ? Task.FromResult(context.Attempt)
        : throw new FailureException(new("Flaky", $"Try {context.Attempt} failed.", Transient: input.Transient));
}

/// <summary>Which try succeeded, or the last failure's message.</summary>
public sealed class Retries : Orchestration<Retries, Nothing, IReadOnlyList<string>>
{
    public override async Task<IReadOnlyList<string>> Run(OrchestrationContext context, Nothing input)
    {
        var retry = new Retry(3, TimeSpan.FromMilliseconds(20));
        async Task<string> Try(int failures, bool transient, Retry? retry)
        {
            try
            {
                return $"{await Flaky.Call(context, new(failures, transient), retry)}";
            }
            catch (FailureException e)
            {
                return e.Failure.Message;
            }
        }

        return [await Try(2, true, retry), await Try(3, true, retry), await Try(1, false, retry), await Try(1, true, null), await Try(0, false, null)];
    }
}

public sealed class UnregisteredActivity : Activity<UnregisteredActivity, int, int>
{
    public override Task<int> Run(ActivityContext context, int input) => Task.FromResult(input);
}

public sealed class UnregisteredChild : Orchestration<UnregisteredChild, int, int>
{
    public override Task<int> Run(OrchestrationContext context, int input) => Task.FromResult(input);
}

public sealed record UnregisteredEntity : IEntity
{
    public UnregisteredEntity Touch() => this;
}

/// <summary>Calls what nobody registered, ready to try again for an hour.</summary>
public sealed class UnknownNames : Orchestration<UnknownNames, Nothing, IReadOnlyList<string>>
{
    public override async Task<IReadOnlyList<string>> Run(OrchestrationContext context, Nothing input)
    {
        var patient = new Retry(100, TimeSpan.FromHours(1));
        async Task<string> Try(Func<Task> call)
        {
            try
            {
                await call();
                return "found";
            }
            catch (FailureException e)
            {
                return $"{e.Failure.Type} {e.Failure.Transient} {e.Failure.Message.Contains("Unregistered", StringComparison.OrdinalIgnoreCase)}";
            }
        }

        context.Entity<UnregisteredEntity>("x").Signal(e => e.Touch());
        return
        [
            await Try(() => UnregisteredActivity.Call(context, 1, patient)),
            await Try(() => UnregisteredChild.Call(context, 1, patient)),
            await Try(() => context.Entity<UnregisteredEntity>("x").Call(e => e.Touch())),
        ];
    }
}

public sealed class LongStatus : Orchestration<LongStatus, int, int>
{
    public override Task<int> Run(OrchestrationContext context, int input)
    {
        context.SetStatus(new string('x', input - 2));
        return Task.FromResult(input);
    }
}
