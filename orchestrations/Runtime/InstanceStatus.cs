using System.Text.Json;

namespace Mammoth.Orchestrations.Runtime;

/// <summary>Where an instance stands.</summary>
/// <param name="Name">The orchestration's type.</param>
/// <param name="Turn">How often it has continued as new, from 0.</param>
/// <param name="Custom">What it last set as its status.</param>
/// <param name="Output">Its result, where completed.</param>
/// <param name="Failure">Why it failed or was terminated.</param>
public sealed record InstanceStatus(
    string InstanceId,
    string Name,
    InstanceState State,
    int Turn,
    DateTimeOffset Created,
    DateTimeOffset Updated,
    JsonElement? Custom,
    JsonElement? Output,
    Failure? Failure)
{
    /// <summary>What it was started with, or its current turn where it continued as new; null where the host keeps it no more, and in lists.</summary>
    public JsonElement? Input { get; init; }

    /// <summary>Completed, failed or terminated.</summary>
    public bool HasEnded => State >= InstanceState.Completed;

    /// <summary>The custom status, or default where there is none yet.</summary>
    public T? CustomAs<T>() => Custom is { } custom ? Payload.To<T>(custom) : default;
}
