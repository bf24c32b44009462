using System.Collections.Concurrent;
using Mammoth.Iceberg.Catalogs;
using Mammoth.Iceberg.Data;
using Mammoth.Iceberg.Faults;
using Mammoth.Iceberg.IO;
using Mammoth.Iceberg.Manifests;
using Mammoth.Iceberg.Metadata;
using Mammoth.Iceberg.Schemas;
using Mammoth.Migration.Connections;
using Mammoth.Migration.Copying;
using Mammoth.Migration.Errors;
using Mammoth.Migration.Recovery;
using Mammoth.Migration.Reports;
using Mammoth.Migration.Snapshots;
using Mammoth.Migration.Staging;
using Mammoth.Postgres.Sessions;

namespace Mammoth.Migration.Runs;

/// <summary>Where a migration works: the source, the warehouse, and who is told of its progress. Holds the secrets that no history may hold.</summary>
/// <param name="source">The source's connection string.</param>
/// <param name="catalog">The warehouse's catalog.</param>
public sealed class MigrationSite(string source, IFileIO io, StorageCatalog catalog, IProgressSink progress)
{
    private readonly ConcurrentDictionary<string, SnapshotReaders> _lent = new();
    private readonly ConcurrentDictionary<(string Run, string Message), bool> _told = new();
    private readonly ConcurrentDictionary<(string Run, int Epoch), bool> _released = new();
    private readonly ConcurrentDictionary<string, CompressionMemory> _compression = new();

    /// <summary>The source's connection string, with its secrets.</summary>
    public string Source { get; } = source;

    /// <summary>The source without its secrets.</summary>
    public string SourceName { get; } = ConnectionText.Describe(ConnectionText.Parse(source));

    public IFileIO Io { get; } = io;

    public StorageCatalog Catalog { get; } = catalog;

    /// <summary>The warehouse's root URI.</summary>
    public string Root => Catalog.Root;

    public IProgressSink Progress { get; } = progress;

    /// <summary>How fast this process may read from the source.</summary>
    public RateLimits Rates { get; } = new(TimeProvider.System);

    /// <summary>What this process saw of how the columns of a table compress.</summary>
    internal CompressionMemory Compression(string tableLocation) => _compression.GetOrAdd(tableLocation, _ => new CompressionMemory());

    public RunFolder Folder(string run) => new(Io, Root, run);

    /// <summary>How the snapshots of this host's runs are held.</summary>
    public Holding Holding { get; init; } = Holding.ByOne;

    /// <summary>Where recovery is rehearsed; null: nowhere.</summary>
    public RehearsalServer? Rehearsals { get; init; }

    /// <summary>The same with the warehouse.</summary>
    /// <exception cref="UsageException">There is no server to rehearse on.</exception>
    public RecoverySite Recovery => new(Io, Catalog, Rehearsals ?? throw RehearsalServer.Missing);

    /// <summary>Which worker this is, among those of its host: two holders on one die together.</summary>
    public string Worker { get; init; } = $"{Environment.MachineName}/{Environment.ProcessId}";

    /// <summary>Bytes of data files that one step of a proof reads: a gigabyte takes minutes, where a whole table may take longer than any step is allowed.</summary>
    public long ProofBytes { get; init; } = 1L << 30;

    /// <summary>By which tokens snapshots can be taken up now.</summary>
    internal LiveTokens LiveTokens { get; } = new();

    /// <summary>Lets reads at a snapshot use these sessions, which have locked its tables already, until the result is disposed.</summary>
    /// <param name="token">By which the reads ask for it: that of its first holder.</param>
    public IDisposable Lend(SnapshotReaders readers, string token)
    {
        _lent[token] = readers;
        return new Loan(() => _lent.TryRemove(new KeyValuePair<string, SnapshotReaders>(token, readers)));
    }

    /// <summary>
    /// Bounds the connections that reads hold where they happen in many processes, each with no more than its own view; null in a single one, where the
    /// runtime bounds the activities.
    /// </summary>
    public ConnectionBudget? Budget { get; init; }

    /// <summary>
    /// A session at a snapshot: one of those lent by the holder, if it lives in this process, else one of its own, when the budget has a place. Where the holder of
    /// that token has gone and another of the run's holds the same snapshot, it is taken up from there.
    /// </summary>
    /// <exception cref="Mammoth.Postgres.Errors.SnapshotGoneException">No holder of the run has it any more.</exception>
    public async Task<SnapshotReader> Read(string run, string token, CancellationToken cancellation)
    {
        if (_lent.TryGetValue(token, out SnapshotReaders? readers))
        {
            return await readers.Rent(cancellation);
        }

        if (Budget is null)
        {
            return await Open(ConnectionLease.None);
        }

        ConnectionPlace place = await Budget.Enter(cancellation);
        try
        {
            return await Open(new ConnectionLease(place.DisposeAsync, place.Lost));
        }
        catch
        {
            await place.DisposeAsync();
            throw;
        }

        Task<SnapshotReader> Open(ConnectionLease lease) =>
            SnapshotHolders.Take(this, run, token, held => SnapshotReader.OpenUnder(lease, Source, held, cancellation), cancellation);
    }

