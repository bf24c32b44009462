using System.Globalization;
using Mammoth.Migration.Runs;

namespace Mammoth.Migration.Errors;

/// <summary>An error its reader can act on: what was being done, what went wrong, what to do next.</summary>
public class MammothException(string message, string? wayOut = null, Exception? inner = null) : Exception(message, inner)
{
    /// <summary>What to do next, a sentence; null where the message says it.</summary>
    public string? WayOut { get; } = wayOut;

    /// <summary>A short stable word for machines (<c>usage</c>, <c>snapshot-lost</c>, <c>unfit-row</c> …).</summary>
    public virtual string Code => "failed";

    /// <summary>Trying the same again may succeed.</summary>
    public virtual bool IsTransient => false;

    /// <summary>It is transient, but does not pass by itself: until somebody has done something, trying again is of no use.</summary>
    public virtual bool NeedsSomebody => false;
}

/// <summary>The command line or the configuration asks for something that can't be.</summary>
public sealed class UsageException(string message, string? wayOut = null) : MammothException(message, wayOut)
{
    public override string Code => "usage";
}

/// <summary>The source can't be read as asked: no privilege, row-level security, an unsupported server.</summary>
public sealed class SourceRefusedException(string message, string? wayOut = null, Exception? inner = null) : MammothException(message, wayOut, inner)
{
    public override string Code => "source-refused";
}

/// <summary>A table of the warehouse came from another database, and nobody said that it may be replaced.</summary>
public sealed class OtherSourceException(string message, string? wayOut = null) : MammothException(message, wayOut)
{
    public override string Code => "other-source";
}

/// <summary>The snapshot the run reads is gone: its holder died. Tables not finished start again under a new one.</summary>
public sealed class SnapshotLostException(string message, Exception? inner = null)
    : MammothException(message, "Run the same command again; tables already finished are kept.", inner)
{
    public override string Code => "snapshot-lost";
}

/// <summary>A value has no exact form in its column's Iceberg type and the column's policy is <c>fail</c>.</summary>
public sealed class UnfitRowException(string message, string? wayOut = null) : MammothException(message, wayOut)
{
    public override string Code => "unfit-row";
}

/// <summary>What was written is not what the source holds.</summary>
public sealed class VerificationException(string message, string? wayOut = null) : MammothException(message, wayOut)
{
    public override string Code => "verification";
}

/// <summary>The connection, the server or the store failed in a way that may pass.</summary>
public sealed class TransientException(string message, string? wayOut = null, Exception? inner = null) : MammothException(message, wayOut, inner)
{
    public override string Code => "transient";

    public override bool IsTransient => true;
}

/// <summary>A disk is full: what was begun stands, and goes on once there is space.</summary>
public sealed class DiskFullException(string place, Exception? inner = null) : MammothException($"The disk that holds {place} is full.", "Free some space there. Run the same command again.", inner)
{
    public override string Code => "disk-full";

    public override bool IsTransient => true;

    public override bool NeedsSomebody => true;
}

/// <summary>The process may not use as much memory as it needs.</summary>
public sealed class MemoryException(string message, Exception? inner = null) : MammothException(
    message,
    "Let large values be objects of their own (--large-values 10MB, the default), copy fewer at a time (--slots 1), or give the process more memory (a container's limit, DOTNET_GCHeapHardLimit).", inner)
{
    public override string Code => "out-of-memory";
}

/// <summary>The catalog has refused a commit, for certain: nothing of it was published, and nothing will be.</summary>
public sealed class CommitRejectedException(string message) : MammothException(message, "Nothing was published. Let one writer at a time write a table, and run again.")
{
    public override string Code => "rejected";
}

/// <summary>A run can't go on for now, and lost nothing: run again, it goes on.</summary>
public sealed class RunInterruptedException(string message, string? wayOut = null) : MammothException(message, wayOut)
{
    public override string Code => "interrupted";

    public override bool IsTransient => true;
}

/// <summary>Another run has the warehouse, and one migration runs at a time.</summary>
public sealed class RunUnderWayException(ClaimedRun other) : MammothException(
    $"{other}; one migration runs at a time.",
    string.Create(CultureInfo.InvariantCulture, $"Wait for it to end, or stop it. If nobody works at it any more, its claim runs out at {other.End.UtcDateTime:HH:mm:ss} UTC: run the same command again then."))
{
    public override string Code => "run-under-way";

    public override bool IsTransient => true;
}

/// <summary>A run failed before there was anything to report.</summary>
public sealed class RunFailedException(string message, string? wayOut = null, Exception? inner = null) : MammothException(message, wayOut, inner)
{
    public override string Code => "run-failed";
}
