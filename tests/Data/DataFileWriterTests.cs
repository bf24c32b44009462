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
