namespace Mammoth.Iceberg.Manifests;

/// <summary>Whether a manifest tracks data files or delete files.</summary>
public enum ManifestContent
{
    Data = 0,
    Deletes = 1,
}

/// <summary>A manifest as a manifest list describes it (Iceberg spec, "Manifest Lists").</summary>
public sealed record ManifestFile
{
    /// <summary>A sequence number that the commit gives: it is written as that of the snapshot.</summary>
    public const long Unassigned = -1;

    public required string Path { get; init; }

    /// <summary>Bytes, exact.</summary>
    public required long Length { get; init; }

    public int PartitionSpecId { get; init; }
    public ManifestContent Content { get; init; }
    public long SequenceNumber { get; init; } = Unassigned;

    /// <summary>The lowest sequence number of its live files.</summary>
    public long MinSequenceNumber { get; init; } = Unassigned;

    /// <summary>The snapshot that added the manifest; 0 while it is not known.</summary>
    public long AddedSnapshotId { get; init; }

    /// <summary>Counts are -1 where format version 1 leaves them out.</summary>
    public int AddedFilesCount { get; init; }

    public int ExistingFilesCount { get; init; }
    public int DeletedFilesCount { get; init; }
    public long AddedRowsCount { get; init; }
    public long ExistingRowsCount { get; init; }
    public long DeletedRowsCount { get; init; }

    /// <summary>One summary per field of the partition spec; null where unknown.</summary>
    public IReadOnlyList<PartitionSummary>? Partitions { get; init; }

    public byte[]? KeyMetadata { get; init; }

    /// <summary>Format version 3: the first row id of its files that have none of their own.</summary>
    public long? FirstRowId { get; init; }

    /// <summary>Whether any of its files can be part of the table.</summary>
    public bool MayHaveLiveFiles => AddedFilesCount != 0 || ExistingFilesCount != 0;
}

/// <summary>What the values of one partition field are in a manifest's files (spec, <c>field_summary</c>); bounds are single values.</summary>
public sealed record PartitionSummary(bool ContainsNull, bool? ContainsNan, byte[]? LowerBound, byte[]? UpperBound);
