using System.Text;
using Mammoth.Iceberg.IO;

namespace Mammoth.Tests.Iceberg.IO;

public sealed class WarehouseTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task A_folder_is_a_warehouse_by_path_and_by_uri()
    {
        foreach (var text in new[] { _folder.Path, _folder.Path + "/", " " + _folder.Path, _folder.Location, _folder.Location + "/", $"{_folder.Path}/a/.." })
        {
            var warehouse = Warehouse.Open(text);
            Assert.True(warehouse.IsLocal);
            Assert.Equal(_folder.Path, warehouse.LocalPath);
            Assert.Equal(_folder.Location, warehouse.Root);
        }
        var opened = Warehouse.Open(_folder.Path);
        await opened.Io.Write($"{opened.Root}/sub/a.txt", "one"u8.ToArray(), WriteCondition.IfAbsent, TestContext.Current.CancellationToken);
        Assert.Equal("one", await File.ReadAllTextAsync(Path.Combine(_folder.Path, "sub", "a.txt"), Encoding.UTF8, TestContext.Current.CancellationToken));
    }

    [Theory]
    [InlineData("lake")]
    [InlineData("./lake/")]
    [InlineData("lake?x")]
    [InlineData("my lake/ünï%20")]
    public void A_relative_path_is_below_the_working_folder(string text)
    {
        var warehouse = Warehouse.Open(text);
        Assert.Equal(Path.TrimEndingDirectorySeparator(Path.GetFullPath(text)), warehouse.LocalPath);
        Assert.Equal(LocalPath.ToLocation(warehouse.LocalPath!), warehouse.Root);
    }

    [Fact]
    public void A_folder_need_not_be_there_and_is_not_made()
    {
        var path = Path.Combine(_folder.Path, "new");
        Assert.Equal(path, Warehouse.Open(path).LocalPath);
        Assert.False(Directory.Exists(path));
    }

    [Fact]
    public async Task A_file_is_no_warehouse()
    {
        var path = Path.Combine(_folder.Path, "file");
        await File.WriteAllTextAsync(path, "", TestContext.Current.CancellationToken);
        Assert.Contains("is a file", Assert.Throws<WarehouseFormatException>(() => Warehouse.Open(path)).Message, StringComparison.Ordinal);
    }
}
