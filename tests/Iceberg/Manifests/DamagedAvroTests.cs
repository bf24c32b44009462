using System.Text.Json.Nodes;
using Mammoth.Iceberg.IO;
using Mammoth.Iceberg.Manifests;
using Mammoth.Iceberg.Metadata;
using Mammoth.Iceberg.Schemas;
using Mammoth.Tests.Iceberg.Mutations;

namespace Mammoth.Tests.Iceberg.Manifests;

/// <summary>
/// Manifests and manifest lists as damage, other writers' mistakes and malice leave them. A file that is missing from a manifest is rows that are missing
/// from a table: what can't be read for certain is refused, by name.
/// </summary>
public sealed class DamagedAvroTests : IAsyncLifetime
{
    private static readonly Schema Columns = new(3,
    [
        new(1, "id", true, PrimitiveType.Long), new(2, "name", false, PrimitiveType.String), new(3, "u", false, PrimitiveType.Uuid), new(4, "d", false, new DecimalType(9, 2)),
    ], [1]);

    private static readonly PartitionSpec Spec = new(1, [new(2, 1000, "name", "identity"), new(3, 1001, "u", "identity"), new(4, 1002, "d", "identity")]);
    private readonly TemporaryFolder _folder = new();
    private readonly LocalFileIO _io = new();
    private byte[] _manifest = [];
    private byte[] _list = [];

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private string Location => $"{_folder.Location}/damaged.avro";

    public async ValueTask InitializeAsync()
    {
        var random = new RandomFiles(11);
        var partition = PartitionTypes.Of(Columns, Spec);
        var manifests = new List<ManifestFile>();
        for (var n = 0; n < 20; n++)
        {
            await using var writer = new ManifestWriter(_io, $"{_folder.Location}/m{n}.avro", Columns, Spec, 5);
            for (var i = 0; i < (n == 0 ? 250 : 2); i++)
                writer.Add(random.Next(partition) with { EqualityIds = [1, 2] });
            writer.Keep(new(ManifestStatus.Added, 4, 1, 1, random.Next(partition)));
            writer.Delete(new(ManifestStatus.Existing, 4, 1, 1, random.Next(partition)));
            manifests.Add(await writer.Complete(Cancellation));
        }
        await ManifestList.Write(_io, $"{_folder.Location}/list.avro", 5, 4, 2, manifests, Cancellation);
        _manifest = await File.ReadAllBytesAsync($"{_folder.Path}/m0.avro", Cancellation);
        _list = await File.ReadAllBytesAsync($"{_folder.Path}/list.avro", Cancellation);
    }

    public ValueTask DisposeAsync()
    {
        _folder.Dispose();
        return ValueTask.CompletedTask;
    }

    [Fact]
    public async Task Damaged_files_are_read_or_refused_by_name()
    {
        var random = new Random(3);
        var refused = 0;
        for (var round = 0; round < 1_000; round++)
            refused += await IsRefused(MutatedBytes.Of(round % 2 == 0 ? _manifest : _list, random), isList: round % 2 == 1, $"round {round}") ? 1 : 0;
        Assert.InRange(refused, 600, 1_000);
    }

