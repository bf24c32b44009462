using System.Text.Json;
using Microsoft.Extensions.Logging;

namespace Mammoth.Orchestrations.Runtime;

/// <summary>
/// All that a host implements for orchestrations, untyped. Two hosts do: Durable Functions, and <c>Local</c>.
/// Tasks of the port complete one at a time, in the order of the history, and run their continuations inline.
/// A call that failed throws a <see cref="FailureException"/>. The rules are in <c>docs/runtime.md</c>.
/// </summary>
public interface IOrchestrationPort
{
    string InstanceId { get; }

    /// <summary>Replay-safe; never decreases. Not for measuring.</summary>
    DateTimeOffset UtcNow { get; }

    /// <summary>Whether the code is running again over what the history already knows.</summary>
    bool IsReplaying { get; }

    ILogger Logger { get; }

    /// <summary>The same ids in the same order on every replay, different in every turn.</summary>
    Guid NewGuid();

    Task<JsonElement> CallActivity(string name, JsonElement input);

    Task<JsonElement> CallOrchestration(string name, JsonElement input, string instanceId);

    Task<JsonElement> CallEntity(EntityId id, string operation, JsonElement args);

    void SignalEntity(EntityId id, string operation, JsonElement args);

    /// <summary>Completes at <paramref name="due"/> or later, never before. A cancelled timer may stay incomplete for ever.</summary>
    Task Timer(DateTimeOffset due, CancellationToken cancel);

    /// <summary>The next event of that name (case ignored), first in first out. At most one call per name is open at a time.</summary>
    Task<JsonElement> NextEvent(string name);

    /// <summary>Sends an event; where the instance is absent or has ended, nothing happens.</summary>
    void SendEvent(string instanceId, string name, JsonElement payload);

    void SetStatus(JsonElement status);
}
