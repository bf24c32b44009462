using Mammoth.Iceberg.Data;
using Mammoth.Iceberg.IO;
using Mammoth.Iceberg.Schemas;
using Mammoth.Tests.Iceberg;

namespace Mammoth.Tests.Data;

public sealed class RollingDataFileWriterTests : IDisposable
{
    private static readonly Schema Wide = new(0,
    [
        new(1, "id", true, PrimitiveType.Long),
        new(2, "noise", true, PrimitiveType.Binary),
        new(3, "word", true, PrimitiveType.String),
        new(4, "amount", true, new DecimalType(20, 2)),
    ], []);

    private readonly TemporaryFolder _folder = new();
    private readonly Random _random = new(4);

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Files_are_cut_near_the_target_size()
    {
        const long Target = 3 << 20;
        await using var writer = new RollingDataFileWriter(
            new LocalFileIO(), Location, Wide, new DataFileOptions { TargetFileSizeBytes = Target, RowGroupBytes = 1 << 20 });
        for (var i = 0; i < 60; i++)
            await writer.Write(ArrowRows.ToBatch(Wide, Rows(2_000, i * 2_000)), Cancellation);
        Assert.Equal(120_000, writer.Rows);
        var files = await writer.Complete(Cancellation);
        Assert.InRange(files.Count, 3, 20);
        Assert.All(files.SkipLast(1), file => Assert.InRange(file.FileSizeInBytes, Target * 8 / 10, Target * 13 / 10));
        Assert.Equal(120_000, files.Sum(file => file.RecordCount));
        Assert.Equal(writer.Bytes, files.Sum(file => file.FileSizeInBytes));
        Assert.All(files, file => Assert.InRange(file.SplitOffsets!.Count, 1, 6));
        Assert.Equal(Enumerable.Range(0, files.Count).Select(Location), files.Select(file => file.FilePath));
    }

    [Fact]
    public async Task Row_groups_of_rows_that_compress_well_still_grow_to_their_size()
    {
        var schema = new Schema(0, [new(1, "text", true, PrimitiveType.String)], []);
        await using var writer = new RollingDataFileWriter(new LocalFileIO(), Location, schema,
            new DataFileOptions { TargetFileSizeBytes = 8 << 20, RowGroupBytes = 1 << 20, WithoutDictionary = new HashSet<int> { 1 } });
        var number = 0;
        for (var i = 0; i < 120; i++)
            await writer.Write(ArrowRows.ToBatch(schema,
                [.. Enumerable.Range(0, 1_000).Select(_ => new object?[] { $"{string.Concat(Enumerable.Repeat("the same words in every row ", 20))}{number++}{_random.Next()}" })]), Cancellation);
        var files = await writer.Complete(Cancellation);
        var starts = files[0].SplitOffsets!;
        Assert.True(starts.Count >= 2);
        // The first teaches how well rows compress; those after it are as large as asked for.
        Assert.All(starts.Skip(2).Zip(starts.Skip(1)), pair => Assert.InRange(pair.First - pair.Second, 700_000, 1_500_000));
        Assert.InRange(starts[1] - starts[0], 1, 700_000);
    }

    [Fact]
    public async Task Columns_that_do_not_compress_are_not_compressed_in_the_next_files_and_then_tried_again()
    {
        var compression = new CompressionMemory();
        List<string> noise = [], word = [];
        for (var n = 0; n < 2 + CompressionMemory.Files; n++)
        {
            var rows = Rows(1_000, n * 1_000);
            await using var writer = new RollingDataFileWriter(new LocalFileIO(), _ => Location(n), Wide, compression: compression);
            await writer.Write(ArrowRows.ToBatch(Wide, rows), Cancellation);
            await writer.Complete(Cancellation);
            var path = LocalPath.Of(Location(n));
            Assert.Equal(rows.Select(row => RowText.Of(Wide, row)), DuckText.Rows(Wide, path));
            noise.Add(Codec(path, "noise"));
            word.Add(Codec(path, "word"));
        }
        Assert.Equal(["ZSTD", .. Enumerable.Repeat("UNCOMPRESSED", CompressionMemory.Files), "ZSTD"], noise);
        Assert.All(word, codec => Assert.Equal("ZSTD", codec));
    }

    [Fact]
    public void What_was_known_of_a_column_stays_until_a_file_has_enough_of_it()
    {
        var compression = new CompressionMemory();
        compression.Learn(new Dictionary<int, double> { [1] = 1.0, [2] = 0.96, [3] = 0.94 });
        Assert.Equal([1, 2], compression.Next().Order());
        compression.Learn(new Dictionary<int, double>());
        Assert.Equal([1, 2], compression.Next().Order());

        // Begun before the first was completed: it had little of one column, and the other compresses now.
        compression.Learn(new Dictionary<int, double> { [2] = 0.5, [4] = 0.99 });
        Assert.Equal([1, 4], compression.Next().Order());
        for (var n = 1; n < CompressionMemory.Files; n++)
            Assert.NotEmpty(compression.Next());
        Assert.Empty(compression.Next());
        compression.Learn(new Dictionary<int, double> { [1] = 0.2, [4] = 0.2 });
        Assert.Empty(compression.Next());
    }

    [Fact]
    public async Task A_small_file_says_nothing_of_how_columns_compress()
    {
        var compression = new CompressionMemory();
        await using var writer = new RollingDataFileWriter(new LocalFileIO(), Location, Wide, compression: compression);
        await writer.Write(ArrowRows.ToBatch(Wide, Rows((int)CompressionMemory.Telling / 110, 0)), Cancellation);
        await writer.Complete(Cancellation);
        Assert.Empty(compression.Next());
    }

    [Fact]
    public async Task Without_rows_there_is_no_file()
    {
        await using var writer = new RollingDataFileWriter(new LocalFileIO(), Location, Wide);
        await writer.Write(ArrowRows.ToBatch(Wide, []), Cancellation);
        Assert.Empty(await writer.Complete(Cancellation));
        Assert.Empty(Directory.GetFiles(_folder.Path));
    }

    [Fact]
    public async Task A_writer_given_up_leaves_no_half_a_file()
    {
        await using (var writer = new RollingDataFileWriter(new LocalFileIO(), Location, Wide))
            await writer.Write(ArrowRows.ToBatch(Wide, Rows(10, 0)), Cancellation);
        Assert.Empty(Directory.GetFiles(_folder.Path, "*", SearchOption.AllDirectories));
    }

    public void Dispose() => _folder.Dispose();

    private static string Codec(string path, string column) =>
        (string)Assert.Single(DuckText.Query($"SELECT DISTINCT compression FROM parquet_metadata('{path}') WHERE path_in_schema = '{column}'"))[0]!;

    private string Location(int number) => $"{_folder.Location}/part-{number}.parquet";

    private object?[][] Rows(int count, int first) => [.. Enumerable.Range(first, count).Select(i =>
    {
        var noise = new byte[100];
        _random.NextBytes(noise);
        return new object?[] { (long)i, noise, $"word {i % 10}", new System.Numerics.BigInteger(i) };
    })];
}
