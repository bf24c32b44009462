using System.Text;
using Mammoth.Iceberg.Metadata;
using Mammoth.Iceberg.Schemas;

namespace Mammoth.Tests.Iceberg.Metadata;

public sealed class TableMetadataJsonTests
{
    // The member order and forms of Iceberg's Java library.
    private const string Version2 =
        """{"format-version":2,"table-uuid":"b611a10d-f021-42f5-856e-a1d3b925ac68","location":"abfss://c@a.dfs.core.windows.net/t","last-sequence-number":2,"last-updated-ms":1795393530390,"last-column-id":2,"current-schema-id":0,"schemas":[{"type":"struct","schema-id":0,"identifier-field-ids":[1],"fields":[{"id":1,"name":"id","required":true,"type":"long"},{"id":2,"name":"b","required":false,"type":"boolean"}]}],"default-spec-id":0,"partition-specs":[{"spec-id":0,"fields":[{"name":"id_bucket","transform":"bucket[4]","source-id":1,"field-id":1000}]}],"last-partition-id":1000,"default-sort-order-id":1,"sort-orders":[{"order-id":1,"fields":[{"transform":"identity","source-id":1,"direction":"asc","null-order":"nulls-first"}]}],"properties":{"write.parquet.compression-codec":"zstd"},"current-snapshot-id":9221560113495086335,"refs":{"t1":{"snapshot-id":6860458893891598143,"type":"tag"},"main":{"snapshot-id":9221560113495086335,"type":"branch"}},"snapshots":[{"sequence-number":1,"snapshot-id":6860458893891598143,"timestamp-ms":1795393529151,"summary":{"operation":"append","added-records":"10"},"manifest-list":"abfss://c@a.dfs.core.windows.net/t/metadata/snap-1.avro","schema-id":0},{"sequence-number":2,"snapshot-id":9221560113495086335,"parent-snapshot-id":6860458893891598143,"timestamp-ms":1795393530205,"summary":{"operation":"append"},"manifest-list":"abfss://c@a.dfs.core.windows.net/t/metadata/snap-2.avro","schema-id":0}],"statistics":[],"partition-statistics":[],"snapshot-log":[{"timestamp-ms":1795393529151,"snapshot-id":6860458893891598143},{"timestamp-ms":1795393530205,"snapshot-id":9221560113495086335}],"metadata-log":[{"timestamp-ms":1795393524928,"metadata-file":"abfss://c@a.dfs.core.windows.net/t/metadata/v1.metadata.json"}]}""";

    [Fact]
    public void Is_written_byte_for_byte_as_the_reference_writes_it() => Assert.Equal(Version2, Text(Read(Version2)));

    [Fact]
    public void Version_3_keeps_row_lineage_and_writes_no_snapshot_as_null()
    {
        var json = Version2
            .Replace("\"format-version\":2", "\"format-version\":3", StringComparison.Ordinal)
            .Replace("\"refs\"", "\"next-row-id\":20,\"refs\"", StringComparison.Ordinal)
            .Replace("snap-2.avro\",\"schema-id\":0}", "snap-2.avro\",\"schema-id\":0,\"first-row-id\":10,\"added-rows\":10}", StringComparison.Ordinal);
        Assert.Equal(json, Text(Read(json)));
        var empty = Read(json) with { CurrentSnapshotId = null };
        Assert.Contains("\"current-snapshot-id\":null", Text(empty), StringComparison.Ordinal);
        Assert.Contains("\"current-snapshot-id\":-1", Text(empty with { FormatVersion = 2 }), StringComparison.Ordinal);
    }

    [Fact]
    public void Any_table_survives_writing_and_reading()
    {
        for (var seed = 0; seed < 300; seed++)
        {
            var text = Text(new RandomTable(seed).Next());
            Assert.Equal(text, Text(Read(text)));
        }
    }

    [Fact]
    public void Version_1_is_read_with_what_it_leaves_out()
    {
        var table = Read("""
            {"format-version":1,"location":"s3://b/t/","last-updated-ms":1602638573874,"last-column-id":3,
             "schema":{"type":"struct","fields":[{"id":1,"name":"x","required":true,"type":"long"}]},
             "partition-spec":[{"name":"x","transform":"identity","source-id":1}],"properties":{},
             "current-snapshot-id":5,"snapshots":[{"snapshot-id":5,"timestamp-ms":7,"manifests":["s3://b/t/m0.avro"]}]}
            """);
        Assert.Equal("s3://b/t", table.Location);
        Assert.Equal("x", table.CurrentSchema.Fields.Single().Name);
        Assert.Equal(1000, table.DefaultSpec.Fields.Single().FieldId);
        Assert.Equal(1000, table.LastPartitionId);
        Assert.Equal(SortOrder.Unsorted, table.SortOrders.Single());
        Assert.Equal(["s3://b/t/m0.avro"], table.CurrentSnapshot!.Manifests);
        Assert.Equal(0, table.CurrentSnapshot.SequenceNumber);
        Assert.Equal(5, table.Refs["main"].SnapshotId);
        Assert.Throws<NotSupportedException>(() => TableMetadataJson.Write(table));
    }

    [Theory]
    [InlineData("\"format-version\":2", "\"format-version\":4", "version 4; this program reads versions 1 to 3")]
    [InlineData("\"table-uuid\"", "\"other\"", "'table-uuid' is missing")]
    [InlineData("\"schemas\"", "\"other\"", "'schemas' is missing")]
    [InlineData("\"current-schema-id\":0", "\"current-schema-id\":8", "current schema 8 is not among")]
    [InlineData("\"current-snapshot-id\":9221560113495086335", "\"current-snapshot-id\":4", "current snapshot 4 is not among")]
    [InlineData("\"last-column-id\":2", "\"last-column-id\":\"two\"", "a value of the wrong kind")]
    [InlineData("}]}", "", "no valid JSON")]
    public void Broken_metadata_says_what_is_wrong(string part, string instead, string reason)
    {
        var broken = Version2.Replace(part, instead, StringComparison.Ordinal);
        Assert.Contains(reason, Assert.Throws<FormatException>(() => Read(broken)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Snapshots_are_found_by_reference_and_time()
    {
        var table = Read(Version2);
        Assert.Equal(6860458893891598143, table.FindSnapshot("t1")!.SnapshotId);
        Assert.Null(table.FindSnapshot("nope"));
        Assert.Equal(6860458893891598143, table.SnapshotAsOf(DateTimeOffset.FromUnixTimeMilliseconds(1795393530204))!.SnapshotId);
        Assert.Equal(9221560113495086335, table.SnapshotAsOf(DateTimeOffset.MaxValue)!.SnapshotId);
        Assert.Null(table.SnapshotAsOf(DateTimeOffset.UnixEpoch));
        Assert.Equal(new NestedField(2, "b", false, PrimitiveType.Boolean), table.SchemaOf(table.CurrentSnapshot!).Find(2));
    }

    internal static TableMetadata Read(string json) => TableMetadataJson.Read(Encoding.UTF8.GetBytes(json));

    internal static string Text(TableMetadata table) => Encoding.UTF8.GetString(TableMetadataJson.Write(table));
}
