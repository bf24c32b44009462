using System.Text.Json;
using Mammoth.Orchestrations.Runtime;
using Microsoft.Azure.Functions.Worker;
using Microsoft.DurableTask;
using Microsoft.Extensions.Logging;

namespace Mammoth.Functions.Durable;

/// <summary>What each function's one line calls. Functions bear the names of the types they run.</summary>
public sealed class DurableHost(Registry registry, ILoggerFactory loggers)
{
    public Task<JsonElement> Orchestrate(TaskOrchestrationContext context) => DurableTurn.Run(context, registry, loggers);

    /// <param name="call">What <see cref="IOrchestrationPort.CallActivity"/> was given.</param>
    public Task<JsonElement> Act(JsonElement call, string instanceId, FunctionContext context)
    {
        ArgumentNullException.ThrowIfNull(context);
        return registry.RunActivity(context.FunctionDefinition.Name, call, instanceId, loggers.CreateLogger("Mammoth.Activities"), context.CancellationToken);
    }

    public Task Operate(TaskEntityDispatcher dispatcher)
    {
        ArgumentNullException.ThrowIfNull(dispatcher);
        return dispatcher.DispatchAsync(new DurableEntity(registry));
    }
}
