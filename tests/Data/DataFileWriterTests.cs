using Mammoth.Iceberg.Data;
using Mammoth.Iceberg.IO;
using Mammoth.Iceberg.Manifests;
using Mammoth.Iceberg.Schemas;
using Mammoth.Tests.Iceberg;

namespace Mammoth.Tests.Data;

public sealed class DataFileWriterTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public static TheoryData<int> Seeds => [.. Enumerable.Range(1, 40)];

    [Theory]
    [MemberData(nameof(Seeds))]
    public async Task Every_value_of_random_nested_batches_is_read_back_by_another_engine(int seed)
    {
        var table = new RandomRows(seed);
        var rows = table.Rows(300);
        var random = new Random(seed);
        var options = new DataFileOptions { Uncompressed = Enumerable.Range(0, 200).Where(_ => random.Next(2) == 0).ToHashSet() };
        var file = await Write(table.Schema, [rows[..100], rows[100..101], rows[101..]], options);
        Assert.Equal(rows.Select(row => RowText.Of(table.Schema, row)), DuckText.Rows(table.Schema, LocalPath.Of(file.FilePath)));
    }

    [Theory]
    [MemberData(nameof(Seeds))]
    public async Task Slices_of_batches_are_written_from_where_they_start(int seed)
    {
        var table = new RandomRows(1000 + seed);
        var rows = table.Rows(50);
        await using var writer = new DataFileWriter(new LocalFileIO(), Location("slice"), table.Schema);
        writer.Write(ArrowRows.ToBatch(table.Schema, rows, skip: 7));
        await writer.Complete(Cancellation);
        Assert.Equal(rows.Skip(7).Select(row => RowText.Of(table.Schema, row)), DuckText.Rows(table.Schema, LocalPath.Of(Location("slice"))));
    }

    /// <summary>A struct's null is null in its fields, too, also in those that are required; Arrow still counts it in a slice that begins behind it.</summary>
    [Fact]
    public async Task A_null_before_a_slice_is_none_of_a_required_field()
    {
        var inner = new StructType([new(3, "z", true, PrimitiveType.Int), new(4, "w", false, PrimitiveType.Int)]);
        var schema = new Schema(0, [new(1, "s", false, new StructType([new(2, "x", true, PrimitiveType.Int), new(5, "y", true, inner)]))], []);
        object?[][] rows = [[null], .. Enumerable.Range(1, 30).Select(i => (object?[])[new object?[] { i, new object?[] { 2 * i, i % 3 == 0 ? null : 3 * i } }])];
        await using var writer = new DataFileWriter(new LocalFileIO(), Location("behind"), schema);
        writer.Write(ArrowRows.ToBatch(schema, rows, skip: 1));
        await writer.Complete(Cancellation);
        Assert.Equal(rows.Skip(1).Select(row => RowText.Of(schema, row)), DuckText.Rows(schema, LocalPath.Of(Location("behind"))));
    }

    [Fact]
    public async Task Every_compressed_column_is_compressed_at_the_level_asked_for()
    {
        var schema = new Schema(0, [new(1, "t", true, PrimitiveType.String), new(2, "l", false, new ListType(3, PrimitiveType.String, true))], []);
        var random = new Random(3);
        object?[][] rows = [.. Enumerable.Range(0, 4_000).Select(_ => (object?[])[Words(), new object?[] { Words(), Words() }])];
        Dictionary<int, long> quick = await Sizes(1), thorough = await Sizes(19);
        Assert.All(new[] { 1, 3 }, id => Assert.InRange(thorough[id], 1, quick[id] * 95 / 100));

        string Words() => string.Join(' ', Enumerable.Range(0, 8).Select(_ => $"word{random.Next(3_000)}"));

        async Task<Dictionary<int, long>> Sizes(int level)
        {
            await using var writer = new DataFileWriter(new LocalFileIO(), Location($"level{level}"), schema, new() { CompressionLevel = level, WithoutDictionary = new HashSet<int> { 1, 3 } });
            writer.Write(ArrowRows.ToBatch(schema, rows));
            return new((await writer.Complete(Cancellation)).ColumnSizes!);
        }
    }

    /// <summary>Arrow allows elements that no list has, in the slot of a null and before the first one.</summary>
    [Fact]
    public async Task Elements_that_no_list_has_are_not_written()
    {
        var schema = new Schema(0, [new(1, "l", false, new ListType(2, PrimitiveType.Int, false))], []);
        var lists = ArrowRows.ToBatch(schema, [[new object?[] { 1, 2 }], [new object?[] { 3 }], [new object?[] { 4, null, 5 }], [System.Array.Empty<object?>()], [new object?[] { 6 }]]).Column(0).Data;
        var withGaps = new Apache.Arrow.ListArray(new Apache.Arrow.ArrayData(lists.DataType, 4, 1, 1, [new(new byte[] { 0b11011 }), lists.Buffers[1]], lists.Children));
        using var batch = new Apache.Arrow.RecordBatch(new Apache.Arrow.Schema([new("l", lists.DataType, true)], null), [withGaps], 4);
        await using var writer = new DataFileWriter(new LocalFileIO(), Location("gaps"), schema);
        writer.Write(batch);
        await writer.Complete(Cancellation);
        object?[][] expected = [[new object?[] { 3 }], [null], [System.Array.Empty<object?>()], [new object?[] { 6 }]];
        Assert.Equal(expected.Select(row => RowText.Of(schema, row)), DuckText.Rows(schema, LocalPath.Of(Location("gaps"))));
    }

    public void Dispose() => _folder.Dispose();

    private string Location(string name) => $"{_folder.Location}/{name}.parquet";

    private async Task<DataFile> Write(Schema schema, object?[][][] batches, DataFileOptions? options = null)
    {
        await using var writer = new DataFileWriter(new LocalFileIO(), Location("file"), schema, options);
        foreach (var batch in batches)
            writer.Write(ArrowRows.ToBatch(schema, batch));
        return await writer.Complete(Cancellation);
    }
}