    [Fact]
    public async Task So_are_files_whose_damage_was_compressed_with_them()
    {
        // Damage that no decompression finds: the decoder itself has to.
        var random = new Random(4);
        var refused = 0;
        for (var round = 0; round < 1_000; round++)
        {
            var isList = round % 2 == 1;
            var container = AvroContainer.Read(isList ? _list : _manifest);
            var which = random.Next(container.Blocks.Count);
            container.Blocks[which] = container.Blocks[which] with { Content = MutatedBytes.Of(container.Blocks[which].Content, random) };
            refused += await IsRefused(container.Write(), isList, $"round {round}") ? 1 : 0;
        }
        Assert.InRange(refused, 400, 1_000);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task So_are_files_whose_schema_is_no_schema(bool isList)
    {
        var container = AvroContainer.Read(isList ? _list : await File.ReadAllBytesAsync($"{_folder.Path}/m1.avro", Cancellation));
        var schema = container.Schema;
        var refused = 0;
        foreach (var mutated in MutatedJson.WrongKinds(schema).Concat(MutatedJson.Without(schema)).Where((_, i) => i % 5 == 0))
        {
            container.Schema = mutated.Json;
            refused += await IsRefused(container.Write(), isList, mutated.ToString()) ? 1 : 0;
        }
        Assert.True(refused > 50, $"Only {refused} schemas were refused.");
        var random = new Random(5);
        for (var round = 0; round < 300; round++)
        {
            container.Header["avro.schema"] = MutatedBytes.Of(System.Text.Encoding.UTF8.GetBytes(schema), random);
            await IsRefused(container.Write(), isList, $"round {round}");
        }
    }

    [Fact]
    public async Task Every_cut_is_noticed_where_the_length_is_known()
    {
        // A cut between two blocks leaves a file that is whole in itself.
        var container = AvroContainer.Read(_manifest);
        Assert.True(container.Blocks.Count > 1);
        container.Blocks.RemoveAt(container.Blocks.Count - 1);
        await File.WriteAllBytesAsync(LocalPath.Of(Location), container.Write(), Cancellation);
        var listed = new ManifestFile { Path = Location, Length = _manifest.Length, SequenceNumber = 2, AddedSnapshotId = 5 };
        var error = await Assert.ThrowsAsync<FormatException>(async () => await ManifestReader.Read(_io, listed, Cancellation).CountAsync(Cancellation));
        Assert.Contains(Location, error.Message, StringComparison.Ordinal);
        Assert.Contains($"{_manifest.Length} by its manifest list", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(-1)]
    [InlineData(1)]
    [InlineData(long.MaxValue / 2)]
    [InlineData(long.MinValue / 2)]
    public async Task A_block_that_holds_other_than_it_says_is_refused_and_no_entry_is_lost(long more)
    {
        foreach (var isList in new[] { false, true })
        {
            var container = AvroContainer.Read(isList ? _list : _manifest);
            container.Blocks[0] = container.Blocks[0] with { Records = container.Blocks[0].Records + more };
            Assert.True(await IsRefused(container.Write(), isList, $"{more} more"), $"A block that says {more} more records was read.");
        }
    }

    [Fact]
    public async Task Other_fields_of_other_kinds_are_passed_over()
    {
        // A writer of its own mind: maps, enumerations and nested records that Iceberg does not know, before and among the fields it does.
        var container = AvroContainer.Read(_list);
        var schema = JsonNode.Parse(container.Schema)!;
        var own = JsonNode.Parse("""
            [{"name":"tags","type":{"type":"map","values":["null",{"type":"array","items":"double"}]}},
             {"name":"colour","type":{"type":"enum","name":"Colour","symbols":["RED","BLUE"]}},
             {"name":"own","type":{"type":"record","name":"Own","fields":[{"name":"x","type":"float"},{"name":"y","type":"boolean"},{"name":"c","type":"Colour"}]}}]
            """)!.AsArray();
        schema["fields"] = new JsonArray([.. own.Select(f => f!.DeepClone()), .. schema["fields"]!.AsArray().Select(f => f!.DeepClone())]);
        using var values = new MemoryStream();
        using var writer = new BinaryWriter(values);
        AvroContainer.Number(writer, -1);
        AvroContainer.Number(writer, 20);
        AvroContainer.Bytes(writer, "k"u8.ToArray());
        AvroContainer.Number(writer, 1);
        AvroContainer.Number(writer, 1);
        writer.Write(1.5);
        AvroContainer.Number(writer, 0);
        AvroContainer.Number(writer, 0);
        AvroContainer.Number(writer, 1);
        writer.Write(2.5f);
        writer.Write(true);
        AvroContainer.Number(writer, 0);

        // A list of one manifest, so that the record starts where the block does.
        var one = $"{_folder.Location}/one.avro";
        var first = (await ManifestList.Read(_io, $"{_folder.Location}/list.avro", Cancellation))[0];
        await ManifestList.Write(_io, one, 5, 4, 2, [first], Cancellation);
        container = AvroContainer.Read(await File.ReadAllBytesAsync(LocalPath.Of(one), Cancellation));
        container.Schema = schema.ToJsonString();
        container.Blocks[0] = container.Blocks[0] with { Content = [.. values.ToArray(), .. container.Blocks[0].Content] };
        await File.WriteAllBytesAsync(LocalPath.Of(Location), container.Write(), Cancellation);
        var read = Assert.Single(await ManifestList.Read(_io, Location, Cancellation));
        Assert.Equal((first.Path, first.Length, first.AddedFilesCount, first.MinSequenceNumber), (read.Path, read.Length, read.AddedFilesCount, read.MinSequenceNumber));
    }

    [Fact]
    public async Task A_schema_that_is_within_itself_does_not_end_the_process()
    {
        var container = AvroContainer.Read(_list);
        foreach (var schema in new[]
        {
            """{"type":"record","name":"a","fields":[{"name":"next","type":["null","a"],"field-id":500}]}""",
            """{"type":"record","name":"a","fields":[{"name":"next","type":{"type":"array","items":"a"},"field-id":500}]}""",
            """{"type":"record","name":"a","fields":[{"name":"b","field-id":1,"type":{"type":"record","name":"b","fields":[{"name":"c","field-id":2,"type":{"type":"map","values":"a"}}]}}]}""",
        })
        {
            container.Schema = schema;
            // So many levels that reading them one in another would overflow any stack.
            container.Blocks[0] = new(1, [.. Enumerable.Repeat((byte)2, 10_000_000)]);
            Assert.True(await IsRefused(container.Write(), isList: true, schema));
        }
        container.Schema = string.Concat(Enumerable.Repeat("""{"type":"array","items":""", 20_000)) + "\"int\"" + new string('}', 20_000);
        Assert.True(await IsRefused(container.Write(), isList: true, "20,000 arrays"));
    }

    [Theory]
    [InlineData(0, 7)]
    [InlineData(134, 3)]
    [InlineData(134, -1)]
    public async Task A_kind_of_entry_that_is_not_known_is_not_guessed(int id, int value)
    {
        var container = await OneEntry();
        var content = container.Blocks[0].Content;
        // An added entry of snapshot 5: status, the id as a union's second branch, and two sequence numbers of null; then the content of its file.
        Assert.Equal([2, 2, 10, 0, 0, 0], content[..6]);
        content[id == 0 ? 0 : 5] = (byte)((value << 1) ^ (value >> 31));
        await File.WriteAllBytesAsync(LocalPath.Of(Location), container.Write(), Cancellation);
        var error = await Assert.ThrowsAsync<FormatException>(async () => await ManifestReader.Read(_io, Location, Cancellation).CountAsync(Cancellation));
        Assert.Contains($"Field {id} is {value}", error.Message, StringComparison.Ordinal);
        Assert.Contains(Location, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_kind_of_manifest_that_is_not_known_is_not_left_out()
    {
        // Neither data nor deletes: a reader that passed it over would lose rows, or bring deleted ones back.
        var list = $"{_folder.Location}/odd.avro";
        await ManifestList.Write(_io, list, 5, 4, 2, [new() { Path = "file:///m.avro", Length = 7, Content = (ManifestContent)2, AddedFilesCount = 1 }], Cancellation);
        var error = await Assert.ThrowsAsync<FormatException>(() => ManifestList.Read(_io, list, Cancellation));
        Assert.Contains("Field 517 is 2", error.Message, StringComparison.Ordinal);
        Assert.Contains(list, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_file_of_fewer_than_no_rows_is_refused()
    {
        var location = $"{_folder.Location}/negative.avro";
        await using (var writer = new ManifestWriter(_io, location, Columns, PartitionSpec.Unpartitioned, 5))
        {
            writer.Add(new DataFile { FilePath = "file:///a", RecordCount = -1, FileSizeInBytes = 5 });
            await writer.Complete(Cancellation);
        }
        var error = await Assert.ThrowsAsync<FormatException>(async () => await ManifestReader.Read(_io, location, Cancellation).CountAsync(Cancellation));
        Assert.Contains("Field 103 is below zero", error.Message, StringComparison.Ordinal);
    }

    private async Task<AvroContainer> OneEntry()
    {
        var location = $"{_folder.Location}/{Guid.NewGuid():N}.avro";
        await using (var writer = new ManifestWriter(_io, location, Columns, PartitionSpec.Unpartitioned, 5))
        {
            writer.Add(new DataFile { FilePath = "file:///a", RecordCount = 1, FileSizeInBytes = 5 });
            await writer.Complete(Cancellation);
        }
        return AvroContainer.Read(await File.ReadAllBytesAsync(LocalPath.Of(location), Cancellation));
    }

    private async Task<bool> IsRefused(byte[] file, bool isList, string what)
    {
        await File.WriteAllBytesAsync(LocalPath.Of(Location), file, Cancellation);
        var error = await Record.ExceptionAsync(async () =>
        {
            if (isList)
                await ManifestList.Read(_io, Location, Cancellation);
            else
                await ManifestReader.Read(_io, Location, Cancellation).CountAsync(Cancellation);
        });
        Assert.True(error is null || (error is FormatException && error.Message.Contains(Location, StringComparison.Ordinal)), $"{what}: {error}");
        return error is not null;
    }
}
