using Avro.IO;
using Mammoth.Iceberg.IO;
using Mammoth.Iceberg.Manifests;
using Mammoth.Iceberg.Metadata;

namespace Mammoth.Tests.Iceberg.Manifests;

/// <summary>Manifests and lists of other versions and writers: other names, other orders, fields left out or unknown.</summary>
public sealed class OtherWritersTests : IDisposable
{
    private const string Version1List =
        """{"type":"record","name":"manifest_file","fields":[{"name":"manifest_path","type":"string","field-id":500},{"name":"manifest_length","type":"long","field-id":501},{"name":"partition_spec_id","type":"int","field-id":502},{"name":"added_snapshot_id","type":["null","long"],"default":null,"field-id":503},{"name":"added_data_files_count","type":["null","int"],"default":null,"field-id":504}]}""";

    private const string Version1Manifest =
        """{"type":"record","name":"manifest_entry","fields":[{"name":"status","type":"int","field-id":0},{"name":"snapshot_id","type":["null","long"],"field-id":1},{"name":"data_file","type":{"type":"record","name":"r2","fields":[{"name":"file_format","type":"string","field-id":101},{"name":"a_field_of_tomorrow","type":["null","string"],"field-id":9999},{"name":"block_size_in_bytes","type":"long","field-id":105},{"name":"path","type":"string","field-id":100},{"name":"record_count","type":"long","field-id":103},{"name":"file_size_in_bytes","type":"long","field-id":104}]},"field-id":2}]}""";

    private const string Version3Manifest =
        """{"type":"record","name":"manifest_entry","fields":[{"name":"status","type":"int","field-id":0},{"name":"data_file","type":{"type":"record","name":"r2","fields":[{"name":"content","type":"int","field-id":134},{"name":"file_path","type":"string","field-id":100},{"name":"file_format","type":"string","field-id":101},{"name":"record_count","type":"long","field-id":103},{"name":"file_size_in_bytes","type":"long","field-id":104},{"name":"first_row_id","type":["null","long"],"default":null,"field-id":142},{"name":"referenced_data_file","type":["null","string"],"default":null,"field-id":143},{"name":"content_offset","type":["null","long"],"default":null,"field-id":144},{"name":"content_size_in_bytes","type":["null","long"],"default":null,"field-id":145}]},"field-id":2}]}""";

    private readonly TemporaryFolder _folder = new();
    private readonly LocalFileIO _io = new();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task A_list_and_manifest_of_version_1_are_read_by_field_id()
    {
        var manifest = await Write<int>("m1", Version1Manifest, [(int)ManifestStatus.Existing, (int)ManifestStatus.Added], (status, to) =>
        {
            to.WriteInt(status);
            to.WriteUnionIndex(0);
            to.WriteString("parquet");
            to.WriteUnionIndex(1);
            to.WriteString("?");
            to.WriteLong(64 << 20);
            to.WriteString($"s3://b/{status}.parquet");
            to.WriteLong(7);
            to.WriteLong(700);
        });
        var list = await Write<string>("l1", Version1List, [manifest], (path, to) =>
        {
            to.WriteString(path);
            to.WriteLong(99);
            to.WriteInt(0);
            to.WriteUnionIndex(1);
            to.WriteLong(5);
            to.WriteUnionIndex(0);
        });

        var listed = Assert.Single(await ManifestList.Read(_io, list, Cancellation));
        Assert.Equal((5L, -1, 0L), (listed.AddedSnapshotId, listed.AddedFilesCount, listed.SequenceNumber));
        Assert.True(listed.MayHaveLiveFiles);
        var entries = await Read(listed);
        Assert.All(entries, e => Assert.Equal((5L, 0L, 0L), (e.SnapshotId!.Value, e.SequenceNumber!.Value, e.FileSequenceNumber!.Value)));
        Assert.Equal(["s3://b/0.parquet", "s3://b/1.parquet"], entries.Select(e => e.File.FilePath));
        Assert.All(entries, e => Assert.Equal("PARQUET", e.File.FileFormat));
    }

    [Fact]
    public async Task A_snapshot_of_version_1_without_a_list_names_its_manifests()
    {
        var manifests = await ManifestList.Read(
            _io,
            new Snapshot { SnapshotId = 5, TimestampMs = 1, Manifests = ["s3://b/m0.avro"], Summary = new Dictionary<string, string>() },
            Cancellation);
        Assert.Equal("s3://b/m0.avro", Assert.Single(manifests).Path);
        Assert.True(manifests[0].MayHaveLiveFiles);
    }

    [Fact]
    public async Task Row_ids_of_version_3_are_inherited_in_order_and_deletion_vectors_keep_their_place()
    {
        (FileContentKind Content, long Rows, long? FirstRow)[] files = [(FileContentKind.Data, 10, null), (FileContentKind.Data, 5, 700), (FileContentKind.Data, 3, null)];
        var manifest = await Write<(FileContentKind Content, long Rows, long? FirstRow)>("m3", Version3Manifest, files, (file, to) =>
        {
            to.WriteInt((int)ManifestStatus.Added);
            to.WriteInt((int)file.Content);
            to.WriteString("s3://b/f");
            to.WriteString("PARQUET");
            to.WriteLong(file.Rows);
            to.WriteLong(100);
            Optional(to, file.FirstRow);
            to.WriteUnionIndex(1);
            to.WriteString("s3://b/d.parquet");
            Optional(to, 4);
            Optional(to, 40);
        });
        var entries = await Read(new() { Path = manifest, Length = 1, SequenceNumber = 2, AddedSnapshotId = 8, FirstRowId = 100 });
        Assert.Equal([100, 700, 110L], entries.Select(e => e.File.FirstRowId!.Value));
        Assert.All(entries, e => Assert.Equal(("s3://b/d.parquet", 4L, 40L), (e.File.ReferencedDataFile!, e.File.ContentOffset!.Value, e.File.ContentSizeInBytes!.Value)));
    }

    [Fact]
    public async Task A_kept_file_of_version_2_without_a_sequence_number_is_refused()
    {
        var manifest = await Write<int>("m2", Version1Manifest, [(int)ManifestStatus.Existing], (status, to) =>
        {
            to.WriteInt(status);
            to.WriteUnionIndex(0);
            to.WriteString("PARQUET");
            to.WriteUnionIndex(0);
            to.WriteLong(1);
            to.WriteString("s3://b/f");
            to.WriteLong(1);
            to.WriteLong(1);
        });
        var refused = await Assert.ThrowsAsync<FormatException>(() => Read(new() { Path = manifest, Length = 1, SequenceNumber = 4 }));
        Assert.Contains("has no sequence number", refused.Message, StringComparison.Ordinal);
    }

    private static void Optional(Encoder to, long? value)
    {
        to.WriteUnionIndex(value is null ? 0 : 1);
        if (value is { } number)
            to.WriteLong(number);
    }

    private async Task<string> Write<T>(string name, string schema, IEnumerable<T> records, Action<T, Encoder> encode)
    {
        var location = $"{_folder.Location}/{name}.avro";
        await using var file = _io.Create(location);
        using var output = new AvroOutput<T>(file.Stream, schema, [], encode);
        foreach (var record in records)
            output.Write(record);
        output.Finish();
        await file.Complete(Cancellation);
        return location;
    }

    private async Task<List<ManifestEntry>> Read(ManifestFile manifest)
    {
        var entries = new List<ManifestEntry>();
        await foreach (var entry in ManifestReader.Read(_io, manifest, Cancellation))
            entries.Add(entry);
        return entries;
    }
}
