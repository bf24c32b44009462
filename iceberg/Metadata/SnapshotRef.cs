namespace Mammoth.Iceberg.Metadata;

/// <summary>A branch or tag (Iceberg spec, "Snapshot References").</summary>
/// <param name="Type"><c>branch</c> or <c>tag</c>.</param>
public sealed record SnapshotRef(long SnapshotId, string Type)
{
    public const string MainBranch = "main";
    public const string BranchType = "branch";
    public const string TagType = "tag";

    /// <summary>How long, in milliseconds, the reference itself is kept; null: for ever.</summary>
    public long? MaxRefAgeMs { get; init; }

    public long? MaxSnapshotAgeMs { get; init; }
    public int? MinSnapshotsToKeep { get; init; }

    public static SnapshotRef Branch(long snapshotId) => new(snapshotId, BranchType);

    public static SnapshotRef Tag(long snapshotId) => new(snapshotId, TagType);
}
