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
        var file = await Write(table.Schema, [rows[..100], rows[100..101], rows[101..]]);
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
