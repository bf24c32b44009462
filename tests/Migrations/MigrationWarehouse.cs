using Mammoth.Iceberg.Catalogs;
using Mammoth.Iceberg.IO;
using Mammoth.Migration.Plans;
using Mammoth.Migration.Reports;
using Mammoth.Migration.Runs;
using Mammoth.Orchestrations.Migrations;

namespace Mammoth.Tests.Migrations;

/// <summary>A warehouse in a temporary folder, and migrations into it.</summary>
internal sealed class MigrationWarehouse : IDisposable, IProgressSink
{
    private readonly List<ProgressEvent> _events = [];

    public string Folder { get; } = Directory.CreateTempSubdirectory("mammoth-warehouse-").FullName;

    public IReadOnlyList<ProgressEvent> Events
    {
        get
        {
            lock (_events)
            {
                return [.. _events];
            }
        }
    }

    public string Root => $"file://{Folder}";

    public void Report(ProgressEvent progress)
    {
        lock (_events)
        {
            _events.Add(progress);
        }
    }

    public async Task<MigrationSite> Site(string source, CancellationToken cancellation)
    {
        var io = new LocalFileIO();
        return new MigrationSite(source, io, await StorageCatalog.Open(io, Root, readOnly: false, cancellation), this);
    }

    /// <summary>Runs a whole migration under a new run id.</summary>
    public async Task<RunReport> Migrate(string source, MigrationOptions options, CancellationToken cancellation)
    {
        MigrationSite site = await Site(source, cancellation);
        var local = new LocalMigration(site, Path.Combine(Folder, "_mammoth", "local"));
        return await local.Run(new RunRecord(RunRecord.NewId(DateTimeOffset.UtcNow), options, site.SourceName, DateTimeOffset.UtcNow), cancellation);
    }

    public void Dispose() => Directory.Delete(Folder, recursive: true);
}
