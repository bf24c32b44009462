using Mammoth.Iceberg.Metadata;
using Mammoth.Iceberg.Schemas;

namespace Mammoth.Tests.Iceberg.Metadata;

public sealed class MetadataChangesTests
{
    private static readonly DateTimeOffset Start = DateTimeOffset.FromUnixTimeMilliseconds(1_000_000);
    private static readonly Schema Columns = new(0, [new(1, "id", true, PrimitiveType.Long), new(2, "tags", false, new ListType(3, PrimitiveType.String, false))], [1]);

    [Fact]
    public void A_new_table_has_what_version_2_requires()
    {
        var table = NewTable();
        Assert.Equal(2, table.FormatVersion);
        Assert.Equal("file:///w/t", table.Location);
        Assert.Equal(3, table.LastColumnId);
        Assert.Equal(0, table.CurrentSchemaId);
        Assert.Equal(PartitionSpec.Unpartitioned, table.DefaultSpec);
        Assert.Equal(999, table.LastPartitionId);
        Assert.Equal([SortOrder.Unsorted], table.SortOrders);
        Assert.Equal(1_000_000, table.LastUpdatedMs);
        Assert.Null(table.CurrentSnapshotId);
        Assert.Empty(table.MetadataLog);
        Assert.Equal("b", table.Properties["a"]);
    }

    [Fact]
    public void A_schema_the_table_already_has_is_reused()
    {
        var table = Apply(NewTable(), new AddSchema(Columns with { SchemaId = 17 }), new SetCurrentSchema(Update.LastAdded));
        Assert.Single(table.Schemas);
        Assert.Equal(0, table.CurrentSchemaId);
    }

    [Fact]
    public void A_new_schema_gets_the_next_id_and_field_ids_are_never_given_out_twice()
    {
        var fewer = new Schema(0, [new(1, "id", true, PrimitiveType.Long)], []);
        var table = Apply(NewTable(), new AddSchema(fewer), new SetCurrentSchema(Update.LastAdded));
        Assert.Equal(1, table.CurrentSchemaId);
        Assert.Equal(3, table.LastColumnId);
        Assert.Equal(0, Apply(table, new SetCurrentSchema(0)).CurrentSchemaId);
    }

    [Fact]
    public void A_snapshot_becomes_current_by_its_reference_only()
    {
        var snapshot = Snapshot(7, 1, 2_000_000);
        var added = Apply(NewTable(), new AddSnapshot(snapshot));
        Assert.Null(added.CurrentSnapshotId);
        Assert.Equal(1, added.LastSequenceNumber);
        Assert.Empty(added.SnapshotLog);

        var current = Apply(added, new SetSnapshotRef("main", SnapshotRef.Branch(7)), new SetSnapshotRef("mammoth-1", SnapshotRef.Tag(7)));
        Assert.Equal(7, current.CurrentSnapshotId);
        Assert.Equal(snapshot, current.CurrentSnapshot);
        Assert.Equal(7, current.FindSnapshot("mammoth-1")!.SnapshotId);
        Assert.Equal(7, Assert.Single(current.SnapshotLog).SnapshotId);
    }

    [Fact]
    public void Only_the_last_move_of_one_commit_is_in_the_snapshot_log()
    {
        var table = Apply(NewTable(), new AddSnapshot(Snapshot(7, 1, 2_000_000)), Current(7), new AddSnapshot(Snapshot(8, 2, 2_000_001) with { ParentSnapshotId = 7 }), Current(8));
        Assert.Equal([new SnapshotLogEntry(2_000_001, 8)], table.SnapshotLog);
    }

    [Fact]
    public void The_time_of_the_last_update_is_never_before_the_snapshot_log()
    {
        var ahead = Apply(NewTable(), new AddSnapshot(Snapshot(7, 1, 5_000_000)), Current(7));
        Assert.Equal(5_000_000, ahead.LastUpdatedMs);
        var back = Apply(ahead, new AddSnapshot(Snapshot(8, 2, 4_000_000)), Current(8));
        Assert.Equal(5_000_000, back.SnapshotLog[^1].TimestampMs);
        Assert.Equal(5_000_000, back.LastUpdatedMs);
    }

    [Fact]
    public void Previous_metadata_files_are_logged_up_to_the_limit()
    {
        var table = Apply(NewTable(), new SetProperties(new Dictionary<string, string> { ["write.metadata.previous-versions-max"] = "3" }));
        for (var i = 0; i < 5; i++)
            table = MetadataChanges.Apply(table, [], $"v{i}", Start.AddSeconds(i));
        Assert.Equal(["v2", "v3", "v4"], table.MetadataLog.Select(e => e.MetadataFile));
        Assert.Equal(Start.AddSeconds(3).ToUnixTimeMilliseconds(), table.MetadataLog[^1].TimestampMs);
    }

