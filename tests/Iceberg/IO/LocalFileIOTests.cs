using Mammoth.Iceberg.IO;
using Mammoth.Tests.EndToEnd.Running;

namespace Mammoth.Tests.Iceberg.IO;

public sealed class LocalFileIOTests : FileIOTests, IDisposable
{
    private readonly TemporaryFolder _folder = new();

    protected override IFileIO Files { get; } = new LocalFileIO();

    protected override string Root => _folder.Location;

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("file:///a/b c%20.json", "/a/b c%20.json")]
    [InlineData("file:/a/b", "/a/b")]
    [InlineData("/a/b", "/a/b")]
    public void Locations_are_paths_without_any_decoding(string location, string path)
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Unix paths");
        Assert.Equal(path, LocalPath.Of(location));
    }

    [Theory]
    [InlineData("a/b")]
    [InlineData("abfss://c@a.dfs.core.windows.net/x")]
    public void A_location_elsewhere_is_refused(string location) => Assert.Throws<ArgumentException>(() => LocalPath.Of(location));

    [Fact]
    public async Task A_full_disk_says_so_and_leaves_no_temporary_file()
    {
        using var disk = SmallDisk.Mount(1);
        var root = LocalPath.ToLocation(disk.Path);
        var first = await Files.Write($"{root}/kept", "kept"u8.ToArray(), WriteCondition.IfAbsent, Cancellation);

        var whole = await Assert.ThrowsAsync<StorageException>(() => Files.Write($"{root}/a", new byte[4 << 20], WriteCondition.IfAbsent, Cancellation));
        Assert.Contains("is full. Free some space", whole.Message, StringComparison.Ordinal);
        await Assert.ThrowsAsync<StorageException>(() => Files.Write($"{root}/kept", new byte[4 << 20], WriteCondition.IfUnchanged(first), Cancellation));
        await Assert.ThrowsAsync<StorageException>(async () =>
        {
            await using var file = Files.Create($"{root}/b");
            for (var i = 0; i < 64; i++)
                file.Stream.Write(new byte[1 << 16]);
            await file.Complete(Cancellation);
        });

        Assert.Equal("kept", await Text($"{root}/kept"));
        Assert.Empty(Directory.GetFiles(disk.Path, ".mammoth-*"));
        Assert.Equal([$"{root}/kept"], await Locations($"{root}/"));
    }

    [Fact]
    public async Task A_read_only_folder_says_so()
    {
        using var disk = SmallDisk.Mount(1);
        disk.MakeReadOnly();
        var root = LocalPath.ToLocation(disk.Path);
        var refused = await Assert.ThrowsAsync<StorageException>(() => Files.Write($"{root}/sub/a", new byte[1], WriteCondition.IfAbsent, Cancellation));
        Assert.Contains("read-only", refused.Message, StringComparison.Ordinal);
        Assert.Contains("read-only", Assert.Throws<StorageException>(() => Files.Create($"{root}/b")).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Empty_folders_go_and_those_with_a_file_stay()
    {
        await Files.Write($"{Root}/runs/1/plans/a.json", "x"u8.ToArray(), WriteCondition.IfAbsent, Cancellation);
        await Files.Write($"{Root}/runs/2/b.json", "x"u8.ToArray(), WriteCondition.IfAbsent, Cancellation);
        await Files.Delete($"{Root}/runs/1/plans/a.json", Cancellation);
        Directory.CreateDirectory(Path.Combine(_folder.Path, "runs", "2", "empty"));

        Files.DropEmptyFolders($"{Root}/runs/1");
        Files.DropEmptyFolders($"{Root}/runs/2");
        Files.DropEmptyFolders($"{Root}/runs/3");

        Assert.False(Directory.Exists(Path.Combine(_folder.Path, "runs", "1")));
        Assert.Equal([$"{Root}/runs/2/b.json"], await Locations($"{Root}/"));
        Assert.False(Directory.Exists(Path.Combine(_folder.Path, "runs", "2", "empty")));
    }

    [Fact]
    public async Task A_file_that_nobody_writes_again_goes_with_its_lock_and_one_that_is_deleted_leaves_it()
    {
        string tag = await Files.Write($"{Root}/file", "1"u8.ToArray(), WriteCondition.IfAbsent, Cancellation);
        await Files.Write($"{Root}/file", "2"u8.ToArray(), WriteCondition.IfUnchanged(tag), Cancellation);
        await Files.Delete($"{Root}/file", Cancellation);
        Assert.Equal([".file.lock"], Directory.EnumerateFileSystemEntries(_folder.Path).Select(Path.GetFileName));
        await Files.Retire($"{Root}/file", Cancellation);
        await Files.Retire($"{Root}/nowhere/file", Cancellation);
        Assert.Empty(Directory.EnumerateFileSystemEntries(_folder.Path));
    }

    [Fact]
    public async Task A_second_holder_of_the_lock_is_kept_out()
    {
        Assert.True(await LocalFileIO.CanLock($"{Root}/catalog.json", Cancellation));
    }

    [Fact]
    public async Task Scaffolding_of_a_killed_writer_is_not_listed()
    {
        await File.WriteAllTextAsync(Path.Combine(_folder.Path, $".mammoth-{Guid.NewGuid():N}.tmp"), "half", Cancellation);
        await File.WriteAllTextAsync(Path.Combine(_folder.Path, ".catalog.json.lock"), "", Cancellation);
        Assert.Empty(await Locations($"{Root}/"));
    }
}
