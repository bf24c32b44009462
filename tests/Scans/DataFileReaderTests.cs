using System.Numerics;
using Mammoth.Iceberg.Data;
using Mammoth.Iceberg.IO;
using Mammoth.Iceberg.Scans;
using Mammoth.Iceberg.Schemas;
using Mammoth.Tests.Data;
using Mammoth.Tests.Iceberg;

namespace Mammoth.Tests.Scans;

public sealed class DataFileReaderTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private string Location => $"{_folder.Location}/f.parquet";

    public static TheoryData<int> Seeds => [.. Enumerable.Range(1, 60)];

    [Theory]
    [MemberData(nameof(Seeds))]
    public async Task Random_nested_rows_come_back_as_they_were_written(int seed)
    {
        var table = new RandomRows(seed);
        var rows = table.Rows(200);
        await Write(table.Schema, rows);
        Assert.Equal(Texts(table.Schema, rows), Texts(table.Schema, await Read(table.Schema, batchBytes: 2_000)));
    }

    [Theory]
    [MemberData(nameof(Seeds))]
    public async Task Columns_are_found_by_id_whatever_their_name_and_place(int seed)
    {
        var table = new RandomRows(2000 + seed, columns: 6);
        var rows = table.Rows(100);
        await Write(table.Schema, rows);
        var order = Enumerable.Range(0, 6).Reverse().Take(4).ToArray();
        var renamed = new Schema(1, [.. order.Select(i => Renamed(table.Schema.Fields[i]))], []);
        Assert.Equal(
            rows.Select(row => RowText.Of(renamed, [.. order.Select(i => row[i])])),
            Texts(renamed, await Read(renamed)));
    }

    [Fact]
    public async Task Widened_types_are_read_as_the_wider_one()
    {
        await Write(
            new Schema(0, [new(1, "i", false, PrimitiveType.Int), new(2, "f", false, PrimitiveType.Float), new(3, "d", false, new DecimalType(9, 2)),
                new(4, "l", false, new ListType(5, PrimitiveType.Int, false)), new(6, "m", false, new MapType(7, PrimitiveType.Int, 8, new DecimalType(18, 1), false)),
                new(9, "s", false, new StructType([new(10, "x", false, PrimitiveType.Float)]))], []),
            [[int.MinValue, 1.5f, new BigInteger(-1), new object?[] { 7, null }, new (object, object?)[] { (1, new BigInteger(5)), (2, null) }, new object?[] { float.NaN }],
             [null, null, null, null, null, null]]);
        var wide = new Schema(1, [new(1, "i", false, PrimitiveType.Long), new(2, "f", false, PrimitiveType.Double), new(3, "d", false, new DecimalType(38, 2)),
            new(4, "l", false, new ListType(5, PrimitiveType.Long, false)), new(6, "m", false, new MapType(7, PrimitiveType.Long, 8, new DecimalType(20, 1), false)),
            new(9, "s", false, new StructType([new(10, "x", false, PrimitiveType.Double)]))], []);
        object?[][] expected =
        [
            [(long)int.MinValue, 1.5d, new BigInteger(-1), new object?[] { 7L, null }, new (object, object?)[] { (1L, new BigInteger(5)), (2L, null) }, new object?[] { double.NaN }],
            [null, null, null, null, null, null],
        ];
        Assert.Equal(Texts(wide, expected), Texts(wide, await Read(wide)));
    }

    [Fact]
    public async Task Added_columns_are_null_or_their_initial_default()
    {
        await Write(new Schema(0, [new(1, "id", true, PrimitiveType.Long), new(2, "s", true, new StructType([new(3, "x", false, PrimitiveType.Int)]))], []),
            [[1L, new object?[] { 5 }], [2L, new object?[] { null }]]);
        var now = new Schema(1,
        [
            new(1, "id", true, PrimitiveType.Long),
            new(2, "s", true, new StructType([new(4, "y", false, PrimitiveType.String), new(3, "x", false, PrimitiveType.Int)])),
            new(5, "list", false, new ListType(6, PrimitiveType.Uuid, false)),
            new(7, "map", false, new MapType(8, PrimitiveType.String, 9, PrimitiveType.Long, false)),
            new(10, "text", true, PrimitiveType.String) { InitialDefault = "\"né\"" },
            new(11, "at", true, PrimitiveType.TimestampTz) { InitialDefault = "\"1970-01-01T00:00:01.000002+00:00\"" },
            new(12, "price", true, new DecimalType(9, 2)) { InitialDefault = "\"-14.20\"" },
            new(13, "flag", true, PrimitiveType.Boolean) { InitialDefault = "true" },
            new(14, "born", true, PrimitiveType.Date) { InitialDefault = "\"1969-12-31\"" },
        ], []);
        object?[] Row(long id, object? x) => [id, new object?[] { null, x }, null, null, "né", 1_000_002L, new BigInteger(-1420), true, -1];
        Assert.Equal(Texts(now, [Row(1, 5), Row(2, null)]), Texts(now, await Read(now)));
    }

    [Fact]
    public async Task A_schema_of_columns_the_file_has_none_of_still_has_its_rows()
    {
        await Write(new Schema(0, [new(1, "id", true, PrimitiveType.Long)], []), [[1L], [2L], [3L]]);
        var rows = await Read(new Schema(1, [new(2, "other", false, PrimitiveType.String)], []));
        Assert.Equal(3, rows.Count);
        Assert.All(rows, row => Assert.Null(row[0]));
    }

    [Fact]
    public async Task A_required_column_the_file_lacks_is_an_error()
    {
        await Write(new Schema(0, [new(1, "id", true, PrimitiveType.Long)], []), [[1L]]);
        var failure = await Assert.ThrowsAsync<InvalidDataException>(() => Read(new Schema(1, [new(1, "id", true, PrimitiveType.Long), new(2, "new", true, PrimitiveType.Int)], [])));
        Assert.Contains("'new'", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_type_that_does_not_convert_is_an_error_with_both_types()
    {
        await Write(new Schema(0, [new(1, "id", true, PrimitiveType.Long)], []), [[1L]]);
        var failure = await Assert.ThrowsAsync<InvalidDataException>(() => Read(new Schema(1, [new(1, "id", true, PrimitiveType.Int)], [])));
        Assert.Contains("'id'", failure.Message, StringComparison.Ordinal);
        Assert.Contains(Location, failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Files_without_ids_are_read_by_the_name_mapping_and_refused_without()
    {
        DuckText.Query($"COPY (SELECT 7::BIGINT AS ident, {{'a': 'x', 'b': [1, 2]}} AS st, 'unmapped' AS z) TO '{_folder.Path}/f.parquet' (FORMAT parquet)");
        var schema = new Schema(0,
        [
            new(1, "id", false, PrimitiveType.Long),
            new(2, "st", false, new StructType([new(4, "numbers", false, new ListType(5, PrimitiveType.Int, false)), new(3, "letter", false, PrimitiveType.String)])),
            new(6, "z", false, PrimitiveType.String),
        ], []);
        var failure = await Assert.ThrowsAsync<InvalidDataException>(() => Read(schema));
        Assert.Contains(NameMapping.Property, failure.Message, StringComparison.Ordinal);
        var mapping = NameMapping.Parse("""
            [{"field-id": 1, "names": ["id", "ident"]},
             {"field-id": 2, "names": ["st"], "fields": [
                {"field-id": 3, "names": ["a"]}, {"field-id": 4, "names": ["b"], "fields": [{"field-id": 5, "names": ["element"]}]}]}]
            """);
        Assert.Equal(["7|([1,2],78)|null"], Texts(schema, await Read(schema, mapping)));
    }

    [Fact]
    public async Task What_is_no_Parquet_file_is_named()
    {
        await File.WriteAllTextAsync($"{_folder.Path}/f.parquet", "This is no Parquet file, however long it may be.", Cancellation);
        var failure = await Assert.ThrowsAsync<InvalidDataException>(() => Read(new Schema(0, [new(1, "id", true, PrimitiveType.Long)], [])));
        Assert.Contains(Location, failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Batches_stay_whole_after_the_next_was_asked_for()
    {
        var table = new RandomRows(5);
        var rows = table.Rows(500);
        await Write(table.Schema, rows);
        var batches = new List<Apache.Arrow.RecordBatch>();
        await foreach (var batch in new DataFileReader(new LocalFileIO(), table.Schema, null, 1_000).Read(Location, Cancellation))
            batches.Add(batch);
        Assert.True(batches.Count > 5);
        Assert.Equal(Texts(table.Schema, rows), batches.SelectMany(batch => ArrowRows.FromBatch(table.Schema, batch)).Select(row => RowText.Of(table.Schema, row)));
        batches.ForEach(batch => batch.Dispose());
    }

    public void Dispose() => _folder.Dispose();

    private static NestedField Renamed(NestedField field) => field with
    {
        Name = "new_" + field.Name,
        Required = false,
        Type = field.Type is StructType s ? new StructType([.. s.Fields.Select(Renamed)]) : field.Type,
    };

    private static IEnumerable<string> Texts(Schema schema, IEnumerable<object?[]> rows) => rows.Select(row => RowText.Of(schema, row));

    private async Task Write(Schema schema, object?[][] rows)
    {
        await using var writer = new DataFileWriter(new LocalFileIO(), Location, schema, new DataFileOptions { RowGroupRows = 90 });
        writer.Write(ArrowRows.ToBatch(schema, rows));
        await writer.Complete(Cancellation);
    }

    private async Task<List<object?[]>> Read(Schema schema, NameMapping? names = null, long batchBytes = DataFileReader.DefaultBatchBytes)
    {
        var rows = new List<object?[]>();
        await foreach (var batch in new DataFileReader(new LocalFileIO(), schema, names, batchBytes).Read(Location, Cancellation))
            using (batch)
                rows.AddRange(ArrowRows.FromBatch(schema, batch));
        return rows;
    }
}
