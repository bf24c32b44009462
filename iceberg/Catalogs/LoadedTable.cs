using Mammoth.Iceberg.Metadata;

namespace Mammoth.Iceberg.Catalogs;

/// <summary>A table as the catalog has it.</summary>
/// <param name="MetadataLocation">The immutable metadata file that the catalog names.</param>
/// <param name="Version">How many commits made the table so far, from 1: the number of its mirrored <c>vN.metadata.json</c>.</param>
public sealed record LoadedTable(TableIdentifier Identifier, TableMetadata Metadata, string MetadataLocation, int Version)
{
    /// <summary>The table's folder.</summary>
    public string Location => Metadata.Location;
}
