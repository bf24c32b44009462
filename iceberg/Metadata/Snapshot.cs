namespace Mammoth.Iceberg.Metadata;

/// <summary>A table's content at one moment (Iceberg spec, "Snapshots").</summary>
public sealed record Snapshot
{
    public required long SnapshotId { get; init; }
    public long? ParentSnapshotId { get; init; }

    /// <summary>Monotonic per table; 0 in format version 1.</summary>
    public long SequenceNumber { get; init; }

    public required long TimestampMs { get; init; }

    /// <summary>The manifest list's location; empty only for snapshots of version 1 that name their manifests directly.</summary>
    public string ManifestList { get; init; } = "";

    /// <summary>Format version 1: the manifests themselves, where there is no list.</summary>
    public IReadOnlyList<string> Manifests { get; init; } = [];

    /// <summary>Facts about the change, <c>operation</c> among them; all values are text.</summary>
    public required IReadOnlyDictionary<string, string> Summary { get; init; }

    public int? SchemaId { get; init; }

    /// <summary>Format version 3, row lineage.</summary>
    public long? FirstRowId { get; init; }

    public long? AddedRows { get; init; }

    public string Operation => Summary.GetValueOrDefault("operation", "");

    /// <summary>A random positive id, as the specification asks for.</summary>
    public static long NewId() => Random.Shared.NextInt64(1, long.MaxValue);
}
