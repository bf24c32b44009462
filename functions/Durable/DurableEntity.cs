using System.Text.Json;
using Mammoth.Orchestrations.Runtime;
using Microsoft.DurableTask.Entities;

namespace Mammoth.Functions.Durable;

/// <summary>One operation on an entity: the state is kept as JSON, the transition is the shared one. An operation that throws leaves the state.</summary>
internal sealed class DurableEntity(Registry registry) : ITaskEntity
{
    public ValueTask<object?> RunAsync(TaskEntityOperation operation)
    {
        ArgumentNullException.ThrowIfNull(operation);
        EntityInstanceId id = operation.Context.Id;
        JsonElement? state = operation.State.HasState ? operation.State.GetState<JsonElement>() : null;
        JsonElement args = operation.HasInput ? operation.GetInput<JsonElement>() : NoArguments;
        (JsonElement? next, JsonElement result) = registry.RunEntity(new EntityId(id.Name, id.Key), state, operation.Name, args);

        // Null deletes the entity.
        operation.State.SetState(next is { ValueKind: not JsonValueKind.Null } kept ? kept : null);
        return ValueTask.FromResult<object?>(result);
    }

    private static JsonElement NoArguments { get; } = Payload.Of(Array.Empty<JsonElement>());
}
