namespace Mammoth.Orchestrations.Runtime;

public enum InstanceState
{
    Running,

    /// <summary>Nothing is handed to it until it is resumed; what it called goes on, and waits.</summary>
    Suspended,
    Completed,

    /// <summary>Also where it was cancelled: the failure then <see cref="Failure.IsCancelled"/>.</summary>
    Failed,
    Terminated,
}
