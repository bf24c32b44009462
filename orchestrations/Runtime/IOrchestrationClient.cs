using System.Text.Json;

namespace Mammoth.Orchestrations.Runtime;

/// <summary>
/// What can be asked of a host from outside, untyped, as <see cref="IOrchestrationPort"/> is from inside. Both hosts implement it, so that an API is
/// written once. <see cref="OrchestrationClient"/> has the typed calls.
/// </summary>
public interface IOrchestrationClient
{
    /// <summary>Starts an orchestration. The id of one that has ended may be used again; its past is then forgotten.</summary>
    /// <exception cref="InstanceConflictException">One of that id is running.</exception>
    Task Start(string name, string instanceId, JsonElement input, CancellationToken cancellation = default);

    /// <summary>Where an instance stands, or null where there is none.</summary>
    Task<InstanceStatus?> Status(string instanceId, CancellationToken cancellation = default);

    /// <summary>A page of the instances whose id starts with a prefix; a child's id starts with its parent's and a dot.</summary>
    /// <param name="continuation">The <see cref="InstancePage.Next"/> of the page before; null: the first page.</param>
    /// <param name="size">At most so many; a host may give fewer, even none, and still have more.</param>
    Task<InstancePage> List(string prefix, string? continuation, int size, CancellationToken cancellation = default);

    /// <summary>Sends an event, which is kept until the instance takes it.</summary>
    /// <exception cref="InstanceNotFoundException">There is none of that id, or it has ended.</exception>
    Task Raise(string instanceId, string name, JsonElement payload, CancellationToken cancellation = default);

    /// <summary>Hands nothing to an instance until <see cref="Resume"/>; what it called goes on. Its children are instances of their own.</summary>
    /// <exception cref="InstanceNotFoundException">There is none of that id, or it has ended.</exception>
    Task Suspend(string instanceId, CancellationToken cancellation = default);

    /// <summary>Ends a <see cref="Suspend"/>.</summary>
    /// <exception cref="InstanceNotFoundException">There is none of that id, or it has ended.</exception>
    Task Resume(string instanceId, CancellationToken cancellation = default);

    /// <summary>The last resort: ends an instance and all its children at once, without tidying up.</summary>
    /// <exception cref="InstanceNotFoundException">None of them is running.</exception>
    Task Terminate(string instanceId, string reason, CancellationToken cancellation = default);

    /// <summary>An entity's state, or null where it has none yet.</summary>
    Task<JsonElement?> ReadEntity(EntityId entity, CancellationToken cancellation = default);

    /// <summary>Sends an operation to an entity. One that throws leaves the state; whether the caller hears of it is the host's choice.</summary>
    /// <param name="args">The arguments as a JSON array.</param>
    Task SignalEntity(EntityId entity, string operation, JsonElement args, CancellationToken cancellation = default);
}

/// <summary>Some instances, and how to ask for those that follow.</summary>
/// <param name="Next">To be handed back as it is; null: there are no more.</param>
public sealed record InstancePage(IReadOnlyList<InstanceStatus> Instances, string? Next);
