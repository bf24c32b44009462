using Mammoth.Iceberg.Catalogs;
using Mammoth.Iceberg.Data;
using Mammoth.Iceberg.IO;
using Mammoth.Iceberg.Metadata;
using Mammoth.Iceberg.Schemas;
using Mammoth.Tests.Data;
using Mammoth.Tests.EndToEnd.Running;

namespace Mammoth.Tests.Iceberg.IO;

/// <summary>Local places as people and other programs make them: odd names, links, a disk that fills up at the worst moment.</summary>
public sealed class OddPlacesTests : IDisposable
{
    private static readonly Schema Columns = new(0, [new(1, "id", true, PrimitiveType.Long)], []);
    private readonly TemporaryFolder _folder = new();
    private readonly LocalFileIO _io = new();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public static TheoryData<string> Names =>
    [
        "a b", " leading", "a%20b", "100%", "a?b=c", "a#b", "a&b", "a;b", "a+b", "a=b", "a@b", "a:b", "a'b", "a\"b", "a`b", "a|b", "a<b>", "a*b", "[a]", "{a}", "$HOME", "~", "-rf",
        "a\\b", "\\\\server", "a\nb", "a\tb", "äöü", "🐘", "a\u0301", "..a", "a..", "...", ".hidden", "file:x", "C:", "x.lock", new string('n', 180),
    ];

    public void Dispose() => _folder.Dispose();

    [Theory]
    [MemberData(nameof(Names))]
    public async Task A_warehouse_and_its_files_may_have_any_name(string name)
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Windows knows fewer names.");
        var path = Path.Combine(_folder.Path, name);
        var warehouse = Warehouse.Open(path, _ => null);
        Assert.Equal(path, LocalPath.Of(warehouse.Root));
        var catalog = await StorageCatalog.Open(warehouse.Io, warehouse.Root, false, Cancellation);
        var id = new TableIdentifier(name, name);
        var location = await catalog.LocationOf(id, Cancellation);
        Assert.StartsWith($"{warehouse.Root}/", location, StringComparison.Ordinal);
        var result = await catalog.Commit([new(id, [new AssertCreate()], MetadataChanges.CreateTable(Guid.NewGuid(), location, Columns))], "c1", Cancellation);
        Assert.Equal(CommitOutcome.Committed, result.Outcome);
        Assert.Equal(id, Assert.Single(await (await StorageCatalog.Open(warehouse.Io, warehouse.Root, true, Cancellation)).LoadAll(Cancellation)).Identifier);

