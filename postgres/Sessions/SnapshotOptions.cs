using Mammoth.Postgres.Catalog;

namespace Mammoth.Postgres.Sessions;

/// <summary>How a snapshot is held.</summary>
public sealed record SnapshotOptions
{
    /// <summary>
    /// Lock the tables (ACCESS SHARE) against <c>TRUNCATE</c>, rewriting <c>ALTER</c>, <c>VACUUM FULL</c> and <c>DROP</c>. Without it each
    /// leaf's file node must be compared after it was read.
    /// </summary>
    public bool Lock { get; init; } = true;

    /// <summary>Which tables (and partition roots) are locked; all where null.</summary>
    public Func<QualifiedName, bool>? Include { get; init; }

    /// <summary>How long to wait for another session's lock on a table.</summary>
    public TimeSpan LockTimeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>How often the holder is asked whether it still lives, and who waits behind its locks.</summary>
    public TimeSpan Heartbeat { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>Called once for each session that begins to wait behind our locks, on the heartbeat's thread. It may call <see cref="SnapshotHolder.Yield"/>.</summary>
    public Func<LockWaiter, Task>? OnWaiter { get; init; }
}

/// <summary>A session that waits behind our locks, and with it everybody who comes after it to the same table.</summary>
/// <param name="ProcessId">Its backend's process id.</param>
/// <param name="Table">What it waits for, where that is one of the locked tables.</param>
/// <param name="Mode">The lock it wants, e.g. <c>AccessExclusiveLock</c>.</param>
/// <param name="Statement">What it runs, where the role may see it.</param>
public sealed record LockWaiter(int ProcessId, QualifiedName? Table, string Mode, string? Statement);
