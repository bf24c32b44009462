using System.Linq.Expressions;
using System.Runtime.CompilerServices;
using System.Text.Json;

namespace Mammoth.Orchestrations.Runtime;

/// <summary>An <see cref="IOrchestrationClient"/> by types: names are never written.</summary>
public static class OrchestrationClient
{
    /// <inheritdoc cref="IOrchestrationClient.Start"/>
    public static Task Start<T>(this IOrchestrationClient client, string instanceId, object? input, CancellationToken cancellation = default)
        where T : Orchestration => client.Start(typeof(T).Name, instanceId, Payload.Of(input, Orchestration.InputOf(typeof(T))), cancellation);

    /// <inheritdoc cref="IOrchestrationClient.Raise"/>
    public static Task Raise<T>(this IOrchestrationClient client, string instanceId, T payload, CancellationToken cancellation = default)
        where T : IEvent => client.Raise(instanceId, typeof(T).Name, Payload.Of(payload), cancellation);

    /// <summary>Asks an instance and its children to end: their waits end, their activities are asked to stop, they tidy up and fail as cancelled.</summary>
    /// <exception cref="InstanceNotFoundException">There is none of that id, or it has ended.</exception>
    public static Task Cancel(this IOrchestrationClient client, string instanceId, CancellationToken cancellation = default) =>
        client.Raise(instanceId, Turn.CancelEvent, Payload.Null, cancellation);

    /// <summary>An entity's state; the one before its first operation where there is none yet.</summary>
    public static async Task<T> Read<T>(this IOrchestrationClient client, string key, CancellationToken cancellation = default)
        where T : class, IEntity, new() =>
        await client.ReadEntity(new EntityId(typeof(T).Name, key), cancellation) is { ValueKind: not JsonValueKind.Null } state ? Payload.To<T>(state) : new T();

    /// <inheritdoc cref="IOrchestrationClient.SignalEntity"/>
    public static Task Signal<T>(this IOrchestrationClient client, string key, Expression<Func<T, T>> operation, CancellationToken cancellation = default)
        where T : class, IEntity, new()
    {
        (string name, JsonElement args) = EntityOperation.Of(operation);
        return client.SignalEntity(new EntityId(typeof(T).Name, key), name, args, cancellation);
    }

    /// <summary>All instances whose id starts with a prefix, page by page.</summary>
    public static async IAsyncEnumerable<InstanceStatus> List(this IOrchestrationClient client, string prefix, [EnumeratorCancellation] CancellationToken cancellation = default)
    {
        string? continuation = null;
        do
        {
            InstancePage page = await client.List(prefix, continuation, 200, cancellation);
            foreach (InstanceStatus instance in page.Instances)
            {
                yield return instance;
            }

            continuation = page.Next;
        }
        while (continuation is not null);
    }
}
