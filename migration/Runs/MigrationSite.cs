using Mammoth.Iceberg.Catalogs;
using Mammoth.Iceberg.IO;
using Mammoth.Iceberg.Manifests;
using Mammoth.Iceberg.Metadata;
using Mammoth.Iceberg.Schemas;
using Mammoth.Migration.Reports;
using Mammoth.Migration.Staging;
using Mammoth.Postgres.Sessions;

namespace Mammoth.Migration.Runs;

/// <summary>Where a migration works: the source, the warehouse, and who is told of its progress. Holds the secrets that no history may hold.</summary>
/// <param name="source">The source's connection string.</param>
/// <param name="catalog">The warehouse's catalog.</param>
public sealed class MigrationSite(string source, IFileIO io, StorageCatalog catalog, IProgressSink progress)
{
    /// <summary>The source's connection string, with its secrets.</summary>
    public string Source { get; } = source;

    /// <summary>The source without its secrets.</summary>
    public string SourceName { get; } = ConnectionText.Describe(ConnectionText.Parse(source));

    public IFileIO Io { get; } = io;

    public StorageCatalog Catalog { get; } = catalog;

    /// <summary>The warehouse's root URI.</summary>
    public string Root => Catalog.Root;

    public IProgressSink Progress { get; } = progress;

    public RunFolder Folder(string run) => new(Io, Root, run);

    /// <summary>A session at a snapshot.</summary>
    public Task<SnapshotReader> Read(string token, CancellationToken cancellation) => SnapshotReader.Open(Source, token, cancellation);
}
