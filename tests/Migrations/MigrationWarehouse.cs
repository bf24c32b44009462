using Mammoth.Iceberg.Catalogs;
using Mammoth.Iceberg.IO;
using Mammoth.Migration.Plans;
using Mammoth.Migration.Recovery;
using Mammoth.Migration.Reports;
using Mammoth.Migration.Runs;
using Mammoth.Orchestrations.Local;
using Mammoth.Orchestrations.Migrations;
using Mammoth.Tests.Iceberg;

namespace Mammoth.Tests.Migrations;

/// <summary>A warehouse in a temporary folder, and migrations into it.</summary>
internal sealed class MigrationWarehouse : IDisposable, IProgressSink
{
    private readonly List<ProgressEvent> _events = [];

    /// <summary>No table that has a page is small, and each chunk is a copy of its own.</summary>
    public static MigrationOptions Apart { get; } = new() { MaxCopySize = 1, Sizes = new() { MediumBytes = 1 } };

    public string Folder { get; } = Directory.CreateTempSubdirectory("mammoth-warehouse-").FullName;

    /// <summary>The store, which fails where a test says.</summary>
    public FaultyFileIO Store { get; } = new(new LocalFileIO());

    /// <summary>Runs with each event.</summary>
    public Action<ProgressEvent> Watching { get; set; } = _ => { };

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

    /// <summary>Bytes of data files that one step of a proof reads; null: as many as a migration's.</summary>
    public long? ProofBytes { get; set; }

    /// <summary>The server on which recovery is rehearsed; null: none.</summary>
    public string? RehearsalTarget { get; set; }

    public string Root => $"file://{Folder}";

    public void Report(ProgressEvent progress)
    {
        lock (_events)
        {
            _events.Add(progress);
        }

        Watching(progress);
    }

    public async Task<MigrationSite> Site(string source, CancellationToken cancellation)
    {
        StorageCatalog catalog = await StorageCatalog.Open(Store, Root, readOnly: false, cancellation);
        RehearsalServer? rehearsals = RehearsalTarget is { } target ? new(target) : null;
        return ProofBytes is { } bytes ? new(source, Store, catalog, this) { ProofBytes = bytes, Rehearsals = rehearsals } : new(source, Store, catalog, this) { Rehearsals = rehearsals };
    }

    /// <summary>Runs a whole migration under a new run id.</summary>
    public async Task<RunReport> Migrate(string source, MigrationOptions options, CancellationToken cancellation) =>
        await Migrate(source, New(source, options), cancellation);

    /// <summary>Runs a run, or goes on with it, as a new process would; waits between retries are short.</summary>
    public async Task<RunReport> Migrate(string source, RunRecord record, CancellationToken cancellation) =>
        await (await Local(source, cancellation)).Run(record, cancellation);

    public async Task<LocalMigration> Local(string source, CancellationToken cancellation) =>
        new(await Site(source, cancellation), Path.Combine(Folder, "_mammoth", "local"), new LocalOptions { Time = new HastyTime(300), Flush = false });

    public static RunRecord New(string source, MigrationOptions options)
    {
        DateTimeOffset now = DateTimeOffset.UtcNow;
        return new(RunRecord.NewId(now), options, Mammoth.Postgres.Sessions.ConnectionText.Describe(Mammoth.Postgres.Sessions.ConnectionText.Parse(source)), now);
    }

    /// <summary>The names of the files in a folder of a table.</summary>
    public string[] Files(string table, string folder = "data")
    {
        string path = Path.Combine([Folder, .. table.Split('.'), folder]);
        return Directory.Exists(path) ? [.. Directory.EnumerateFiles(path).Select(f => Path.GetFileName(f)!).Order(StringComparer.Ordinal)] : [];
    }

    public void Dispose() => Directory.Delete(Folder, recursive: true);

    /// <summary>Nobody watches.</summary>
    internal sealed class Deaf : IProgressSink
    {
        public void Report(ProgressEvent progress)
        {
        }
    }
}
