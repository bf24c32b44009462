using Mammoth.Migration.Reports;

namespace Mammoth.Api.Runs;

/// <summary>Where a table of a run stands.</summary>
public enum TableProgressState
{
    /// <summary>Its turn has not come.</summary>
    Waiting,

    /// <summary>Only planned: the run copies nothing.</summary>
    Planned,
    Copying,
    Staging,
    Verifying,

    /// <summary>Copied and proven, and not published yet.</summary>
    Staged,
    Published,
    Unchanged,

    /// <summary>Not published, since another table failed.</summary>
    Withheld,

    /// <summary>Its published rows are those that were proven.</summary>
    Verified,

    /// <summary>It came back into PostgreSQL as it was proven.</summary>
    Rehearsed,
    Failed,
}

/// <summary>A table of a run.</summary>
/// <param name="Source">Its name in the source; for a verification or rehearsal, in the warehouse.</param>
/// <param name="Namespace">Its namespace in the warehouse.</param>
/// <param name="Batch">Which batch of the foreign-key order, from 0.</param>
/// <param name="Class">small, medium or large.</param>
/// <param name="Epoch">Which of the run's snapshots it is read at; 0 before it began.</param>
/// <param name="Rows">Rows copied so far; in the end, rows published.</param>
/// <param name="EstimatedRows">By the source's statistics; null where it has none.</param>
/// <param name="Bytes">Bytes of binary COPY so far.</param>
/// <param name="EstimatedBytes">Its size in the source, heap and TOAST.</param>
/// <param name="FileBytes">Bytes of data files so far.</param>
/// <param name="RowsPerSecond">While it is copied, the mean since it began.</param>
/// <param name="QuarantinedRows">Rows set aside so far; in the end, those in <c>mammoth.quarantine</c>.</param>
public sealed record TableStatus(
    string Source,
    string? Namespace,
    string? Name,
    int Batch,
    string? Class,
    TableProgressState State,
    int Epoch,
    long Rows,
    long? EstimatedRows,
    long Bytes,
    long? EstimatedBytes,
    long FileBytes,
    int Chunks,
    int ChunksDone,
    double? RowsPerSecond,
    double? BytesPerSecond,
    double? SecondsLeft,
    DateTimeOffset? Started,
    DateTimeOffset? Updated,
    long QuarantinedRows,
    TableVerification? Verification,
    RunError? Error);
