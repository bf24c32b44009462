using System.Text.Json;
using Mammoth.Iceberg.IO;
using Mammoth.Iceberg.Manifests;

namespace Mammoth.Tests.Iceberg.Manifests;

public sealed class ManifestListTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly LocalFileIO _io = new();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Manifests_come_back_as_they_were_written()
    {
        ManifestFile[] manifests =
        [
            new()
            {
                Path = "file:///w/ü.avro", Length = 1L << 33, PartitionSpecId = 2, SequenceNumber = 7, MinSequenceNumber = 3, AddedSnapshotId = 5,
                AddedFilesCount = 1, ExistingFilesCount = 2, DeletedFilesCount = 3, AddedRowsCount = 4, ExistingRowsCount = 5, DeletedRowsCount = 6,
                Partitions = [new(true, false, [1], [2, 3]), new(false, null, null, null)],
            },
            new() { Path = "file:///w/d.avro", Length = 1, Content = ManifestContent.Deletes, SequenceNumber = 1, MinSequenceNumber = 1, AddedSnapshotId = 4, Partitions = [], KeyMetadata = [9] },
        ];
        var location = $"{_folder.Location}/l.avro";
        await ManifestList.Write(_io, location, 8, null, 9, manifests, Cancellation);
        Assert.Equal(JsonSerializer.Serialize(manifests), JsonSerializer.Serialize(await ManifestList.Read(_io, location, Cancellation)));
        var header = AvroHeader.Of(location);
        Assert.Equal(("8", "null", "9", "2"), (header["snapshot-id"], header["parent-snapshot-id"], header["sequence-number"], header["format-version"]));
        Assert.Contains("\"element-id\":508", header["avro.schema"], StringComparison.Ordinal);
        Assert.StartsWith("""{"type":"struct","schema-id":0,"fields":[{"id":500,"name":"manifest_path","required":true""", header["iceberg.schema"], StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_list_without_manifests_is_a_file_that_can_be_read()
    {
        var location = $"{_folder.Location}/l.avro";
        await ManifestList.Write(_io, location, 8, 7, 9, [], Cancellation);
        Assert.Empty(await ManifestList.Read(_io, location, Cancellation));
        Assert.Equal("7", AvroHeader.Of(location)["parent-snapshot-id"]);
    }

    [Fact]
    public async Task A_list_is_never_written_over_another()
    {
        var location = $"{_folder.Location}/l.avro";
        await ManifestList.Write(_io, location, 8, 7, 9, [], Cancellation);
        await Assert.ThrowsAsync<PreconditionFailedException>(() => ManifestList.Write(_io, location, 9, 8, 10, [], Cancellation));
    }

    [Fact]
    public async Task A_list_that_is_gone_says_so() =>
        await Assert.ThrowsAsync<FileNotFoundException>(() => ManifestList.Read(_io, $"{_folder.Location}/none.avro", Cancellation));
}
