using Mammoth.Iceberg.Metadata;
using Mammoth.Iceberg.Scans;
using Mammoth.Iceberg.Schemas;
using Mammoth.Tests.Data;
using Mammoth.Tests.Fixtures;

namespace Mammoth.Tests.Golden;

/// <summary>Tables of the reference implementation come out of a scan as engines that others wrote read them, value for value.</summary>
public sealed class GoldenScanTests(Readers readers)
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    /// <summary>Each table as it is now (null), and at each of its snapshots.</summary>
    public static TheoryData<string, int?> States => new() { { "az2", null }, { "az2", 0 }, { "az2", 1 }, { "az3", null }, { "az3", 0 }, { "az3", 1 } };

    [Theory]
    [MemberData(nameof(States))]
    public async Task A_scan_is_what_ClickHouse_finds_through_the_metadata(string name, int? snapshot)
    {
        var table = new GoldenTable(name);
        var metadata = await table.Metadata();
        // ClickHouse cuts time to seconds.
        var scan = Scan(metadata, snapshot, f => f.Type is not PrimitiveType { Kind: PrimitiveKind.Time });
        var expected = await ClickHouseText.Rows(readers, scan.Schema, table.Folder, Cancellation, snapshot is { } i ? metadata.Snapshots[i].SnapshotId : null);
        Assert.Equal(expected.Order(StringComparer.Ordinal), await Rows(scan, nestedNullsEmpty: true));
        Assert.Equal(snapshot == 0 ? 10 : 20, expected.Count);
    }

    [Theory]
    [MemberData(nameof(States))]
    public async Task A_scan_is_what_DuckDB_finds_in_the_files(string name, int? snapshot)
    {
        var metadata = await new GoldenTable(name).Metadata();
        // DuckDB has no nanoseconds with a zone.
        var scan = Scan(metadata, snapshot, f => f.Type is not PrimitiveType { Kind: PrimitiveKind.TimestampTzNs });
        var files = await GoldenTable.Files(scan);
        Assert.Equal(snapshot == 0 ? 10 : 20, files.Count);
        var written = metadata.SchemaOf(metadata.Snapshots[0]);
        var columns = scan.Schema.Fields.Select(f => $"{InFile(written, f)} AS {DuckText.Quote(f.Name)}");
        var expected = DuckText.From(scan.Schema, $"(SELECT {string.Join(", ", columns)} FROM read_parquet([{string.Join(", ", files.Select(f => $"'{f}'"))}], hive_partitioning = false))");
        Assert.Equal(expected.Order(StringComparer.Ordinal), await Rows(scan));
    }

    [Theory]
    [InlineData("az2")]
    [InlineData("az3")]
    public async Task A_tag_is_read_in_the_schema_of_its_time(string name)
    {
        var metadata = await new GoldenTable(name).Metadata();
        var tag = new TableScan(GoldenTable.IO, metadata, new ScanOptions { Reference = "t1" });
        Assert.Equal(["i", "f"], tag.Schema.Fields.Where(f => f.Id is 3 or 4).Select(f => f.Name));
        Assert.Equal(PrimitiveType.Float, tag.Schema.Fields.Single(f => f.Id == 4).Type);
        Assert.Equal(await Rows(Scan(metadata, 0, _ => true)), await Rows(tag));
    }

    [Theory]
    [InlineData("az2")]
    [InlineData("az3")]
    public async Task Bounds_of_the_reference_find_each_row_by_each_of_its_values(string name)
    {
        var metadata = await new GoldenTable(name).Metadata();
        var schema = metadata.CurrentSchema;
        var rows = await Values(Scan(metadata, null, _ => true));
        foreach (var (column, field) in schema.Fields.Index().Where(f => f.Item.Type is PrimitiveType { Kind: PrimitiveKind.Int or PrimitiveKind.Long or PrimitiveKind.String or PrimitiveKind.Date }))
            foreach (var row in rows.Where(r => r[column] is not null))
            {
                var found = await Values(new TableScan(GoldenTable.IO, metadata, new ScanOptions { Where = [new ColumnPredicate(field.Name, Comparison.Equal, row[column])] }));
                Assert.Contains(RowText.Of(schema, row), found.Select(r => RowText.Of(schema, r)));
            }
    }

    private static string InFile(Schema written, NestedField field) => written.Fields.FirstOrDefault(f => f.Id == field.Id) is { } old
        ? old.Type == PrimitiveType.Float && field.Type == PrimitiveType.Double ? $"{DuckText.Quote(old.Name)}::DOUBLE" : DuckText.Quote(old.Name)
        : "NULL::VARCHAR";

    private static TableScan Scan(TableMetadata metadata, int? snapshot, Func<NestedField, bool> chosen)
    {
        var options = new ScanOptions { SnapshotId = snapshot is { } i ? metadata.Snapshots[i].SnapshotId : null };
        var whole = new TableScan(GoldenTable.IO, metadata, options).Schema;
        return new TableScan(GoldenTable.IO, metadata, options with { Columns = [.. whole.Fields.Where(chosen).Select(f => f.Name)] });
    }

    private static async Task<List<string>> Rows(TableScan scan, bool nestedNullsEmpty = false) =>
        [.. (await Values(scan)).Select(row => RowText.Of(scan.Schema, row, nestedNullsEmpty)).Order(StringComparer.Ordinal)];

    private static async Task<List<object?[]>> Values(TableScan scan)
    {
        List<object?[]> rows = [];
        await foreach (var batch in scan.Read(Cancellation))
            using (batch)
                rows.AddRange(ArrowRows.FromBatch(scan.Schema, batch));
        return rows;
    }
}
