using Mammoth.Migration.Errors;

namespace Mammoth.Orchestrations.Runtime;

/// <summary>An instance of that id is still at work.</summary>
public sealed class InstanceConflictException(string instanceId)
    : MammothException($"'{instanceId}' is already running.", "Wait for it, cancel it, or choose another id.")
{
    public string InstanceId { get; } = instanceId;

    public override string Code => "conflict";
}

/// <summary>There is no instance of that id, or it has ended.</summary>
public sealed class InstanceNotFoundException(string instanceId, bool ended = false)
    : MammothException(ended ? $"'{instanceId}' has ended." : $"There is no '{instanceId}' in this journal.")
{
    public string InstanceId { get; } = instanceId;

    public override string Code => "not-found";
}
