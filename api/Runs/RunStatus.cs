using Mammoth.Migration.Plans;
using Mammoth.Migration.Recovery;
using Mammoth.Migration.Reports;
using Mammoth.Migration.Runs;

namespace Mammoth.Api.Runs;

/// <summary>Where a run stands.</summary>
public enum RunState
{
    Running,

    /// <summary>
    /// Nothing new is begun until it is resumed. Paused by somebody, its snapshot stays held; interrupted by what may pass (its error says by what), it goes on under another.
    /// </summary>
    Paused,

    /// <summary>It did all that it was asked for.</summary>
    Succeeded,

    /// <summary>It ended in an error, a table of it failed, or a verification or rehearsal found differences.</summary>
    Failed,
    Cancelled,

    /// <summary>This server does not know: it was begun by another, and there is no report.</summary>
    Unknown,
}

/// <summary>What is being done.</summary>
public enum RunStage
{
    Starting,
    TakingSnapshot,
    Planning,
    Copying,
    Publishing,
    Sweeping,
    Verifying,

    /// <summary>The source is held against what the warehouse has of it.</summary>
    Comparing,
    Rehearsing,
    Done,
}

/// <summary>A run in a list.</summary>
/// <param name="Requested">When it was asked for.</param>
/// <param name="Updated">When its state last changed; null where this server does not know.</param>
/// <param name="Url">Where its status is.</param>
public sealed record RunSummary(string Run, RunKind Kind, RunState State, DateTimeOffset Requested, DateTimeOffset? Updated, string Url);

/// <summary>Runs, the latest first.</summary>
/// <param name="Next">The URL of those before them; null: there are none.</param>
public sealed record RunList(IReadOnlyList<RunSummary> Runs, string? Next);

/// <summary>All about a run.</summary>
public sealed record RunStatus
{
    public required string Run { get; init; }
    public required RunKind Kind { get; init; }
    public required RunState State { get; init; }
    public required RunStage Stage { get; init; }
    public required DateTimeOffset Requested { get; init; }

    /// <summary>When it ended; null while it runs.</summary>
    public DateTimeOffset? Ended { get; init; }

    /// <summary>The source without its secrets.</summary>
    public required string Source { get; init; }

    /// <summary>The warehouse's root URI.</summary>
    public required string Warehouse { get; init; }

    /// <summary>What it was asked to do, defaults filled in.</summary>
    public required MigrationOptions Options { get; init; }

    public required RunProgress Progress { get; init; }

    /// <summary>In the plan's order; empty before there is a plan.</summary>
    public IReadOnlyList<TableStatus> Tables { get; init; } = [];

    /// <summary>The snapshots of the source that were taken, in order; more than one where one was lost.</summary>
    public IReadOnlyList<SourceSnapshot> Snapshots { get; init; } = [];

    /// <summary>Which rows the published tables agree on; null before that, or where nothing was published.</summary>
    public Consistency? Consistency { get; init; }

    /// <summary>Whether new snapshots became visible; null while it runs.</summary>
    public bool? Published { get; init; }

    /// <summary>The tag of the published snapshots.</summary>
    public string? Tag { get; init; }

    /// <summary>What a drift check found; null of other runs, and before it has ended. Differences are no failure: such a run has succeeded.</summary>
    public DriftFindings? Drift { get; init; }

    /// <summary>What happened that a person should know: somebody waits behind the run's locks, a holder of the snapshot was lost. In order of their time, at most 32.</summary>
    public IReadOnlyList<RunWarning> Warnings { get; init; } = [];

    /// <summary>What a rehearsal found, table by table; null while it runs, and of other runs.</summary>
    public RehearsalResult? Rehearsal { get; init; }

    /// <summary>Why the run as a whole failed, where it is not one table's failure.</summary>
    public RunError? Error { get; init; }

    public required RunLinks Links { get; init; }
}

/// <summary>What a rehearsal found.</summary>
/// <param name="LeftOut">Tables that were not brought back this time, and why.</param>
public sealed record RehearsalResult(IReadOnlyList<TableRehearsal> Tables, IReadOnlyList<LeftOutTable> LeftOut);

/// <summary>The sums of a run. Rates and the time left are means since copying began, and null while there is nothing to reckon by.</summary>
/// <param name="Bytes">Bytes of binary COPY so far.</param>
/// <param name="QuarantinedRows">Rows set aside so far; they are in <c>mammoth.quarantine</c> when the tables are published.</param>
/// <param name="Fraction">From 0 to 1, by the sizes of the chunks that are done.</param>
public sealed record RunProgress(int Tables, int TablesDone, int TablesFailed, int Chunks, int ChunksDone, long Rows, long QuarantinedRows, long Bytes, double Fraction, double? RowsPerSecond, double? BytesPerSecond, double? SecondsLeft)
{
    internal static RunProgress None { get; } = new(0, 0, 0, 0, 0, 0, 0, 0, 0, null, null, null);
}

/// <summary>An error of a run or a table.</summary>
/// <param name="Code">A short stable word for machines; null where there is none.</param>
public sealed record RunError(string? Code, string Message, string? WayOut);

/// <summary>Where a run's resources are; null where there is nothing yet, or nothing to be done.</summary>
public sealed record RunLinks(string Self, string? Report, string? Plan, string? Pause, string? Resume, string? Cancel);
