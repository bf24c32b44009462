namespace Mammoth.Iceberg.Catalogs;

/// <summary>How a commit ended.</summary>
public enum CommitOutcome
{
    /// <summary>All its tables moved, at one moment.</summary>
    Committed,

    /// <summary>No table moved, and none will.</summary>
    Rejected,

    /// <summary>
    /// The catalog could not be reached to find out. No file of the commit may be deleted; committing again under the same id finds out.
    /// </summary>
    Unknown,
}

/// <summary>How far a table's mirror, for readers that know no catalog, has followed.</summary>
public enum MirrorState
{
    /// <summary>The table's <c>vN.metadata.json</c> and <c>version-hint.text</c> are the catalog's state.</summary>
    InStep,

    /// <summary>The mirror could not be written; whoever opens the catalog next brings it up.</summary>
    Behind,

    /// <summary>Somebody else wrote a metadata file where ours belongs: readers without the catalog see another table.</summary>
    Forked,
}

/// <param name="Reason">Why it was rejected or is unknown: a sentence; null where it was committed.</param>
/// <param name="Tables">The tables after the commit; empty unless it was committed.</param>
public sealed record CommitResult(CommitOutcome Outcome, string CommitId, string? Reason, IReadOnlyList<CommittedTable> Tables);

/// <param name="MirrorProblem">What is wrong with the mirror: a sentence; null where it is in step.</param>
public sealed record CommittedTable(LoadedTable Table, MirrorState Mirror, string? MirrorProblem);
