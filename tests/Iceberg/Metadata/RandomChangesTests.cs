using Mammoth.Iceberg.Metadata;
using Mammoth.Iceberg.Schemas;

namespace Mammoth.Tests.Iceberg.Metadata;

/// <summary>
/// Random updates, right and wrong ones mixed, against a model that keeps only what a reader can see: it knows nothing of how the state is built.
/// </summary>
public sealed class RandomChangesTests
{
    public static TheoryData<int> Seeds => [.. Enumerable.Range(1, 60)];

    [Theory]
    [MemberData(nameof(Seeds))]
    public void A_table_is_what_its_updates_say(int seed)
    {
        var random = new Random(seed);
        var model = new TableModel();
        var now = 1_000_000L;
        var table = MetadataChanges.Apply(null, MetadataChanges.CreateTable(Guid.NewGuid(), "file:///t", model.Schemas[0]), null, At(now));
        for (var commit = 0; commit < 60; commit++)
        {
            now += random.Next(3) == 0 ? -random.Next(5_000) : random.Next(10_000);
            var (updates, wanted) = TableModel.Commit(random, model, now);
            var before = TableMetadataJsonTests.Text(table);
            if (wanted is null)
            {
                Assert.Throws<InvalidUpdateException>(() => MetadataChanges.Apply(table, updates, $"v{commit}", At(now)));
                Assert.Equal(before, TableMetadataJsonTests.Text(table));
                continue;
            }
            var next = MetadataChanges.Apply(table, updates, $"v{commit}", At(now));
            // The state before is as it was: others may be building on it.
            Assert.Equal(before, TableMetadataJsonTests.Text(table));
            (model, table) = (wanted, next);
            model.Judge(table);
            AllHolds(table, commit);
        }
    }

    private static DateTimeOffset At(long now) => DateTimeOffset.FromUnixTimeMilliseconds(now);

    // What the specification demands of any table's metadata.
    private static void AllHolds(TableMetadata table, int commits)
    {
        Assert.Equal(table.Schemas.Count, table.Schemas.Select(s => s.SchemaId).Distinct().Count());
        Assert.Contains(table.Schemas, s => s.SchemaId == table.CurrentSchemaId);
        Assert.True(table.LastColumnId >= table.Schemas.Max(s => s.HighestId()));
        Assert.Equal(table.Snapshots.Count, table.Snapshots.Select(s => s.SnapshotId).Distinct().Count());
        Assert.True(table.LastSequenceNumber >= table.Snapshots.Select(s => s.SequenceNumber).DefaultIfEmpty(0).Max());
        Assert.All(table.Refs.Values, r => Assert.NotNull(table.FindSnapshot(r.SnapshotId)));
        Assert.Equal(table.CurrentSnapshotId, table.Refs.TryGetValue("main", out var main) ? main.SnapshotId : null);
        Assert.Equal(table.SnapshotLog.Select(e => e.TimestampMs).Order(), table.SnapshotLog.Select(e => e.TimestampMs));
        Assert.All(table.SnapshotLog, e => Assert.NotNull(table.FindSnapshot(e.SnapshotId)));
        if (table.CurrentSnapshotId is { } current)
            Assert.Equal(current, table.SnapshotLog[^1].SnapshotId);
        Assert.True(table.LastUpdatedMs >= table.SnapshotLog.Select(e => e.TimestampMs).DefaultIfEmpty(0).Max());
        Assert.Equal(table.MetadataLog.Select(e => e.TimestampMs).Order(), table.MetadataLog.Select(e => e.TimestampMs));
        Assert.InRange(table.MetadataLog.Count, 1, commits + 1);
        Assert.Equal(TableMetadataJsonTests.Text(table), TableMetadataJsonTests.Text(TableMetadataJsonTests.Read(TableMetadataJsonTests.Text(table))));
    }
}
