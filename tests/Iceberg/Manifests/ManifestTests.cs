using System.Text.Json;
using Mammoth.Iceberg.IO;
using Mammoth.Iceberg.Manifests;
using Mammoth.Iceberg.Metadata;
using Mammoth.Iceberg.Schemas;

namespace Mammoth.Tests.Iceberg.Manifests;

public sealed class ManifestTests : IDisposable
{
    private static readonly Schema Columns = new(3, [new(1, "id", true, PrimitiveType.Long), new(2, "name", false, PrimitiveType.String)], [1]);
    private readonly TemporaryFolder _folder = new();
    private readonly LocalFileIO _io = new();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Files_of_an_unpartitioned_table_come_back_as_they_were_written()
    {
        var random = new RandomFiles(1);
        var files = Enumerable.Range(0, 200).Select(_ => random.Next()).ToList();
        var manifest = await Write(Columns, PartitionSpec.Unpartitioned, files);
        Assert.Equal(Json(files), Json([.. (await Read(manifest)).Select(e => e.File)]));
        Assert.Equal(200, manifest.AddedFilesCount);
        Assert.Equal(files.Sum(f => f.RecordCount), manifest.AddedRowsCount);
        Assert.Equal(new FileInfo(LocalPath.Of(manifest.Path)).Length, manifest.Length);
        Assert.Empty(manifest.Partitions!);
    }

    [Fact]
    public async Task Partition_values_of_every_type_come_back_as_they_were_written()
    {
        string[] types =
        [
            "boolean", "int", "long", "float", "double", "date", "time", "timestamp", "timestamptz", "timestamp_ns", "timestamptz_ns", "string", "uuid",
            "binary", "fixed[5]", "decimal(9, 2)", "decimal(9, 2)", "decimal(38, 10)", "uuid",
        ];
        var schema = new Schema(0, [.. types.Select((type, i) => new NestedField(i + 1, $"c{i}", false, TypeName.Parse(type)))], []);
        var spec = new PartitionSpec(4, [.. types.Select((_, i) => new PartitionField(i + 1, 1000 + i, $"{i} ünï", "identity"))]);
        var partition = PartitionTypes.Of(schema, spec);
        var random = new RandomFiles(2);
        var files = Enumerable.Range(0, 100).Select(_ => random.Next(partition)).ToList();

        var manifest = await Write(schema, spec, files);

        var read = (await Read(manifest)).Select(e => e.File).ToList();
        for (var i = 0; i < files.Count; i++)
            foreach (var field in partition.Fields)
                Assert.Equal(files[i].Partition[field.Id], read[i].Partition[field.Id]);
        Assert.Equal(4, manifest.PartitionSpecId);
        for (var i = 0; i < types.Length; i++)
        {
            var values = files.Select(f => f.Partition[1000 + i]).OfType<object>().ToList();
            values.Sort(ValueOrder.Compare);
            Assert.Equal(SingleValue.Serialize(partition.Fields[i].Type, values[0]), manifest.Partitions![i].LowerBound);
            Assert.Equal(SingleValue.Serialize(partition.Fields[i].Type, values[^1]), manifest.Partitions[i].UpperBound);
            Assert.Equal(files.Any(f => f.Partition[1000 + i] is null), manifest.Partitions[i].ContainsNull);
        }
    }

