using System.Text.Json;
using Mammoth.Orchestrations.Runtime;

namespace Mammoth.Tests.Runtime.Conformance;

/// <summary>A host that has all probes of <see cref="Probes.Registrations"/> registered, seen from outside: names and JSON only, so that it may be somewhere else.</summary>
public interface IConformanceHost : IAsyncDisposable
{
    /// <exception cref="InstanceConflictException">One of that id is running.</exception>
    Task Start(string name, string instanceId, JsonElement input);

    /// <summary>Waits for the end of an instance.</summary>
    Task<Ended> WaitForEnd(string instanceId);

    Task<InstanceState> State(string instanceId);

    /// <summary>The custom status, or null.</summary>
    Task<JsonElement?> Custom(string instanceId);

    /// <exception cref="InstanceNotFoundException">There is none of that id.</exception>
    Task Raise(string instanceId, string name, JsonElement payload);

    Task Cancel(string instanceId);

    Task Suspend(string instanceId);

    Task Resume(string instanceId);

    Task Terminate(string instanceId);
}

/// <summary>How an instance ended.</summary>
public sealed record Ended(InstanceState State, JsonElement? Output, Failure? Failure)
{
    /// <summary>One line that is the same on every host.</summary>
    public override string ToString() => State switch
    {
        InstanceState.Completed => $"{State} {Output?.GetRawText()}",
        _ => $"{State} {Failure?.Type}",
    };
}
