using System.Text.Json;
using System.Text.Json.Nodes;
using Mammoth.Iceberg.Manifests;
using Mammoth.Iceberg.Metadata;
using Mammoth.Tests.Iceberg;

namespace Mammoth.Tests.Golden;

/// <summary>Nothing that the reference implementation wrote is lost when it is read and written again.</summary>
public sealed class GoldenMetadataTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public static TheoryData<string, int> Versions =>
        [.. from name in (string[])["az2", "az3"] from version in Enumerable.Range(1, GoldenTable.Versions) select new TheoryDataRow<string, int>(name, version)];

    [Theory]
    [MemberData(nameof(Versions))]
    public async Task Table_metadata_says_the_same_when_it_is_written_again(string name, int version)
    {
        var golden = await new GoldenTable(name).MetadataFile(version);
        var again = TableMetadataJson.Write(TableMetadataJson.Read(golden));
        Assert.True(JsonNode.DeepEquals(JsonNode.Parse(golden), JsonNode.Parse(again)), $"It was {Encoding(golden)} and became {Encoding(again)}");
    }

    [Theory]
    [InlineData("az2")]
    [InlineData("az3")]
    public async Task Each_snapshot_lists_the_files_that_its_summary_counts(string name)
    {
        var metadata = await new GoldenTable(name).Metadata();
        foreach (var snapshot in metadata.Snapshots)
        {
            var live = (await GoldenTable.Manifests(snapshot)).SelectMany(m => m.Entries).Where(e => e.IsLive).Select(e => e.File).ToList();
            Assert.Equal(snapshot.Summary["total-data-files"], $"{live.Count}");
            Assert.Equal(snapshot.Summary["total-records"], $"{live.Sum(f => f.RecordCount)}");
            Assert.Equal(snapshot.Summary["total-files-size"], $"{live.Sum(f => f.FileSizeInBytes)}");
            Assert.All(live, f => Assert.Equal(new FileInfo(GoldenTable.PathOf(f.FilePath)).Length, f.FileSizeInBytes));
        }
    }

    [Fact]
    public async Task Manifests_and_manifest_lists_say_the_same_when_they_are_written_again()
    {
        using var folder = new TemporaryFolder();
        var io = new Mammoth.Iceberg.IO.LocalFileIO();
        var metadata = await new GoldenTable("az2").Metadata();
        foreach (var snapshot in metadata.Snapshots)
        {
            var manifests = await GoldenTable.Manifests(snapshot);
            foreach (var (manifest, entries) in manifests)
            {
                var location = $"{folder.Location}/{Guid.NewGuid()}.avro";
                await using var writer = new ManifestWriter(io, location, metadata.SchemaOf(snapshot), metadata.DefaultSpec, manifest.AddedSnapshotId);
                foreach (var entry in entries)
                    writer.Add(entry.File);
                var written = await writer.Complete(Cancellation);
                var again = await ManifestReader.Read(io, written with { SequenceNumber = manifest.SequenceNumber }, Cancellation).ToListAsync(Cancellation);
                Assert.Equal(Json(entries), Json(again));
                // Whose numbers the list gives, and what it is called.
                Assert.Equal(
                    Json(manifest),
                    Json(written with { Path = manifest.Path, Length = manifest.Length, SequenceNumber = manifest.SequenceNumber, MinSequenceNumber = manifest.MinSequenceNumber }));
            }

            var list = $"{folder.Location}/{snapshot.SnapshotId}.avro";
            await ManifestList.Write(io, list, snapshot.SnapshotId, snapshot.ParentSnapshotId, snapshot.SequenceNumber, manifests.Select(m => m.Manifest), Cancellation);
            Assert.Equal(Json(manifests.Select(m => m.Manifest)), Json(await ManifestList.Read(io, list, Cancellation)));
        }
    }

    private static string Json<T>(T value) => JsonSerializer.Serialize(value);

    private static string Encoding(byte[] utf8) => System.Text.Encoding.UTF8.GetString(utf8);
}
