using System.Text.Json;
using Mammoth.Orchestrations.Runtime;
using Microsoft.DurableTask;
using Microsoft.DurableTask.Entities;
using Microsoft.Extensions.Logging;

namespace Mammoth.Functions.Durable;

/// <summary>The port over Durable Functions. Its tasks are awaited under the orchestrator's own synchronization context: nowhere a ConfigureAwait.</summary>
internal sealed class DurablePort(TaskOrchestrationContext context, Registry registry, ILogger logger) : IOrchestrationPort
{
    /// <summary>Timers of Durable Functions fire up to a second before they are due.</summary>
    private static readonly TimeSpan Early = TimeSpan.FromSeconds(1);

    private DateTimeOffset now;

    public string InstanceId => context.InstanceId;

    /// <summary>Turns of one instance run on different machines, whose clocks differ: here it doesn't go back.</summary>
    public DateTimeOffset UtcNow
    {
        get
        {
            var current = new DateTimeOffset(DateTime.SpecifyKind(context.CurrentUtcDateTime, DateTimeKind.Utc));
            return now = current > now ? current : now;
        }
    }

    public bool IsReplaying => context.IsReplaying;

    public ILogger Logger => logger;

    public Guid NewGuid() => context.NewGuid();

    public Task<JsonElement> CallActivity(string name, JsonElement input) => Known("activity", name, registry.Activities)
        ?? Answer(() => context.CallActivityAsync<JsonElement>(name, input));

    public Task<JsonElement> CallOrchestration(string name, JsonElement input, string instanceId) => Known("orchestration", name, registry.Orchestrations)
        ?? Answer(() => context.CallSubOrchestratorAsync<JsonElement>(name, input, new SubOrchestrationOptions(instanceId: instanceId)));

    public Task<JsonElement> CallEntity(EntityId id, string operation, JsonElement args) => Known("entity", id.Name, registry.Entities)
        ?? Answer(() => context.Entities.CallEntityAsync<JsonElement>(Durable(id), operation, args));

    public void SignalEntity(EntityId id, string operation, JsonElement args)
    {
        // A signal to an entity that nobody has would be tried for ever.
        if (Known("entity", id.Name, registry.Entities) is null)
            _ = context.Entities.SignalEntityAsync(Durable(id), operation, args);
    }

    public Task Timer(DateTimeOffset due, CancellationToken cancel) =>
        due <= UtcNow ? Task.CompletedTask : context.CreateTimer((due + Early).UtcDateTime, cancel);

    /// <summary>The waits are never cancelled: an abandoned one would swallow the next event. The turn keeps and reuses them.</summary>
    public async Task<JsonElement> NextEvent(string name) => Value(await context.WaitForExternalEvent<JsonElement>(name));

    public void SendEvent(string instanceId, string name, JsonElement payload) => context.SendEvent(instanceId, name, payload);

    public void SetStatus(JsonElement status) => context.SetCustomStatus(status);

    private static EntityInstanceId Durable(EntityId id) => new(id.Name, id.Key);

    /// <summary>Null where the name is known: the host would report an unknown one in a way that looks as if it might pass.</summary>
    private static Task<JsonElement>? Known(string kind, string name, IReadOnlyCollection<string> names) =>
        names.Contains(name, StringComparer.OrdinalIgnoreCase) ? null : Task.FromException<JsonElement>(new FailureException(Registry.Unknown(kind, name)));

    /// <summary>Also what the host refuses at once comes as a failed task: the turn counts its open calls.</summary>
    private static async Task<JsonElement> Answer(Func<Task<JsonElement>> call)
    {
        try
        {
            return Value(await call());
        }
        catch (TaskFailedException e)
        {
            throw new FailureException(DurableFailure.Of(e.FailureDetails), e);
        }
        catch (EntityOperationFailedException e)
        {
            throw new FailureException(DurableFailure.Of(e.FailureDetails), e);
        }
    }

    /// <summary>Where a host hands on nothing instead of JSON's null, there is no element at all.</summary>
    private static JsonElement Value(JsonElement given) => given.ValueKind == JsonValueKind.Undefined ? Payload.Null : given;
}
