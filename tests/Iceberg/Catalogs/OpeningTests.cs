using Mammoth.Iceberg.Catalogs;
using Mammoth.Iceberg.IO;
using Mammoth.Tests.Fixtures;

namespace Mammoth.Tests.Iceberg.Catalogs;

public abstract class OpeningTests(AzuriteFixture? azurite) : CatalogTests(azurite)
{
    [Fact]
    public async Task An_empty_place_becomes_a_warehouse()
    {
        Assert.Empty(await (await Open()).List(Cancellation));
        Assert.Empty(await (await Open(readOnly: true)).List(Cancellation));
        Assert.Equal([$"{Root}/_mammoth/catalog.json"], await Locations($"{Root}/"));
    }

    [Fact]
    public async Task Whether_one_could_be_made_is_found_out_without_writing()
    {
        Assert.False(await StorageCatalog.ExistsOrMayBeMade(Files, Root, Cancellation));
        Assert.Empty(await Locations($"{Root}/"));
        await Open();
        Assert.True(await StorageCatalog.ExistsOrMayBeMade(Files, Root, Cancellation));
    }

    [Fact]
    public async Task Nor_could_it_among_files_of_somebody_else()
    {
        await Put($"{Root}/photos/cat.jpg", "x");
        var refused = await Assert.ThrowsAsync<CatalogException>(() => StorageCatalog.ExistsOrMayBeMade(Files, Root, Cancellation));
        Assert.Contains("photos/cat.jpg", refused.Message, StringComparison.Ordinal);
        Assert.Equal([$"{Root}/photos/cat.jpg"], await Locations($"{Root}/"));
    }

    [Fact]
    public async Task Files_of_somebody_else_are_left_alone()
    {
        await Put($"{Root}/photos/cat.jpg", "x");
        var refused = await Assert.ThrowsAsync<CatalogException>(() => Open());
        Assert.Equal($"{Root} is not empty and is no Mammoth warehouse (it holds photos/cat.jpg). Choose an empty folder, or one that Mammoth made.", refused.Message);
        Assert.Equal([$"{Root}/photos/cat.jpg"], await Locations($"{Root}/"));
    }

    [Fact]
    public async Task What_a_run_or_the_desktop_put_there_first_does_not_matter()
    {
        await Put($"{Root}/_mammoth/runs/1/plan.json", "{}");
        await Put($"{Root}/.DS_Store", "x");
        Assert.Empty(await (await Open()).List(Cancellation));
    }

    [Fact]
    public async Task A_warehouse_that_is_not_there_is_not_made_by_a_reader()
    {
        var refused = await Assert.ThrowsAsync<CatalogException>(() => Open(readOnly: true));
        Assert.Contains($"no Mammoth warehouse at {Root}", refused.Message, StringComparison.Ordinal);
        Assert.Empty(await Locations($"{Root}/"));
    }

    [Theory]
    [InlineData("", "no valid JSON")]
    [InlineData("[1]", "'mammoth-catalog' is missing")]
    [InlineData("""{"mammoth-catalog":"one"}""", "a value of the wrong kind")]
    [InlineData("{}", "'mammoth-catalog' is missing")]
    [InlineData("""{"mammoth-catalog":2}""", "Use a newer Mammoth")]
    public async Task A_catalog_that_can_not_be_read_is_never_written_over(string text, string reason)
    {
        await Put($"{Root}/_mammoth/catalog.json", text);
        Assert.Contains(reason, (await Assert.ThrowsAsync<CatalogException>(() => Open())).Message, StringComparison.Ordinal);
        Assert.Equal(text, await Text($"{Root}/_mammoth/catalog.json"));
    }

    [Fact]
    public async Task A_store_that_takes_every_write_is_refused()
    {
        var refused = await Assert.ThrowsAsync<CatalogException>(() => Open(new CarelessFileIO(Files)));
        Assert.Contains("two writers could overwrite each other", refused.Message, StringComparison.Ordinal);
        Assert.Empty(await Locations($"{Root}/"));
    }

    [Fact]
    public async Task Metadata_that_is_gone_is_told_with_where_a_copy_is()
    {
        var (catalog, table) = await OneTable();
        await Files.Delete(table.MetadataLocation, Cancellation);
        var gone = await Assert.ThrowsAsync<CatalogException>(() => catalog.Load(table.Identifier, Cancellation));
        Assert.Contains($"{table.Location}/metadata/v1.metadata.json", gone.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_warehouse_that_is_deleted_meanwhile_says_so()
    {
        var (catalog, _) = await OneTable();
        await Files.Delete($"{Root}/_mammoth/catalog.json", Cancellation);
        Assert.Contains("is gone", (await Assert.ThrowsAsync<CatalogException>(() => catalog.List(Cancellation))).Message, StringComparison.Ordinal);
    }

    /// <summary>A store without compare-and-swap.</summary>
    private sealed class CarelessFileIO(IFileIO inner) : IFileIO
    {
        public Task<FileContent?> Read(string location, CancellationToken cancellation) => inner.Read(location, cancellation);

        public Task<Stream> OpenRead(string location, CancellationToken cancellation) => inner.OpenRead(location, cancellation);

        public async Task<string> Write(string location, ReadOnlyMemory<byte> content, WriteCondition condition, CancellationToken cancellation)
        {
            var now = await inner.Read(location, cancellation);
            return await inner.Write(location, content, now is null ? WriteCondition.IfAbsent : WriteCondition.IfUnchanged(now.ETag), cancellation);
        }

        public OutputFile Create(string location) => inner.Create(location);

        public IAsyncEnumerable<FileEntry> List(string prefix, CancellationToken cancellation) => inner.List(prefix, cancellation);

        public Task Delete(string location, CancellationToken cancellation) => inner.Delete(location, cancellation);
    }
}

public sealed class LocalOpeningTests() : OpeningTests(null);

public sealed class AzureOpeningTests(AzuriteFixture azurite) : OpeningTests(azurite);
