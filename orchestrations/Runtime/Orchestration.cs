using System.Text.Json;

namespace Mammoth.Orchestrations.Runtime;

/// <summary>
/// The order in which steps happen. Its code runs again from the top after a restart, so it is deterministic: it awaits nothing but what the
/// context, activities, orchestrations and entities hand it, and asks the context for the time and for ids.
/// </summary>
public abstract class Orchestration
{
    private protected Orchestration()
    {
    }

    /// <summary>The declared type of an orchestration's input.</summary>
    public static Type InputOf(Type orchestration)
    {
        for (var type = orchestration.BaseType; type is not null; type = type.BaseType)
            if (type.IsGenericType && type.BaseType == typeof(Orchestration))
                return type.GetGenericArguments()[1];
        throw new ArgumentException($"{orchestration.Name} is no orchestration.", nameof(orchestration));
    }

    internal abstract Task<TurnOutcome> RunTurn(OrchestrationContext context, JsonElement input);
}

/// <summary>An orchestration of one turn: <c>public sealed class MigrateTable : Orchestration&lt;MigrateTable, Table, TableResult&gt;</c>.</summary>
public abstract class Orchestration<TSelf, TIn, TOut> : Orchestration
    where TSelf : Orchestration<TSelf, TIn, TOut>, new()
{
    public abstract Task<TOut> Run(OrchestrationContext context, TIn input);

    /// <summary>Runs it as a child and waits for its result.</summary>
    /// <exception cref="FailureException">It failed, for good or once too often.</exception>
    /// <exception cref="OperationCanceledException">The caller or the child was cancelled.</exception>
    public static async Task<TOut> Call(OrchestrationContext context, TIn input, Retry? retry = null) =>
        Payload.To<TOut>(await context.CallOrchestration(typeof(TSelf).Name, Payload.Of(input), retry));

    /// <summary>Starts it as a child, to send it events while it runs.</summary>
    public static Child<TOut> Start(OrchestrationContext context, TIn input) =>
        context.StartOrchestration<TOut>(typeof(TSelf).Name, Payload.Of(input));

    internal sealed override async Task<TurnOutcome> RunTurn(OrchestrationContext context, JsonElement input) =>
        new TurnOutcome.Done(Payload.Of(await Run(context, Payload.To<TIn>(input))));
}
