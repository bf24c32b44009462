namespace Mammoth.Iceberg.Data;

/// <summary>How data files are cut and encoded.</summary>
public sealed record DataFileOptions
{
    /// <summary>A file is closed once about this many compressed bytes are written.</summary>
    public long TargetFileSizeBytes { get; init; } = 128L << 20;

    /// <summary>A row group is closed once about this many compressed bytes are buffered: it bounds the memory of an open file.</summary>
    public long RowGroupBytes { get; init; } = 16L << 20;

    /// <summary>A row group holds at most this many rows.</summary>
    public int RowGroupRows { get; init; } = 1 << 20;

    /// <summary>The zstd level, 1 to 22.</summary>
    public int CompressionLevel { get; init; } = 1;

    /// <summary>Field ids of columns that are not compressed: see <see cref="CompressionMemory"/>.</summary>
    public IReadOnlySet<int> Uncompressed { get; init; } = new HashSet<int>();

    /// <summary>Field ids whose values are nearly unique: a dictionary would only cost time.</summary>
    public IReadOnlySet<int> WithoutDictionary { get; init; } = new HashSet<int>();

    /// <summary>Field ids of ascending integers, dates, times and timestamps: written as differences (<c>DELTA_BINARY_PACKED</c>), without a dictionary.</summary>
    public IReadOnlySet<int> DeltaEncoded { get; init; } = new HashSet<int>();
}
