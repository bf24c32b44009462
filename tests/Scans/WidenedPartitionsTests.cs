using Mammoth.Iceberg.Catalogs;
using Mammoth.Iceberg.Manifests;
using Mammoth.Iceberg.Metadata;
using Mammoth.Iceberg.Scans;
using Mammoth.Iceberg.Schemas;
using Mammoth.Tests.Data;
using Mammoth.Tests.Fixtures;

namespace Mammoth.Tests.Scans;

/// <summary>
/// Tables that another engine partitioned, and whose columns changed since: partition values stay in manifests as the types they were written in.
/// </summary>
public sealed class WidenedPartitionsTests(Readers readers)
{
    private static readonly Schema Narrow = new(0, [new(1, "id", true, PrimitiveType.Long), new(2, "n", false, PrimitiveType.Int), new(3, "f", false, PrimitiveType.Float)], []);
    private static readonly Schema Wide = new(1, [new(1, "id", true, PrimitiveType.Long), new(2, "n", false, PrimitiveType.Long), new(3, "f", false, PrimitiveType.Double)], []);
    private static readonly PartitionSpec Spec = new(1, [new(2, 1000, "n", "identity"), new(3, 1001, "f", "identity")]);

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_partition_value_fills_in_for_a_column_that_was_widened()
    {
        using var table = await Table(inFile: false);
        Assert.Equal(table.Texts([[1L, 7L, 1.5d], [2L, 7L, 1.5d]]), await table.Scan());
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Files_are_left_out_by_partition_values_of_the_narrower_type(bool inFile)
    {
        using var table = await Table(inFile);
        async Task<int> Files(string column, Comparison comparison, object value) =>
            (await new TableScan(table.IO, table.Metadata, new() { Where = [new(column, comparison, value)] }).Plan(Cancellation)).Count;
        Assert.Equal(1, await Files("n", Comparison.Equal, 7L));
        Assert.Equal(0, await Files("n", Comparison.Equal, 1L << 40));
        Assert.Equal(1, await Files("n", Comparison.LessOrEqual, 1L << 40));
        Assert.Equal(0, await Files("n", Comparison.Greater, 7L));
        Assert.Equal(1, await Files("f", Comparison.Equal, 1.5d));
        Assert.Equal(0, await Files("f", Comparison.Less, 1.5d));
        Assert.Equal(1, await Files("f", Comparison.NotEqual, double.NaN));
    }

    [Fact]
    public async Task Deletes_written_after_the_widening_meet_the_files_of_their_partition()
    {
        using var table = await Table(inFile: true);
        await table.Commit(await table.EqualityDeletes([1], [[1L]], new Dictionary<int, object?> { [1000] = 7L, [1001] = 1.5d }));
        Assert.Equal(table.Texts([[2L, 7L, 1.5d]]), await table.Scan());
        await table.Commit(await table.EqualityDeletes([1], [[2L]], new Dictionary<int, object?> { [1000] = 8L, [1001] = 1.5d }));
        Assert.Single(await table.Scan());
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_snapshot_that_replaces_such_files_describes_them_as_they_were(bool dropped)
    {
        using var table = await Table(inFile: true);
        if (dropped)
            await table.Evolve(new Schema(2, [Wide.Fields[0], new(4, "new", false, PrimitiveType.String)], []));
        var schema = table.Metadata.CurrentSchema;
        var file = await table.DataFile([dropped ? [9L, "x"] : [9L, 8L, 2.5d]]);
        var chunk = $"{table.Location}/metadata/chunk.avro";
        await using (var writer = new ManifestWriter(table.IO, chunk, schema, PartitionSpec.Unpartitioned))
        {
            writer.Add(file);
            await writer.Complete(Cancellation);
        }
        var staged = await new SnapshotStaging(table.IO, table.Metadata, table.Location, schema).Replace([chunk], "tag", new Dictionary<string, string>(), new Dictionary<string, string>(), Cancellation);
        table.Metadata = MetadataChanges.Apply(table.Metadata, staged.Updates, null, DateTimeOffset.UtcNow);
        await table.Publish();

        var removed = new List<ManifestEntry>();
        foreach (var manifest in (await ManifestList.Read(table.IO, staged.Snapshot, Cancellation)).Where(m => m.PartitionSpecId == 1))
            await foreach (var entry in ManifestReader.Read(table.IO, manifest, Cancellation))
                removed.Add(entry);
        var gone = Assert.Single(removed);
        Assert.Equal(ManifestStatus.Deleted, gone.Status);
        Assert.Equal((7L, 1.5d), (gone.File.Partition[1000], gone.File.Partition[1001]));
        string[] expected = [.. table.Texts([dropped ? [9L, "x"] : [9L, 8L, 2.5d]])];
        Assert.Equal(expected, await table.Scan());
        Assert.Equal(expected, await ClickHouseText.Rows(readers, schema, table.Path, Cancellation));
    }

    public static TheoryData<string, object> Transforms => new()
    {
        { "bucket[16]", 3 }, { "truncate[4]", "abcd" }, { "void", "" }, { "identity", "abcdef" },
    };

    [Theory]
    [MemberData(nameof(Transforms))]
    public async Task A_condition_on_a_column_is_never_held_against_the_result_of_a_transform(string transform, object value)
    {
        var schema = new Schema(0, [new(1, "s", false, PrimitiveType.String), new(2, "at", false, PrimitiveType.TimestampTz), new(3, "d", false, PrimitiveType.Date)], []);
        var spec = new PartitionSpec(1,
        [
            new(1, 1000, "p", transform), new(2, 1001, "y", "year"), new(2, 1002, "m", "month"), new(2, 1003, "day", "day"), new(2, 1004, "h", "hour"), new(3, 1005, "dd", "day"),
        ]);
        using var table = new LocalTable(schema, spec);
        // One hour before 1970, where all transforms round down.
        object?[] row = ["abcdef", -3_600_000_000L, -1];
        await table.Commit(await table.DataFile([row], new Dictionary<int, object?>
        {
            [1000] = transform == "void" ? null : value,
            [1001] = -1,
            [1002] = -1,
            [1003] = -1,
            [1004] = -1,
            [1005] = -1,
        }));
        foreach (var where in new ColumnPredicate[]
        {
            new("s", Comparison.Equal, "abcdef"), new("s", Comparison.GreaterOrEqual, "abcdef"), new("s", Comparison.IsNotNull), new("s", Comparison.NotEqual, "abcd"), new("at", Comparison.Equal, -3_600_000_000L),
            new("at", Comparison.Less, 0L), new("d", Comparison.Equal, -1), new("d", Comparison.Greater, -2),
        })
            Assert.Single(await new TableScan(table.IO, table.Metadata, new() { Where = [where] }).Plan(Cancellation));
        Assert.Empty(await new TableScan(table.IO, table.Metadata, new() { Where = [new("s", Comparison.Equal, "abcdeg")] }).Plan(Cancellation));
        Assert.Equal(table.Texts([row]), await table.Scan());
        Assert.Equal(table.Texts([row]), await ClickHouseText.Rows(readers, schema, table.Path, Cancellation));
    }

    // Two rows that another engine wrote into the partition n=7, f=1.5, while the columns were still narrow.
    private static async Task<LocalTable> Table(bool inFile)
    {
        var table = new LocalTable(inFile ? Narrow : Narrow with { Fields = [Narrow.Fields[0]] }, Spec);
        var file = await table.DataFile(inFile ? [[1L, 7, 1.5f], [2L, 7, 1.5f]] : [[1L], [2L]], new Dictionary<int, object?> { [1000] = 7, [1001] = 1.5f });
        table.Metadata = table.Metadata with { Schemas = [Narrow], PartitionSpecs = [PartitionSpec.Unpartitioned, Spec], LastColumnId = 3 };
        await table.Commit(file);
        await table.Evolve(Wide);
        return table;
    }
}
