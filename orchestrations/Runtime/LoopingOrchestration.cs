using System.Text.Json;

namespace Mammoth.Orchestrations.Runtime;

/// <summary>
/// An orchestration that may continue as new: <c>return Again(next)</c> runs it from the top with another input and an empty history,
/// under the same id; <c>return result</c> (or <c>Done(result)</c> where the result is an interface) ends it. A history is best folded every 100 to 300 calls.
/// </summary>
public abstract class LoopingOrchestration<TSelf, TIn, TOut> : Orchestration
    where TSelf : LoopingOrchestration<TSelf, TIn, TOut>, new()
{
    public abstract Task<Next<TIn, TOut>> Run(OrchestrationContext context, TIn input);

    /// <inheritdoc cref="Orchestration{TSelf, TIn, TOut}.Call"/>
    public static async Task<TOut> Call(OrchestrationContext context, TIn input, Retry? retry = null) =>
        Payload.To<TOut>(await context.CallOrchestration(typeof(TSelf).Name, Payload.Of(input), retry));

    /// <inheritdoc cref="Orchestration{TSelf, TIn, TOut}.Start"/>
    public static Child<TOut> Start(OrchestrationContext context, TIn input) =>
        context.StartOrchestration<TOut>(typeof(TSelf).Name, Payload.Of(input));

    /// <summary>Continue as new. No call may be open; events not taken yet stay for the next turn.</summary>
    protected static Next<TIn, TOut> Again(TIn next) => Next<TIn, TOut>.Again(next);

    /// <summary>The end, with its result.</summary>
    protected static Next<TIn, TOut> Done(TOut result) => Next<TIn, TOut>.Done(result);

    internal sealed override async Task<TurnOutcome> RunTurn(OrchestrationContext context, JsonElement input) =>
        (await Run(context, Payload.To<TIn>(input))).Outcome;
}
