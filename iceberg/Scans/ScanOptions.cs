namespace Mammoth.Iceberg.Scans;

/// <summary>What of a table is read. At most one of <see cref="SnapshotId"/>, <see cref="AsOf"/> and <see cref="Reference"/>; none: the current state.</summary>
public sealed record ScanOptions
{
    public long? SnapshotId { get; init; }

    /// <summary>What was current at this time.</summary>
    public DateTimeOffset? AsOf { get; init; }

    /// <summary>A tag or branch.</summary>
    public string? Reference { get; init; }

    /// <summary>Top-level columns in the order they are wanted; null: all.</summary>
    public IReadOnlyList<string>? Columns { get; init; }

    /// <summary>Which rows are wanted, all of these; see <see cref="ColumnPredicate"/>.</summary>
    public IReadOnlyList<ColumnPredicate> Where { get; init; } = [];

    /// <summary>About how many bytes a batch has.</summary>
    public long BatchBytes { get; init; } = DataFileReader.DefaultBatchBytes;
}