    /// <summary>A session to look around in at a snapshot, beside those that read.</summary>
    /// <exception cref="Mammoth.Postgres.Errors.SnapshotGoneException">No holder of the run has it any more.</exception>
    public async Task<SourceSession> Inspect(string run, string token, CancellationToken cancellation) =>
        (_lent.TryGetValue(token, out SnapshotReaders? readers) ? readers.TakeInspector() : null)
        ?? await SnapshotHolders.Take(this, run, token, held => SnapshotSession.Inspect(Source, held, cancellation), cancellation);

    /// <summary>That a snapshot is released, for its holders in this process: they need not find it in a store that may be away.</summary>
    internal void Release(string run, int epoch) => _released[(run, epoch)] = true;

    /// <summary>A snapshot is to be taken: what was said of one of that name belongs to a run that was withdrawn.</summary>
    internal void Unrelease(string run, int epoch) => _released.TryRemove((run, epoch), out _);

    internal bool HasReleased(string run, int epoch) => _released.ContainsKey((run, epoch));

    /// <summary>Whether nobody in this process has asked this before.</summary>
    internal bool IsNew(string run, string message) => _told.TryAdd((run, message), true);

    /// <summary>Connects to the source and hangs up again: what keeps us from it is best told before anything is begun.</summary>
    /// <exception cref="Mammoth.Postgres.Errors.SourceConnectionException">It can't be connected to.</exception>
    public async Task Reach(CancellationToken cancellation)
    {
        await using SourceSession session = await SourceSession.Open(Source, cancellation);
    }

    /// <summary>A table's current state; null where there is no such table.</summary>
    public async Task<TableMetadata?> Load(string @namespace, string table, CancellationToken cancellation) =>
        (await Catalog.Load(new(@namespace, table), cancellation))?.Metadata;

    /// <summary>The states of all tables, as of one moment.</summary>
    public async Task<IReadOnlyDictionary<(string Namespace, string Table), TableMetadata>> LoadAll(CancellationToken cancellation) =>
        (await Catalog.LoadAll(cancellation)).ToDictionary(t => (t.Identifier.Namespace, t.Identifier.Name), t => t.Metadata);

    /// <summary>Where a new table is to lie.</summary>
    public Task<string> NewLocation(string @namespace, string table, CancellationToken cancellation) =>
        Catalog.LocationOf(new(@namespace, table), cancellation);

    /// <summary>The metadata files and current snapshots of some tables, as of one moment.</summary>
    public async Task<IReadOnlyDictionary<TableIdentifier, (string Metadata, long? Snapshot)>> Current(IReadOnlySet<TableIdentifier> tables, CancellationToken cancellation) =>
        (await Catalog.LoadAll(tables, cancellation)).ToDictionary(t => t.Identifier, t => (t.MetadataLocation, t.Metadata.CurrentSnapshotId));

    /// <summary>Writes the manifest of a chunk's files, all added.</summary>
    /// <returns>Its location, or null where there are no files.</returns>
    public async Task<string?> WriteManifest(string location, Schema schema, PartitionSpec spec, IReadOnlyList<DataFile> files, CancellationToken cancellation)
    {
        if (files.Count == 0)
        {
            return null;
        }

        await using var writer = new ManifestWriter(Io, location, schema, spec);
        foreach (DataFile file in files)
        {
            writer.Add(file);
        }

        string path = (await writer.Complete(cancellation)).Path;
        await Failpoints.ManifestWritten.Pass();
        return path;
    }

    /// <summary>Moves all these tables by one write of the catalog. The run's id is the commit's: asked twice, it happens once.</summary>
    /// <exception cref="CommitRejectedException">The tables were changed by somebody else: nothing moved.</exception>
    /// <exception cref="TransientException">The catalog could not be reached to find out.</exception>
    public Task Commit(IReadOnlyList<StagedCommit> commits, string run, CancellationToken cancellation) => Commit(commits, run, run, cancellation);

    /// <param name="id">The commit's: asked twice, it happens once.</param>
    /// <inheritdoc cref="Commit(IReadOnlyList{StagedCommit}, string, CancellationToken)"/>
    public async Task Commit(IReadOnlyList<StagedCommit> commits, string run, string id, CancellationToken cancellation)
    {
        CommitResult result = await Catalog.Commit([.. commits.Select(c => new TableCommit(new(c.Namespace, c.Name), c.AsRequirements, c.AsUpdates))], id, cancellation);
        await RunWarnings.Tell(this, run, [.. result.Tables.Select(t => t.MirrorProblem).OfType<string>()]);

        if (result.Outcome == CommitOutcome.Rejected)
        {
            throw new CommitRejectedException(result.Reason!);
        }

        if (result.Outcome == CommitOutcome.Unknown)
        {
            throw new TransientException(result.Reason!, "Look at `mammoth tables list` when the warehouse can be reached again, then run again.");
        }
    }

    private sealed class Loan(Action end) : IDisposable
    {
        public void Dispose() => end();
    }
}
