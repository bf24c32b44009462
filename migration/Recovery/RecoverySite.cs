using Mammoth.Iceberg.Catalogs;
using Mammoth.Iceberg.IO;
using Mammoth.Iceberg.Metadata;

namespace Mammoth.Migration.Recovery;

/// <summary>Where recovery is rehearsed: from which warehouse, and on which server.</summary>
public sealed record RecoverySite(IFileIO Io, StorageCatalog Catalog, RehearsalServer Server)
{
    /// <summary>The warehouse's root URI.</summary>
    public string Root => Catalog.Root;

    /// <summary>A table's state, by where its metadata lies: not as the catalog has it by now.</summary>
    /// <exception cref="FileNotFoundException">It is gone.</exception>
    internal async Task<TableMetadata> Metadata(string location, CancellationToken cancellation)
    {
        FileContent content = await Io.Read(location, cancellation) ?? throw new FileNotFoundException($"{location} is gone.", location);
        return TableMetadataJson.Read(content.Bytes);
    }
}
