using Mammoth.Iceberg.Manifests;

namespace Mammoth.Iceberg.Scans;

/// <summary>One data file of a scan, and the files that delete rows of it.</summary>
public sealed record ScanTask(DataFile File)
{
    /// <summary>The spec the file's partition values belong to.</summary>
    public int PartitionSpecId { get; init; }

    /// <summary>Position deletes, or a single deletion vector.</summary>
    public IReadOnlyList<DataFile> PositionDeletes { get; init; } = [];

    public IReadOnlyList<DataFile> EqualityDeletes { get; init; } = [];
}
