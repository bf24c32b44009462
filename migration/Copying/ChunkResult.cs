namespace Mammoth.Migration.Copying;

/// <summary>What copying a run of chunks gave, small enough for a history.</summary>
public sealed record ChunkResult
{
    /// <summary>The first of the chunks that were copied.</summary>
    public required int Chunk { get; init; }

    /// <summary>How many they are.</summary>
    public int Count { get; init; } = 1;

    /// <summary>Which try it was, from 1.</summary>
    public int Attempt { get; init; } = 1;

    /// <summary>See <see cref="CopyMeasure.Memory"/>.</summary>
    public double Memory { get; init; }

    /// <summary>The manifest of its data files; null where the chunk has no rows.</summary>
    public string? Manifest { get; init; }

    /// <summary>The manifest of its quarantined rows; null where there are none.</summary>
    public string? QuarantineManifest { get; init; }

    /// <summary>Rows in data files.</summary>
    public long Rows { get; init; }

    public long QuarantinedRows { get; init; }

    /// <summary>Bytes of binary COPY.</summary>
    public long Bytes { get; init; }

    /// <summary>Bytes of data files.</summary>
    public long FileBytes { get; init; }

    public int Files { get; init; }

    /// <summary>The digest of the rows in data files, as the server sent them.</summary>
    public string Digest { get; init; } = "";

    /// <summary>The digest of the quarantined rows, as the server sent them.</summary>
    public string QuarantineDigest { get; init; } = "";

    /// <summary>Columns (by warehouse name) with a value that does not fit, to be carried as text; then all else is void.</summary>
    public IReadOnlyList<string> UnfitColumns { get; init; } = [];

    public DateTimeOffset Started { get; init; }
    public DateTimeOffset Finished { get; init; }
}
