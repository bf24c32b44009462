using Mammoth.Iceberg.Schemas;

namespace Mammoth.Iceberg.Metadata;

/// <summary>
/// The state of a table (Iceberg spec, "Table Metadata"): immutable; <see cref="MetadataChanges.Apply"/> makes the next state.
/// Times are milliseconds since 1970-01-01 UTC.
/// </summary>
public sealed record TableMetadata
{
    public int FormatVersion { get; init; } = 2;
    public required Guid TableUuid { get; init; }

    /// <summary>The folder that holds the table, as a full URI without a slash at the end.</summary>
    public required string Location { get; init; }

    public long LastSequenceNumber { get; init; }
    public long LastUpdatedMs { get; init; }

    /// <summary>The highest field id ever given out, nested fields included.</summary>
    public int LastColumnId { get; init; }

    public IReadOnlyList<Schema> Schemas { get; init; } = [];
    public int CurrentSchemaId { get; init; }
    public IReadOnlyList<PartitionSpec> PartitionSpecs { get; init; } = [];
    public int DefaultSpecId { get; init; }

    /// <summary>The highest partition field id ever given out; 999 before the first.</summary>
    public int LastPartitionId { get; init; } = PartitionSpec.LastIdBeforeFirst;

    public IReadOnlyList<SortOrder> SortOrders { get; init; } = [];
    public int DefaultSortOrderId { get; init; }
    public IReadOnlyDictionary<string, string> Properties { get; init; } = new Dictionary<string, string>();

    /// <summary>The snapshot of the main branch; null before the first.</summary>
    public long? CurrentSnapshotId { get; init; }

    public IReadOnlyList<Snapshot> Snapshots { get; init; } = [];
    public IReadOnlyList<SnapshotLogEntry> SnapshotLog { get; init; } = [];
    public IReadOnlyList<MetadataLogEntry> MetadataLog { get; init; } = [];
    public IReadOnlyDictionary<string, SnapshotRef> Refs { get; init; } = new Dictionary<string, SnapshotRef>();

    /// <summary>Statistics files, each as the JSON object it was written as; carried through.</summary>
    public IReadOnlyList<string> Statistics { get; init; } = [];

    public IReadOnlyList<string> PartitionStatistics { get; init; } = [];

    /// <summary>Format version 3: the first row id that is still free.</summary>
    public long NextRowId { get; init; }

    /// <summary>The schema that readers of the current state use.</summary>
    public Schema CurrentSchema => Schemas.First(s => s.SchemaId == CurrentSchemaId);

    public PartitionSpec DefaultSpec => PartitionSpecs.First(s => s.SpecId == DefaultSpecId);

    public Snapshot? CurrentSnapshot => CurrentSnapshotId is { } id ? FindSnapshot(id) : null;

    public Snapshot? FindSnapshot(long id) => Snapshots.FirstOrDefault(s => s.SnapshotId == id);

    /// <summary>The snapshot that a branch or tag names, or null.</summary>
    public Snapshot? FindSnapshot(string reference) => Refs.TryGetValue(reference, out var found) ? FindSnapshot(found.SnapshotId) : null;

    /// <summary>What was current at a time, by the snapshot log; null before the first.</summary>
    public Snapshot? SnapshotAsOf(DateTimeOffset time)
    {
        var last = SnapshotLog.LastOrDefault(entry => entry.TimestampMs <= time.ToUnixTimeMilliseconds());
        return last is null ? null : FindSnapshot(last.SnapshotId);
    }

    /// <summary>The schema a snapshot was written with; the current one where it names none or one that is gone.</summary>
    public Schema SchemaOf(Snapshot snapshot) => Schemas.FirstOrDefault(s => s.SchemaId == snapshot.SchemaId) ?? CurrentSchema;
}

/// <summary>When the main branch moved to a snapshot.</summary>
public sealed record SnapshotLogEntry(long TimestampMs, long SnapshotId);

/// <summary>A previous metadata file, and when its state was made.</summary>
public sealed record MetadataLogEntry(long TimestampMs, string MetadataFile);
