using Mammoth.Iceberg.Metadata;

namespace Mammoth.Tests.Iceberg;

/// <summary>Random tables that went through a life of valid updates, the same for a seed.</summary>
internal sealed class RandomTable(int seed)
{
    private readonly Random _random = new(seed);
    private readonly RandomSchema _schemas = new(seed);
    private long _now = 1_700_000_000_000;

    public TableMetadata Next()
    {
        var table = MetadataChanges.Apply(null, MetadataChanges.CreateTable(NewGuid(), $"file:///w/ünï {seed}", _schemas.Next()), null, Now());
        for (var step = _random.Next(0, 12); step > 0; step--)
            table = MetadataChanges.Apply(table, Change(table), $"file:///w/v{step}.metadata.json", Now());
        return table;
    }

    public IReadOnlyList<Update> Change(TableMetadata table) => _random.Next(8) switch
    {
        0 => [new SetProperties(new Dictionary<string, string> { [$"k{_random.Next(5)}"] = "a \"value\" – ü" })],
        1 => [new RemoveProperties([$"k{_random.Next(5)}"])],
        2 => [new AddSchema(_schemas.Next()), new SetCurrentSchema(Update.LastAdded)],
        3 => [new AddSortOrder(new(7, [new(1, "identity", _random.Next(2) == 0 ? "asc" : "desc", "nulls-last")])), new SetDefaultSortOrder(Update.LastAdded)],
        4 => [new AddPartitionSpec(new(9, [new(1, table.LastPartitionId + 1, $"p{table.LastPartitionId}", "bucket[16]")])), new SetDefaultSpec(Update.LastAdded)],
        5 when table.Snapshots.Count > 0 => [new SetSnapshotRef($"tag{_random.Next(3)}", SnapshotRef.Tag(table.Snapshots[_random.Next(table.Snapshots.Count)].SnapshotId) with { MaxRefAgeMs = 5 })],
        6 when table.Snapshots.Count > 1 => [new RemoveSnapshots([table.Snapshots[_random.Next(table.Snapshots.Count)].SnapshotId])],
        _ => AddSnapshot(table),
    };

    public IReadOnlyList<Update> AddSnapshot(TableMetadata table)
    {
        var snapshot = new Snapshot
        {
            SnapshotId = _random.NextInt64(1, long.MaxValue),
            ParentSnapshotId = table.CurrentSnapshotId,
            SequenceNumber = table.LastSequenceNumber + 1,
            TimestampMs = _now,
            ManifestList = $"{table.Location}/metadata/snap-{_random.Next()}.avro",
            Summary = new Dictionary<string, string> { ["operation"] = "append", ["total-records"] = "5" },
            SchemaId = table.CurrentSchemaId,
        };
        return [new AddSnapshot(snapshot), new SetSnapshotRef(SnapshotRef.MainBranch, SnapshotRef.Branch(snapshot.SnapshotId))];
    }

    private Guid NewGuid()
    {
        var bytes = new byte[16];
        _random.NextBytes(bytes);
        return new(bytes);
    }

    private DateTimeOffset Now() => DateTimeOffset.FromUnixTimeMilliseconds(_now += _random.Next(1, 10_000));
}