        // A file of that very name, written in parts and whole, is found where a listing says it is.
        var file = $"{warehouse.Root}/files/{name}";
        await using (var writer = new DataFileWriter(_io, file, Columns))
        {
            writer.Write(ArrowRows.ToBatch(Columns, [[7L]]));
            await writer.Complete(Cancellation);
        }
        var listed = new List<FileEntry>();
        await foreach (var entry in _io.List($"{warehouse.Root}/files/", Cancellation))
            listed.Add(entry);
        Assert.Equal(file, Assert.Single(listed).Location);
        Assert.Equal(listed[0].Length, (await _io.Read(listed[0].Location, Cancellation))!.Bytes.Length);
        var tag = (await _io.Read(file, Cancellation))!.ETag;
        await _io.Write(file, "new"u8.ToArray(), WriteCondition.IfUnchanged(tag), Cancellation);
        await using (var read = await _io.OpenRead(file, Cancellation))
            Assert.Equal(3, read.Length);
        await _io.Delete(file, Cancellation);
        Assert.Null(await _io.Read(file, Cancellation));
    }

    [Fact]
    public async Task Links_are_not_walked_in_circles_and_lead_out_of_no_listing()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Links need a privilege on Windows.");
        using var elsewhere = new TemporaryFolder();
        await _io.Write($"{elsewhere.Location}/secret", new byte[1], WriteCondition.IfAbsent, Cancellation);
        await _io.Write($"{_folder.Location}/w/a", new byte[1], WriteCondition.IfAbsent, Cancellation);
        Directory.CreateSymbolicLink($"{_folder.Path}/w/circle", $"{_folder.Path}/w");
        Directory.CreateSymbolicLink($"{_folder.Path}/w/out", elsewhere.Path);
        var listed = new List<string>();
        await foreach (var entry in _io.List($"{_folder.Location}/w/", Cancellation))
            listed.Add(entry.Location);
        Assert.Equal([$"{_folder.Location}/w/a"], listed);
    }

    [Fact]
    public async Task A_warehouse_behind_a_link_is_one_and_the_same()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Links need a privilege on Windows.");
        var real = Warehouse.Open($"{_folder.Path}/real", _ => null);
        var catalog = await StorageCatalog.Open(_io, real.Root, false, Cancellation);
        Directory.CreateSymbolicLink($"{_folder.Path}/link", $"{_folder.Path}/real");
        var linked = await StorageCatalog.Open(_io, $"{_folder.Location}/link", false, Cancellation);
        await Task.WhenAll(Enumerable.Range(0, 6).Select(i => (i % 2 == 0 ? catalog : linked).Commit(
            [new(new("public", $"t{i}"), [new AssertCreate()], MetadataChanges.CreateTable(Guid.NewGuid(), $"{real.Root}/public/t{i}", Columns))], $"c{i}", Cancellation)));
        Assert.Equal(6, (await catalog.List(Cancellation)).Count);
    }

    [Fact]
    public async Task A_file_where_a_folder_should_be_is_told_by_name()
    {
        await File.WriteAllTextAsync($"{_folder.Path}/taken", "a file", Cancellation);
        var location = $"{_folder.Location}/taken/below.txt";
        Assert.Null(await _io.Read(location, Cancellation));
        var error = await Assert.ThrowsAsync<StorageException>(() => _io.Write(location, new byte[1], WriteCondition.IfAbsent, Cancellation));
        Assert.Contains($"{_folder.Path}/taken", error.Message, StringComparison.Ordinal);
        Assert.Throws<StorageException>(() => _io.Create(location));
        Assert.Equal("a file", await File.ReadAllTextAsync($"{_folder.Path}/taken", Cancellation));
    }

    [Fact]
    public async Task A_disk_that_fills_up_under_a_catalog_changes_nothing_that_was_there()
    {
        using var disk = SmallDisk.Mount(2);
        var root = LocalPath.ToLocation($"{disk.Path}/w");
        var catalog = await StorageCatalog.Open(_io, root, false, Cancellation);
        TableCommit Make(string name, int padding) => new(new("public", name), [new AssertCreate()], MetadataChanges.CreateTable(
            Guid.NewGuid(), $"{root}/public/{name}", Columns, new Dictionary<string, string> { ["padding"] = new string('x', padding) }));
        Assert.Equal(CommitOutcome.Committed, (await catalog.Commit([Make("first", 10)], "c1", Cancellation)).Outcome);
        var before = Snapshot(disk.Path);
        var made = new List<string> { "first" };
        for (var i = 0; i < 8; i++)
        {
            var error = await Record.ExceptionAsync(async () =>
            {
                var result = await catalog.Commit([Make($"a{i}", 180_000), Make($"b{i}", 60_000)], $"full-{i}", Cancellation);
                if (result.Outcome == CommitOutcome.Committed)
                    made.AddRange([$"a{i}", $"b{i}"]);
            });
            Assert.True(error is null or StorageException, $"{error}");
            var now = await StorageCatalog.Open(_io, root, true, Cancellation);
            Assert.Equal(made.Order(StringComparer.Ordinal), (await now.LoadAll(Cancellation)).Select(t => t.Identifier.Name).Order(StringComparer.Ordinal));
        }
        Assert.True(made.Count < 17, "The disk never was full.");
        Assert.All(before, file => Assert.True(file.Key.EndsWith("catalog.json", StringComparison.Ordinal) || Snapshot(disk.Path)[file.Key].AsSpan().SequenceEqual(file.Value), file.Key));
        Assert.Empty(Directory.GetFiles(disk.Path, "*.tmp", SearchOption.AllDirectories));
        // With room again, the same commit goes on.
        disk.MakeWritable(8);
        Assert.Equal(CommitOutcome.Committed, (await catalog.Commit([Make("last", 180_000)], "c-last", Cancellation)).Outcome);
        Assert.Empty((await StorageCatalog.Open(_io, root, false, Cancellation)).Warnings);
    }

    private static Dictionary<string, byte[]> Snapshot(string folder) => Directory.GetFiles(folder, "*", SearchOption.AllDirectories).ToDictionary(f => f, File.ReadAllBytes);
}
