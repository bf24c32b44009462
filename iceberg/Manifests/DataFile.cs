namespace Mammoth.Iceberg.Manifests;

/// <summary>What a file of a manifest holds.</summary>
public enum FileContentKind
{
    Data = 0,
    PositionDeletes = 1,
    EqualityDeletes = 2,
}

/// <summary>A data or delete file as a manifest describes it (Iceberg spec, "Manifests", field 2 <c>data_file</c>).</summary>
public sealed record DataFile
{
    public FileContentKind Content { get; init; }
    public required string FilePath { get; init; }
    public string FileFormat { get; init; } = "PARQUET";

    /// <summary>Partition values by partition field id, as Iceberg single values; empty where the table is unpartitioned.</summary>
    public IReadOnlyDictionary<int, object?> Partition { get; init; } = new Dictionary<int, object?>();

    public required long RecordCount { get; init; }
    public required long FileSizeInBytes { get; init; }

    /// <summary>Compressed bytes by field id.</summary>
    public IReadOnlyDictionary<int, long>? ColumnSizes { get; init; }

    /// <summary>Values by field id, nulls and NaN included.</summary>
    public IReadOnlyDictionary<int, long>? ValueCounts { get; init; }

    public IReadOnlyDictionary<int, long>? NullValueCounts { get; init; }
    public IReadOnlyDictionary<int, long>? NanValueCounts { get; init; }

    /// <summary>Lower bounds by field id in the single-value serialization (spec, Appendix D).</summary>
    public IReadOnlyDictionary<int, byte[]>? LowerBounds { get; init; }

    public IReadOnlyDictionary<int, byte[]>? UpperBounds { get; init; }

    /// <summary>Row-group offsets, ascending.</summary>
    public IReadOnlyList<long>? SplitOffsets { get; init; }

    public IReadOnlyList<int>? EqualityIds { get; init; }
    public int? SortOrderId { get; init; }

    /// <summary>Format version 3, deletion vectors: the data file, and the blob's place in the Puffin file.</summary>
    public string? ReferencedDataFile { get; init; }

    public long? ContentOffset { get; init; }
    public long? ContentSizeInBytes { get; init; }
    public long? FirstRowId { get; init; }
}
