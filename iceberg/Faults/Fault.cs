namespace Mammoth.Iceberg.Faults;

/// <summary>What happens at a failpoint.</summary>
internal enum FaultKind
{
    /// <summary>The process gets SIGKILL.</summary>
    Crash,

    /// <summary>The step fails as if a connection broke.</summary>
    Throw,

    /// <summary>The step waits.</summary>
    Delay,

    /// <summary>The write takes place, and its answer is lost.</summary>
    Drop,

    /// <summary>From this pass on the disk has no space left.</summary>
    Full,
}

/// <param name="Pass">At which pass it happens, from 1, or from which on where it lasts; null: at each.</param>
internal sealed record Fault(FaultKind Kind, int? Pass, TimeSpan Delay = default);
