using System.Numerics;
using Apache.Arrow;
using Mammoth.Iceberg.Data;
using Mammoth.Iceberg.IO;
using Mammoth.Iceberg.Schemas;
using Mammoth.Tests.Iceberg;
using Schema = Mammoth.Iceberg.Schemas.Schema;

namespace Mammoth.Tests.Data;

public sealed class DataFileWriterRefusalTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public void A_null_in_a_required_column_is_refused_by_name() =>
        Assert.Contains("'must'", Refused<InvalidDataException>(new NestedField(1, "must", true, PrimitiveType.Int), null).Message, StringComparison.Ordinal);

    [Fact]
    public void A_null_in_a_required_element_is_refused() =>
        Refused<InvalidDataException>(new NestedField(1, "list", true, new ListType(2, PrimitiveType.Int, true)), new object?[] { 1, null });

    [Theory]
    [InlineData(9, 1L << 40)]
    [InlineData(18, long.MaxValue)]
    [InlineData(20, long.MaxValue)]
    public void A_decimal_that_does_not_fit_is_refused(int precision, long value)
    {
        var tooLarge = new BigInteger(value) * (precision == 9 ? 1 : BigInteger.Pow(10, 5));
        Refused<InvalidDataException>(new NestedField(1, "d", false, new DecimalType(precision, 0)), tooLarge);
    }

    [Fact]
    public async Task A_batch_of_other_columns_is_refused_by_name()
    {
        await using var writer = Open(new Schema(0, [new(1, "count", false, PrimitiveType.Long)], []));
        var ints = ArrowRows.ToBatch(new Schema(0, [new(1, "count", false, PrimitiveType.Int)], []), [[1]]);
        Assert.Contains("'count'", Assert.Throws<ArgumentException>(() => writer.Write(ints)).Message, StringComparison.Ordinal);
        using var empty = new RecordBatch(new Apache.Arrow.Schema([], null), [], 0);
        Assert.Throws<ArgumentException>(() => writer.Write(empty));
    }

    [Fact]
    public async Task A_file_that_exists_is_not_overwritten()
    {
        var schema = new Schema(0, [new(1, "n", false, PrimitiveType.Long)], []);
        await using var first = Open(schema);
        var file = await first.Complete(Cancellation);
        var before = await File.ReadAllBytesAsync(LocalPath.Of(file.FilePath), Cancellation);
        await using var second = Open(schema);
        second.Write(ArrowRows.ToBatch(schema, [[1L]]));
        await Assert.ThrowsAsync<PreconditionFailedException>(() => second.Complete(Cancellation));
        Assert.Equal(before, await File.ReadAllBytesAsync(LocalPath.Of(file.FilePath), Cancellation));
    }

    [Fact]
    public async Task What_the_store_said_survives_native_code()
    {
        var schema = new Schema(0, [new(1, "n", false, PrimitiveType.Long)], []);
        await using var writer = new DataFileWriter(new FullDisk(), "full:///f.parquet", schema);
        writer.Write(ArrowRows.ToBatch(schema, [[1L]]));
        Assert.Equal("The disk is full.", (await Assert.ThrowsAsync<IOException>(() => writer.Complete(Cancellation))).Message);
    }

    public void Dispose() => _folder.Dispose();

    private DataFileWriter Open(Schema schema) => new(new LocalFileIO(), $"{_folder.Location}/f.parquet", schema);

    private T Refused<T>(NestedField field, object? value) where T : Exception
    {
        var schema = new Schema(0, [field], []);
        return Assert.Throws<T>(() => Open(schema).Write(ArrowRows.ToBatch(schema, [[value]])));
    }

    private sealed class FullDisk : IFileIO
    {
        public OutputFile Create(string location) => new FullFile();
        public Task<FileContent?> Read(string location, CancellationToken cancellation) => throw new NotSupportedException();
        public Task<Stream> OpenRead(string location, CancellationToken cancellation) => throw new NotSupportedException();
        public Task<string> Write(string location, ReadOnlyMemory<byte> content, WriteCondition condition, CancellationToken cancellation) => throw new NotSupportedException();
        public IAsyncEnumerable<FileEntry> List(string prefix, CancellationToken cancellation) => throw new NotSupportedException();
        public Task Delete(string location, CancellationToken cancellation) => throw new NotSupportedException();
    }

    private sealed class FullFile : OutputFile
    {
        public override string Location => "full:///f.parquet";
        public override Stream Stream { get; } = new FullStream();
        public override Task<long> Complete(CancellationToken cancellation) => throw new NotSupportedException();
        public override ValueTask DisposeAsync() => ValueTask.CompletedTask;
    }

    private sealed class FullStream : MemoryStream
    {
        public override void Write(ReadOnlySpan<byte> buffer)
        {
            if (Length + buffer.Length > 4)
                throw new IOException("The disk is full.");
            base.Write(buffer);
        }
    }
}
