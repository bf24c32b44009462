using Mammoth.Migration.Quarantine;
using Mammoth.Migration.Runs;

namespace Mammoth.Migration.Reports;

/// <summary>How a run, or a table in it, ended.</summary>
public enum Outcome
{
    /// <summary>A new snapshot was published.</summary>
    Published,

    /// <summary>The source's rows are those already published: no new snapshot.</summary>
    Unchanged,

    /// <summary>Not published, since another table failed; <see cref="TableReport.Error"/> says how far it came.</summary>
    Withheld,

    Failed,
}

/// <summary>Which rows a run's tables agree on.</summary>
public enum Consistency
{
    /// <summary>All tables were read at one snapshot of the database.</summary>
    Database,

    /// <summary>Each table is consistent in itself; which snapshot it was read at is told with it.</summary>
    Table,
}

/// <summary>What a run did, complete enough to be the only thing a reader gets.</summary>
public sealed record RunReport
{
    public required string RunId { get; init; }
    public required string Database { get; init; }

    /// <summary>Which database that is, whatever it is called (<see cref="Plans.SourceOrigin.Identity"/>); null in reports older than this member.</summary>
    public string? SourceIdentity { get; init; }

    /// <summary>The source without its secrets.</summary>
    public required string Source { get; init; }

    /// <summary>The warehouse's root URI.</summary>
    public required string Warehouse { get; init; }

    public required DateTimeOffset Started { get; init; }
    public required DateTimeOffset Finished { get; init; }

    /// <summary>Null where nothing was published.</summary>
    public Consistency? Consistency { get; init; }

    /// <summary>The snapshots that were read, in order; more than one where one was lost.</summary>
    public required IReadOnlyList<SourceSnapshot> Snapshots { get; init; }

    public required IReadOnlyList<TableReport> Tables { get; init; }

    /// <summary>What was not copied, with the reason.</summary>
    public required IReadOnlyList<LeftOutReport> LeftOut { get; init; }

    /// <summary>What a reader should know beside the tables: names changed, columns carried as text, locks waited for.</summary>
    public IReadOnlyList<string> Notes { get; init; } = [];

    /// <summary>What happened that a person should know: who waited behind the locks, what was lost, what could not be tidied up.</summary>
    public IReadOnlyList<RunWarning> Warnings { get; init; } = [];

    /// <summary>The tag that every published snapshot carries.</summary>
    public string? Tag { get; init; }

    public long Rows => Tables.Sum(t => t.Rows);

    /// <summary>Rows of the published tables that are set aside.</summary>
    public long QuarantinedRows => Tables.Where(t => t.Outcome is Outcome.Published or Outcome.Unchanged).Sum(t => t.QuarantinedRows);

    /// <summary>The table where they are; null where there are none.</summary>
    public string? Quarantine => QuarantinedRows > 0 ? QuarantineTable.Identifier.ToString() : null;

    public bool Succeeded => Tables.All(t => t.Outcome is Outcome.Published or Outcome.Unchanged);
}

/// <summary>A snapshot of the source.</summary>
/// <param name="Epoch">1 for the run's first.</param>
/// <param name="Visible"><c>pg_current_snapshot()</c>: which transactions it sees.</param>
/// <param name="Lsn">The write-ahead log's position when it was taken, or null on a standby without one.</param>
/// <param name="TakenAt">The server's clock.</param>
public sealed record SourceSnapshot(int Epoch, string Visible, string? Lsn, DateTimeOffset TakenAt);

/// <summary>A relation not copied.</summary>
public sealed record LeftOutReport(string Name, string Kind, string Reason);

/// <summary>What became of one table.</summary>
public sealed record TableReport
{
    public required string Source { get; init; }
    public required string Namespace { get; init; }
    public required string Name { get; init; }
    public required int Batch { get; init; }
    public required string Class { get; init; }
    public required Outcome Outcome { get; init; }

    /// <summary>Why it failed or is withheld: what went wrong and the way out. Null for a table that is published or unchanged.</summary>
    public string? Error { get; init; }

    /// <summary>A short stable word for the error, e.g. <c>verification</c>; null where there is none.</summary>
    public string? ErrorCode { get; init; }

    /// <summary>Epoch of the snapshot it was read at.</summary>
    public int Epoch { get; init; }

    public long Rows { get; init; }

    /// <summary>Rows that are set aside.</summary>
    public long QuarantinedRows { get; init; }

    /// <summary>Bytes of binary COPY.</summary>
    public long SourceBytes { get; init; }

    /// <summary>Bytes of data files.</summary>
    public long FileBytes { get; init; }

    public int Files { get; init; }

    /// <summary>Values that are objects of their own.</summary>
    public long LargeValues { get; init; }
    public int Chunks { get; init; }

    /// <summary>Time from its first chunk's start to its last one's end.</summary>
    public TimeSpan CopyTime { get; init; }

    /// <summary>Where the table lies.</summary>
    public string? Location { get; init; }

    /// <summary>Its current metadata file.</summary>
    public string? MetadataLocation { get; init; }

    public long? SnapshotId { get; init; }
    public TableVerification? Verification { get; init; }
    public IReadOnlyList<ColumnReport> Columns { get; init; } = [];
}

/// <summary>How a table was proven.</summary>
/// <param name="SourceRows">An independent <c>count(*)</c> at the snapshot.</param>
/// <param name="SourceDigest">Of the rows as PostgreSQL sent them, before decoding.</param>
/// <param name="TableDigest">Of the rows read back from the data files and encoded again.</param>
public sealed record TableVerification(long SourceRows, long TableRows, string SourceDigest, string TableDigest)
{
    public bool Holds => SourceRows == TableRows && SourceDigest == TableDigest;
}

/// <summary>How a column was carried.</summary>
public sealed record ColumnReport(string Source, string SourceType, string Name, string TargetType, string? Note);
