using System.Text.Json;
using Mammoth.Orchestrations.Runtime;
using Microsoft.DurableTask;
using Microsoft.Extensions.Logging;

namespace Mammoth.Functions.Durable;

/// <summary>One execution of an orchestration on Durable Functions.</summary>
internal static class DurableTurn
{
    /// <summary>Runs the orchestration that the context names, from its input to its end or to continue-as-new.</summary>
    /// <exception cref="FailureException">It failed; the message carries the whole failure.</exception>
    internal static async Task<JsonElement> Run(TaskOrchestrationContext context, Registry registry, ILoggerFactory loggers)
    {
        // A declared parameter of an abstract type would arrive silently null; and the first call must be one to the context.
        var input = context.GetInput<JsonElement>();
        var port = new DurablePort(context, registry, loggers.CreateLogger("Mammoth.Orchestrations"));
        var outcome = await Turn.Start(port, context.Name, input, registry);
        switch (outcome)
        {
            case TurnOutcome.Done done:
                return done.Output;
            case TurnOutcome.Again again:
                context.ContinueAsNew(again.Input, preserveUnprocessedEvents: true);

                // What is returned is ignored, but it is serialized, and default(JsonElement) can't be.
                return Payload.Null;
            case TurnOutcome.Failed failed:
                throw new FailureException(failed.Failure);
            default:
                throw new InvalidOperationException($"A turn can't end as {outcome}.");
        }
    }
}
