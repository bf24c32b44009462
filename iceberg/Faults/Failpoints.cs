namespace Mammoth.Iceberg.Faults;

/// <summary>All failpoints, in the order in which a run first comes to them. A write's stands around it; any other right behind the step it is named after.</summary>
public static class Failpoints
{
    private static readonly List<Failpoint> Known = [];

    /// <summary>Bytes are about to be written to a file of the store: a document as a whole, or some megabytes of a data file.</summary>
    public static Failpoint FileWrite { get; } = Add(new("file-write", isWrite: false, takesSpace: true));

    /// <summary>The run's marker is about to be written, beside its journal.</summary>
    public static Failpoint MarkerWrite { get; } = Add(new("marker-write", isWrite: false, takesSpace: true));

    /// <summary>The run's marker is written.</summary>
    public static Failpoint RunMarked { get; } = Step("run-marked");

    /// <summary>The warehouse's claim.</summary>
    public static Failpoint ClaimWrite { get; } = Write("claim-write");

    /// <summary>The warehouse is claimed; the run has no record yet.</summary>
    public static Failpoint RunClaimed { get; } = Step("run-claimed");

    public static Failpoint RunBegun { get; } = Step("run-begun");

    /// <summary>The journal's transaction is written and not committed.</summary>
    public static Failpoint JournalCommit { get; } = Add(new("journal-commit", isWrite: false, takesSpace: true));

    /// <summary>It is committed, and what it led to not begun.</summary>
    public static Failpoint JournalCommitted { get; } = Step("journal-committed");

    public static Failpoint HolderAnnounced { get; } = Step("holder-announced");

    /// <summary>The snapshot's own record.</summary>
    public static Failpoint SnapshotKnown { get; } = Step("snapshot-known");

    public static Failpoint TableOpened { get; } = Step("table-opened");

    /// <summary>A chunk's data files are whole; no manifest names them.</summary>
    public static Failpoint FilesWritten { get; } = Step("files-written");

    /// <summary>A chunk's manifest is whole; no result names it.</summary>
    public static Failpoint ManifestWritten { get; } = Step("manifest-written");

    /// <summary>An activity has its result, which the journal has not.</summary>
    public static Failpoint ActivityDone { get; } = Step("activity-done");

    public static Failpoint FoldWritten { get; } = Step("fold-written");

    /// <summary>An orchestration continues as new: its history is deleted, within the journal's transaction.</summary>
    public static Failpoint ContinuedAsNew { get; } = Step("continued-as-new");

    /// <summary>A snapshot's manifests are merged.</summary>
    public static Failpoint ManifestsMerged { get; } = Step("manifests-merged");

    public static Failpoint ManifestListWritten { get; } = Step("manifest-list-written");

    public static Failpoint TableStaged { get; } = Step("table-staged");

    public static Failpoint TableProven { get; } = Step("table-proven");

    public static Failpoint OutcomesRecorded { get; } = Step("outcomes-recorded");

    /// <summary>The snapshot's release, for which its holders look.</summary>
    public static Failpoint SnapshotReleased { get; } = Step("snapshot-released");

    /// <summary>A holder is about to take its announcement back.</summary>
    public static Failpoint HolderLeaves { get; } = Step("holder-leaves");

    /// <summary>It is on record that the run tries to commit.</summary>
    public static Failpoint CommitAttempted { get; } = Step("commit-attempted");

    /// <summary>A table's next metadata file, which the catalog does not name yet.</summary>
    public static Failpoint MetadataWrite { get; } = Write("metadata-write");

    /// <summary>The one write that decides.</summary>
    public static Failpoint CatalogWrite { get; } = Write("catalog-write");

    public static Failpoint CatalogWritten { get; } = Step("catalog-written");

    /// <summary>The copy of a table's metadata for readers without the catalog.</summary>
    public static Failpoint MirrorWrite { get; } = Write("mirror-write");

    public static Failpoint HintWrite { get; } = Write("hint-write");

    /// <summary>All is published, and no report says so.</summary>
    public static Failpoint RunPublished { get; } = Step("run-published");

    public static Failpoint ReportWrite { get; } = Write("report-write");

    /// <summary>What the run left over is about to be deleted.</summary>
    public static Failpoint RunSwept { get; } = Step("run-swept");

    /// <summary>The run has ended; its journal is about to be deleted.</summary>
    public static Failpoint RunEnded { get; } = Step("run-ended");

    public static IReadOnlyList<Failpoint> All => Known;

    private static Failpoint Step(string name) => Add(new(name, isWrite: false));

    private static Failpoint Write(string name) => Add(new(name, isWrite: true));

    private static Failpoint Add(Failpoint point)
    {
        Known.Add(point);
        return point;
    }
}