    [Fact]
    public void Removing_a_snapshot_removes_its_references_and_the_log_before_it()
    {
        var table = NewTable();
        for (var id = 1; id <= 3; id++)
            table = Apply(table, new AddSnapshot(Snapshot(id, id, 2_000_000 + id)), Current(id), new SetSnapshotRef($"t{id}", SnapshotRef.Tag(id)));
        table = Apply(table, new RemoveSnapshots([2]));
        Assert.Equal([1L, 3L], table.Snapshots.Select(s => s.SnapshotId));
        Assert.Equal(["main", "t1", "t3"], table.Refs.Keys.Order());
        Assert.Equal([3L], table.SnapshotLog.Select(e => e.SnapshotId));
        Assert.Equal(3, table.CurrentSnapshotId);

        var emptied = Apply(table, new RemoveSnapshotRef("main"));
        Assert.Null(emptied.CurrentSnapshotId);
    }

    [Fact]
    public void A_partition_spec_raises_the_last_partition_id()
    {
        var table = Apply(NewTable(), new AddPartitionSpec(new(0, [new(1, 1000, "id", "identity"), new(1, 1001, "b", "bucket[4]")])), new SetDefaultSpec(Update.LastAdded));
        Assert.Equal(1, table.DefaultSpecId);
        Assert.Equal(1001, table.LastPartitionId);
        Assert.Equal(1001, Apply(table, new SetDefaultSpec(0)).LastPartitionId);
    }

    public static TheoryData<string, Update[]> Misfits => new()
    {
        { "no schema 5", [new SetCurrentSchema(5)] },
        { "adds none", [new SetCurrentSchema(Update.LastAdded)] },
        { "no partition spec 5", [new SetDefaultSpec(5)] },
        { "no sort order 5", [new SetDefaultSortOrder(5)] },
        { "no such snapshot", [new SetSnapshotRef("main", SnapshotRef.Branch(99))] },
        { "is a branch", [new AddSnapshot(Snapshot(7, 1, 1)), new SetSnapshotRef("main", SnapshotRef.Tag(7))] },
        { "already has a snapshot 7", [new AddSnapshot(Snapshot(7, 1, 1)), new AddSnapshot(Snapshot(7, 2, 1))] },
        { "not above the table's 1", [new AddSnapshot(Snapshot(7, 1, 1)), new AddSnapshot(Snapshot(8, 1, 1) with { ParentSnapshotId = 7 })] },
        { "has no operation", [new AddSnapshot(Snapshot(7, 1, 1) with { Summary = new Dictionary<string, string>() })] },
        { "never changes", [new AssignUuid(Guid.NewGuid())] },
        { "can't be written", [new UpgradeFormatVersion(1)] },
        { "can't go back", [new UpgradeFormatVersion(3), new UpgradeFormatVersion(2)] },
        { "have the field id 1", [new AddSchema(new(0, [new(1, "a", true, PrimitiveType.Int), new(1, "b", true, PrimitiveType.Int)], []))] },
        { "needs a first row id", [new UpgradeFormatVersion(3), new AddSnapshot(Snapshot(7, 1, 1))] },
    };

    [Theory]
    [MemberData(nameof(Misfits))]
    public void An_update_that_does_not_fit_says_why(string reason, Update[] updates) =>
        Assert.Contains(reason, Assert.Throws<InvalidUpdateException>(() => Apply(NewTable(), updates)).Message, StringComparison.Ordinal);

    [Fact]
    public void A_table_can_not_be_made_without_its_parts() =>
        Assert.Throws<InvalidUpdateException>(() => MetadataChanges.Apply(null, [new AssignUuid(Guid.NewGuid())], null, Start));

    private static TableMetadata NewTable() => MetadataChanges.Apply(
        null,
        MetadataChanges.CreateTable(Guid.NewGuid(), "file:///w/t/", Columns, new Dictionary<string, string> { ["a"] = "b" }),
        null,
        Start);

    private static TableMetadata Apply(TableMetadata table, params Update[] updates) => MetadataChanges.Apply(table, updates, null, Start);

    private static SetSnapshotRef Current(long id) => new("main", SnapshotRef.Branch(id));

    private static Snapshot Snapshot(long id, long sequence, long time) => new()
    {
        SnapshotId = id,
        SequenceNumber = sequence,
        TimestampMs = time,
        ManifestList = $"file:///w/t/metadata/snap-{id}.avro",
        Summary = new Dictionary<string, string> { ["operation"] = "append" },
    };
}
