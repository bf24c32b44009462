using Mammoth.Iceberg.IO;
using Mammoth.Iceberg.Manifests;
using Mammoth.Iceberg.Metadata;
using Mammoth.Iceberg.Schemas;

namespace Mammoth.Tests.Iceberg.Manifests;

public sealed class ManifestMergerTests : IDisposable
{
    private static readonly Schema Columns = new(0, [new(2, "name", false, PrimitiveType.String), new(1, "id", true, PrimitiveType.Long)], [1]);
    private readonly TemporaryFolder _folder = new();
    private readonly LocalFileIO _io = new();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Chunks_become_few_manifests_ordered_by_the_primary_key_and_no_file_is_lost()
    {
        var random = new RandomFiles(1);
        var chunks = new List<string>();
        var files = new List<DataFile>();
        foreach (var start in new[] { 900, 100, 500, -300, 700 })
        {
            // A chunk without bounds in its first file, and one with its lowest value in its second.
            List<DataFile> chunk = [Bounded(random.Next(), start + 10), Bounded(random.Next(), start)];
            files.AddRange(chunk);
            chunks.Add(await Write(chunk));
        }
        DataFile allNull = random.Next() with { LowerBounds = null };
        files.Add(allNull);
        chunks.Insert(0, await Write([allNull]));

        var merged = await Merge(chunks, targetBytes: 1 << 20);

        var manifest = Assert.Single(merged);
        Assert.Equal(11, manifest.AddedFilesCount);
        Assert.Equal(files.Sum(f => f.RecordCount), manifest.AddedRowsCount);
        Assert.Equal(77, manifest.AddedSnapshotId);
        var read = await Read(merged);
        Assert.Equal([-290, -300, 110, 100, 510, 500, 710, 700, 910, 900], read.SkipLast(1).Select(LowerId));
        Assert.Equal(allNull.FilePath, read[^1].FilePath);
        Assert.Equal(files.Select(f => f.FilePath).Order(), read.Select(f => f.FilePath).Order());
    }

    [Fact]
    public async Task A_merged_manifest_is_closed_at_the_target_size()
    {
        var random = new RandomFiles(2);
        var chunks = new List<string>();
        for (var i = 0; i < 40; i++)
            chunks.Add(await Write([.. Enumerable.Range(0, 50).Select(_ => random.Next(columns: 30))]));
        var merged = await Merge(chunks, targetBytes: 200_000);
        Assert.InRange(merged.Count, 3, 20);
        Assert.All(merged.SkipLast(1), m => Assert.InRange(m.Length, 200_000, 300_000));
        Assert.Equal(2000, merged.Sum(m => m.AddedFilesCount));
        Assert.Equal(2000, (await Read(merged)).Select(f => f.FilePath).Distinct().Count());
    }

    [Fact]
    public async Task The_same_chunks_make_the_same_manifests()
    {
        var random = new RandomFiles(3);
        var chunks = new List<string>();
        for (var i = 0; i < 20; i++)
            chunks.Add(await Write([Bounded(random.Next(), i / 5)]));
        var first = await Read(await Merge(chunks, 1 << 20, "a"));
        var second = await Read(await Merge(chunks, 1 << 20, "b"));
        Assert.Equal(first.Select(f => f.FilePath), second.Select(f => f.FilePath));
    }

    [Fact]
    public async Task Nothing_to_merge_makes_no_manifest() => Assert.Empty(await Merge([], 1 << 20));

    [Fact]
    public async Task A_chunk_whose_manifest_is_gone_is_named()
    {
        var gone = $"{_folder.Location}/gone.avro";
        var e = await Assert.ThrowsAsync<FileNotFoundException>(() => Merge([gone], 1 << 20));
        Assert.Contains(gone, e.Message, StringComparison.Ordinal);
        Assert.Empty(Directory.GetFiles(_folder.Path));
    }

    private static DataFile Bounded(DataFile file, long lower) => file with
    {
        LowerBounds = new Dictionary<int, byte[]> { [1] = SingleValue.Serialize(PrimitiveType.Long, lower) },
    };

    private static long LowerId(DataFile file) => (long)SingleValue.Deserialize(PrimitiveType.Long, file.LowerBounds![1]);

    private Task<IReadOnlyList<ManifestFile>> Merge(IReadOnlyList<string> chunks, long targetBytes, string name = "merged") =>
        new ManifestMerger(_io, Columns, PartitionSpec.Unpartitioned, targetBytes).Merge(chunks, 77, i => $"{_folder.Location}/{name}-{i}.avro", Cancellation);

    private async Task<string> Write(IReadOnlyList<DataFile> files)
    {
        await using var writer = new ManifestWriter(_io, $"{_folder.Location}/chunk-{Guid.NewGuid()}.avro", Columns, PartitionSpec.Unpartitioned);
        foreach (var file in files)
            writer.Add(file);
        return (await writer.Complete(Cancellation)).Path;
    }

    private async Task<List<DataFile>> Read(IReadOnlyList<ManifestFile> manifests)
    {
        var files = new List<DataFile>();
        foreach (var manifest in manifests)
            await foreach (var entry in ManifestReader.Read(_io, manifest.Path, Cancellation))
                files.Add(entry.File);
        return files;
    }
}
