using Apache.Arrow;
using Mammoth.Iceberg.Data;
using Mammoth.Iceberg.IO;
using Mammoth.Tests.Iceberg;

namespace Mammoth.Tests.Data;

public sealed class WriteAllocationTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    [Theory]
    [InlineData(3)]
    [InlineData(8)]
    [InlineData(21)]
    public async Task A_row_allocates_nothing(int seed)
    {
        var table = new RandomRows(seed, columns: 20);
        var (few, many) = (ArrowRows.ToBatch(table.Schema, table.Rows(500)), ArrowRows.ToBatch(table.Schema, table.Rows(5_000)));
        await using var writer = new DataFileWriter(new LocalFileIO(), $"{_folder.Location}/f.parquet", table.Schema);
        // Buffers grow to the largest batch once.
        writer.Write(many);
        writer.Write(few);
        var (a, b) = (Allocated(writer, few), Allocated(writer, many));
        Assert.InRange(b - a, -4096, 4096);
    }

    public void Dispose() => _folder.Dispose();

    private static long Allocated(DataFileWriter writer, RecordBatch batch)
    {
        var before = GC.GetAllocatedBytesForCurrentThread();
        writer.Write(batch);
        return GC.GetAllocatedBytesForCurrentThread() - before;
    }
}
