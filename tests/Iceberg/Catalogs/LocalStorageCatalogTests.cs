using Mammoth.Iceberg.IO;

namespace Mammoth.Tests.Iceberg.Catalogs;

public sealed class LocalStorageCatalogTests : StorageCatalogTests, IDisposable
{
    private readonly TemporaryFolder _folder = new();

    protected override IFileIO Files { get; } = new LocalFileIO();

    protected override string Root => _folder.Location;

    public void Dispose() => _folder.Dispose();
}
