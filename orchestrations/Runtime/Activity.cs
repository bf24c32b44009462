using System.Text.Json;

namespace Mammoth.Orchestrations.Runtime;

/// <summary>One step of work, with side effects. It runs at least once for each call: an earlier run may even be still at work.</summary>
public abstract class Activity
{
    private protected Activity()
    {
    }

    internal abstract Task<JsonElement> Invoke(ActivityContext context, JsonElement input);
}

/// <summary>An activity type: <c>public sealed class CopyChunk(Source source) : Activity&lt;CopyChunk, CopyChunk.Input, CopyChunk.Result&gt;</c>.</summary>
public abstract class Activity<TSelf, TIn, TOut> : Activity
    where TSelf : Activity<TSelf, TIn, TOut>
{
    /// <summary>Does the work. What it throws becomes a <see cref="Failure"/> (see <see cref="Registry.Classify"/>).</summary>
    public abstract Task<TOut> Run(ActivityContext context, TIn input);

    /// <summary>Calls the activity from an orchestration.</summary>
    /// <exception cref="FailureException">It failed, for good or once too often.</exception>
    /// <exception cref="OperationCanceledException">The orchestration was cancelled.</exception>
    public static async Task<TOut> Call(OrchestrationContext context, TIn input, Retry? retry = null) =>
        Payload.To<TOut>(await context.CallActivity(typeof(TSelf).Name, Payload.Of(input), retry));

    internal sealed override async Task<JsonElement> Invoke(ActivityContext context, JsonElement input) =>
        Payload.Of(await Run(context, Payload.To<TIn>(input)));
}