    [Fact]
    public async Task The_header_says_what_readers_of_the_format_need()
    {
        var manifest = await Write(Columns, new(0, [new(1, 1000, "id_bucket", "bucket[4]"), new(2, 1001, "name", "truncate[3]")]), [new RandomFiles(3).Next()], snapshotId: 5);
        var header = AvroHeader.Of(manifest.Path);
        Assert.Equal(SchemaJson.ToJson(Columns), header["schema"]);
        Assert.Equal("3", header["schema-id"]);
        Assert.Equal("""[{"name":"id_bucket","transform":"bucket[4]","source-id":1,"field-id":1000},{"name":"name","transform":"truncate[3]","source-id":2,"field-id":1001}]""", header["partition-spec"]);
        Assert.Equal("0", header["partition-spec-id"]);
        Assert.Equal("2", header["format-version"]);
        Assert.Equal("data", header["content"]);
        Assert.Equal("deflate", header["avro.codec"]);
        // The reference's own words, for one field of each kind.
        foreach (var part in new[]
        {
            """{"type":"record","name":"manifest_entry","fields":[{"name":"status","type":"int","field-id":0},{"name":"snapshot_id","type":["null","long"],"default":null,"field-id":1}""",
            """{"name":"partition","type":{"type":"record","name":"r102","fields":[{"name":"id_bucket","type":["null","int"],"default":null,"field-id":1000},{"name":"name","type":["null","string"],"default":null,"field-id":1001}]},"doc":"Partition data tuple, schema based on the partition spec","field-id":102}""",
            """{"name":"column_sizes","type":["null",{"type":"array","items":{"type":"record","name":"k117_v118","fields":[{"name":"key","type":"int","field-id":117},{"name":"value","type":"long","field-id":118}]},"logicalType":"map"}],"doc":"Map of column id to total size on disk","default":null,"field-id":108}""",
            """{"name":"split_offsets","type":["null",{"type":"array","items":"long","element-id":133}],"doc":"Splittable offsets","default":null,"field-id":132}""",
        })
            Assert.Contains(part, header["avro.schema"], StringComparison.Ordinal);
        Assert.Contains(
            """{"id":108,"name":"column_sizes","required":false,"type":{"type":"map","key-id":117,"key":"int","value-id":118,"value":"long","value-required":true},"doc":"Map of column id to total size on disk"}""",
            header["iceberg.schema"],
            StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_added_file_inherits_from_the_manifest_list_and_the_others_keep_their_own()
    {
        var random = new RandomFiles(4);
        var location = $"{_folder.Location}/m.avro";
        ManifestFile manifest;
        await using (var writer = new ManifestWriter(_io, location, Columns, PartitionSpec.Unpartitioned, 50))
        {
            writer.Add(random.Next());
            writer.Keep(new(ManifestStatus.Added, 10, 7, 6, random.Next()));
            writer.Delete(new(ManifestStatus.Existing, 10, 3, 3, random.Next()));
            manifest = await writer.Complete(Cancellation);
        }
        Assert.Equal((1, 1, 1), (manifest.AddedFilesCount, manifest.ExistingFilesCount, manifest.DeletedFilesCount));
        // The deleted file's number 3 does not count.
        Assert.Equal(7, manifest.MinSequenceNumber);

        var list = $"{_folder.Location}/l.avro";
        await ManifestList.Write(_io, list, 50, 10, 9, [manifest], Cancellation);
        var listed = Assert.Single(await ManifestList.Read(_io, list, Cancellation));
        Assert.Equal((9L, 7L, 50L), (listed.SequenceNumber, listed.MinSequenceNumber, listed.AddedSnapshotId));
        Assert.Equal(
            [(ManifestStatus.Added, 50, 9, 9), (ManifestStatus.Existing, 10, 7, 6), (ManifestStatus.Deleted, 50L, 3L, 3L)],
            (await Read(listed)).Select(e => (e.Status, e.SnapshotId!.Value, e.SequenceNumber!.Value, e.FileSequenceNumber!.Value)));
        // What is stored for the added file is null: a retried commit changes only the list.
        Assert.Equal([null, 7L, 3L], (await ReadStored(location)).Select(e => e.SequenceNumber));
    }

    [Fact]
    public async Task An_entry_without_its_original_numbers_is_not_kept_or_deleted()
    {
        await using var writer = new ManifestWriter(_io, $"{_folder.Location}/m.avro", Columns, PartitionSpec.Unpartitioned, 50);
        var entry = new ManifestEntry(ManifestStatus.Added, 10, null, null, new RandomFiles(5).Next());
        Assert.Throws<InvalidOperationException>(() => writer.Keep(entry));
        Assert.Throws<InvalidOperationException>(() => writer.Delete(entry));
    }

    [Fact]
    public async Task A_manifest_that_is_not_completed_does_not_exist()
    {
        await using (var writer = new ManifestWriter(_io, $"{_folder.Location}/m.avro", Columns, PartitionSpec.Unpartitioned))
            writer.Add(new RandomFiles(6).Next());
        Assert.Empty(Directory.GetFiles(_folder.Path));
        await Assert.ThrowsAsync<FileNotFoundException>(() => ReadStored($"{_folder.Location}/m.avro"));
    }

    [Fact]
    public async Task Many_entries_are_read_one_at_a_time()
    {
        var random = new RandomFiles(7);
        var files = Enumerable.Range(0, 10_000).Select(_ => random.Next(columns: 20));
        var manifest = await Write(Columns, PartitionSpec.Unpartitioned, files);
        var content = await File.ReadAllBytesAsync(LocalPath.Of(manifest.Path), Cancellation);

        // By this thread only: what other tests allocate meanwhile does not count.
        var before = GC.GetAllocatedBytesForCurrentThread();
        using var entries = ManifestReader.Read(content, manifest.Path).GetEnumerator();
        Assert.True(entries.MoveNext());
        var first = GC.GetAllocatedBytesForCurrentThread() - before;
        var yielded = new List<WeakReference> { new(entries.Current) };
        while (entries.MoveNext())
            yielded.Add(new(entries.Current));
        var all = GC.GetAllocatedBytesForCurrentThread() - before;

        Assert.Equal(10_000, yielded.Count);
        // The compressed file, one block of it and what its header says; all entries together take many times that.
        Assert.InRange(first, 0, manifest.Length + (4 << 20));
        Assert.InRange(all, 5 * first, long.MaxValue);
        GC.Collect();
        Assert.InRange(yielded.Count(entry => entry.IsAlive), 0, 2);
    }

    [Fact]
    public async Task A_damaged_manifest_says_which_one()
    {
        var manifest = await Write(Columns, PartitionSpec.Unpartitioned, [new RandomFiles(8).Next()]);
        var whole = await File.ReadAllBytesAsync(LocalPath.Of(manifest.Path), Cancellation);
        foreach (var length in new[] { 0, 3, 100, whole.Length / 2, whole.Length - 20, whole.Length - 1 })
        {
            var location = $"{_folder.Location}/cut-{length}.avro";
            await File.WriteAllBytesAsync(LocalPath.Of(location), whole[..length], Cancellation);
            var broken = await Assert.ThrowsAsync<FormatException>(() => ReadStored(location));
            Assert.Contains(location, broken.Message, StringComparison.Ordinal);
        }
    }

    private async Task<ManifestFile> Write(Schema schema, PartitionSpec spec, IEnumerable<DataFile> files, long? snapshotId = null)
    {
        await using var writer = new ManifestWriter(_io, $"{_folder.Location}/{Guid.NewGuid()}.avro", schema, spec, snapshotId);
        foreach (var file in files)
            writer.Add(file);
        return await writer.Complete(Cancellation);
    }

    private async Task<List<ManifestEntry>> Read(ManifestFile manifest)
    {
        var entries = new List<ManifestEntry>();
        await foreach (var entry in ManifestReader.Read(_io, manifest, Cancellation))
            entries.Add(entry);
        return entries;
    }

    private async Task<List<ManifestEntry>> ReadStored(string location)
    {
        var entries = new List<ManifestEntry>();
        await foreach (var entry in ManifestReader.Read(_io, location, Cancellation))
            entries.Add(entry);
        return entries;
    }

    private static string Json(List<DataFile> files) => JsonSerializer.Serialize(files);
}
