using System.Collections.Concurrent;
using Mammoth.Iceberg.Faults;
using Mammoth.Iceberg.IO;
using Mammoth.Iceberg.Metadata;

namespace Mammoth.Iceberg.Catalogs;

/// <summary>
/// The catalog embedded in a warehouse: one small document (<c>_mammoth/catalog.json</c>) names each table's immutable metadata file, and one conditional write of it
/// moves any number of tables at once. That write alone decides; a mirror in each table's folder follows for readers that know no catalog.
/// </summary>
public sealed class StorageCatalog
{
    private const int InFlight = 8;
    private const int MirrorAttempts = 3;
    private static readonly TimeSpan MirrorDelay = TimeSpan.FromMilliseconds(100);
    private readonly IFileIO _io;
    private readonly CatalogFile _file;
    private readonly MetadataMirror _mirror;
    private readonly bool _readOnly;

    private StorageCatalog(IFileIO io, string root, bool readOnly)
    {
        (_io, Root, _readOnly) = (io, root.TrimEnd('/'), readOnly);
        _file = new(io, Root);
        _mirror = new(io);
    }

    /// <summary>The warehouse's root URI, without a slash at the end.</summary>
    public string Root { get; }

    /// <summary>What is wrong with the tables' mirrors, found when the catalog was opened: sentences for the user.</summary>
    public IReadOnlyList<string> Warnings { get; private set; } = [];

    /// <summary>Whether there is a warehouse at a place. Nothing is written.</summary>
    public static async Task<bool> Exists(IFileIO io, string root, CancellationToken cancellation) =>
        await new CatalogFile(io, root.TrimEnd('/')).Read(cancellation) is not null;

    /// <summary>Whether there is a warehouse at a place, where one is or could be made. Nothing is written.</summary>
    /// <exception cref="CatalogException">The place holds somebody else's files.</exception>
    public static async Task<bool> ExistsOrMayBeMade(IFileIO io, string root, CancellationToken cancellation)
    {
        if (await Exists(io, root, cancellation))
            return true;
        await WarehouseFiles.CheckEmpty(io, root.TrimEnd('/'), cancellation);
        return false;
    }

    /// <summary>
    /// Opens a warehouse. For writing, an empty place becomes one, and mirrors that a stopped process left behind are brought up; for reading, nothing is written.
    /// </summary>
    /// <exception cref="CatalogException">The place is no warehouse of ours.</exception>
    public static async Task<StorageCatalog> Open(IFileIO io, string root, bool readOnly, CancellationToken cancellation)
    {
        var catalog = new StorageCatalog(io, root, readOnly);
        var state = await catalog._file.Read(cancellation);
        if (state is null)
        {
            if (readOnly)
                throw new CatalogException($"There is no Mammoth warehouse at {catalog.Root}: {WarehouseFiles.Catalog} is missing. Is the path right?");
            await WarehouseFiles.CheckNew(io, catalog.Root, cancellation);
            state = await catalog._file.Create(cancellation);
        }
        if (!readOnly)
            catalog.Warnings = await catalog.RollForward(state.Document, cancellation);
        return catalog;
    }

    /// <summary>The names of all tables, in order.</summary>
    public async Task<IReadOnlyList<TableIdentifier>> List(CancellationToken cancellation) =>
        [.. (await State(cancellation)).Document.Tables.Keys.Order()];

    /// <summary>A table's current state, or null where there is none of this name.</summary>
    public async Task<LoadedTable?> Load(TableIdentifier table, CancellationToken cancellation) =>
        (await State(cancellation)).Document.Tables.TryGetValue(table, out var entry) ? (await Load(entry, cancellation)).Table : null;

    /// <summary>All tables as of one moment, in order of their names.</summary>
    public Task<IReadOnlyList<LoadedTable>> LoadAll(CancellationToken cancellation) => LoadAll(null, cancellation);

    /// <summary>Those of some tables that there are, as of one moment, in order of their names.</summary>
    /// <param name="which">Which; null: all.</param>
    public async Task<IReadOnlyList<LoadedTable>> LoadAll(IReadOnlySet<TableIdentifier>? which, CancellationToken cancellation)
    {
        var state = await State(cancellation);
        var entries = state.Document.Tables.Values.Where(entry => which is null || which.Contains(entry.Identifier)).OrderBy(entry => entry.Identifier).ToList();
        return await ForAll(entries, async (entry, token) => (await Load(entry, token)).Table, cancellation);
    }

    /// <summary>The folder of a table: its own where it exists, else where a new one of this name goes.</summary>
    public async Task<string> LocationOf(TableIdentifier table, CancellationToken cancellation)
    {
        var tables = (await State(cancellation)).Document.Tables;
        return tables.TryGetValue(table, out var entry) ? entry.Location : TableLocation.Of(Root, table, tables.Values.Select(other => other.Location));
    }

    /// <summary>
    /// Moves all these tables at one moment, or none. A commit that meets others is tried again on fresh metadata as long as its requirements hold.
    /// </summary>
    /// <param name="commitId">
    /// Names this commit for ever: committing again under the same id, after a crash or an unknown outcome, finds what was decided and decides nothing twice.
    /// </param>
    public async Task<CommitResult> Commit(IReadOnlyList<TableCommit> commits, string commitId, CancellationToken cancellation)
    {
        if (_readOnly)
            throw new InvalidOperationException("The warehouse was opened for reading.");
        if (commits.GroupBy(commit => commit.Identifier).FirstOrDefault(group => group.Count() > 1) is { } twice)
            throw new ArgumentException($"{twice.Key} is in the commit twice.", nameof(commits));
        for (var attempt = 0; attempt < CommitBackoff.Attempts; attempt++)
        {
            await CommitBackoff.Delay(attempt, cancellation);
            var state = await State(cancellation);
            if (state.Document.Has(commitId))
                return await Committed(state.Document, commits, commitId, cancellation);
            var prepared = await Prepare(state, commits, cancellation);
            if (Meeting(prepared) is { } meeting)
            {
                await Discard(prepared);
                return new(CommitOutcome.Rejected, commitId, meeting, []);
            }
            if (prepared.Find(table => table.Refusal is not null) is { Refusal: { } reason } refused)
            {
                await Discard(prepared);
                if (!refused.MayBeStale || (await State(cancellation)).ETag == state.ETag)
                    return new(CommitOutcome.Rejected, commitId, reason, []);
                continue;
            }
            var next = state.Document.With(prepared.Select(table => table.Entry!), commitId);
            var (decision, cause, found) = await Move(state, next, prepared, commitId, cancellation);
            switch (decision)
            {
                case Decision.Found when !prepared.TrueForAll(table => found!.Tables.GetValueOrDefault(table.Entry!.Identifier) == table.Entry):
                    // Another copy of this very commit was first, and its files are the tables; or ours was, and others have built on it since.
                    if (prepared.Exists(table => found!.Tables.TryGetValue(table.Entry!.Identifier, out var theirs) && theirs.Version == table.Entry.Version && theirs != table.Entry))
                        await Abandon([.. prepared.Select(table => table.Entry!.MetadataPath)]);
                    return await Committed(found!, commits, commitId, cancellation);
                case Decision.Won or Decision.Found:
                    // From memory: with nothing more to read, nothing can make a commit that took place look like a failure.
                    return new(CommitOutcome.Committed, commitId, null, await ForAll(prepared, (table, token) => Mirror(table.Table!.Value.Table, table.Table.Value.Bytes, token), cancellation));
                case Decision.Unknown:
                    return new(CommitOutcome.Unknown, commitId, $"The catalog {_file.Location} could not be reached to find out whether the commit took place ({cause?.Message}). Run the same command again: it finds out.", []);
                case Decision.Lost:
                    await Discard(prepared);
                    break;
            }
        }
        return new(CommitOutcome.Rejected, commitId, $"Others changed the catalog {_file.Location} {CommitBackoff.Attempts} times while this commit was tried. Run the same command again when there are fewer writers.", []);
    }

    private async Task<CatalogState> State(CancellationToken cancellation) =>
        await _file.Read(cancellation) ?? throw new CatalogException($"{_file.Location} is gone. Did somebody delete the warehouse?");

    private async Task<(LoadedTable Table, ReadOnlyMemory<byte> Bytes)> Load(CatalogEntry entry, CancellationToken cancellation)
    {
        var location = $"{Root}/{entry.MetadataPath}";
        var content = await _io.Read(location, cancellation)
            ?? throw new CatalogException($"The metadata of {entry.Identifier} is gone: {location}. Restore it from a copy, or from {MetadataMirror.FileOf(entry.Location, entry.Version)}.");
        try
        {
            return (new(entry.Identifier, TableMetadataJson.Read(content.Bytes), location, entry.Version), content.Bytes);
        }
        catch (FormatException e)
        {
            throw new CatalogException($"The metadata of {entry.Identifier} can't be read ({location}): {e.Message}", e);
        }
    }

    private async Task<(Decision Decision, Exception? Cause, CatalogDocument? Found)> Move(CatalogState from, CatalogDocument next, List<PreparedTable> prepared, string commitId, CancellationToken cancellation)
    {
        try
        {
            return await _file.Move(from, next, commitId, cancellation);
        }
        catch (Exception e) when (e is StorageException or OperationCanceledException)
        {
            // Thrown only where nothing was written and nothing will be.
            await Abandon([.. prepared.Select(table => table.Entry!.MetadataPath)]);
            throw;
        }
    }

    private async Task<List<PreparedTable>> Prepare(CatalogState state, IReadOnlyList<TableCommit> commits, CancellationToken cancellation)
    {
        var begun = new ConcurrentQueue<string>();
        try
        {
            return await ForAll(commits, (commit, token) => Prepare(state, commit, begun, token), cancellation);
        }
        catch (Exception)
        {
            await Abandon([.. begun]);
            throw;
        }
    }

    private async Task<PreparedTable> Prepare(CatalogState state, TableCommit commit, ConcurrentQueue<string> begun, CancellationToken cancellation)
    {
        var tables = state.Document.Tables;
        var entry = tables.GetValueOrDefault(commit.Identifier);
        var current = entry is null ? default((LoadedTable Table, ReadOnlyMemory<byte> Bytes)?) : await Load(entry, cancellation);
        var metadata = current?.Table.Metadata;
        if (commit.Requirements.Select(requirement => requirement.Unmet(metadata)).FirstOrDefault(unmet => unmet is not null) is { } unmet)
            return PreparedTable.Refused($"{commit.Identifier} was changed by somebody else: {unmet}.");
        // The mirror is never more than one version behind, so that it can always be brought up without gaps.
        if (current is { } known && await _mirror.Bring(known.Table.Location, known.Table.Version, known.Bytes, cancellation) == MirrorState.Forked)
            return PreparedTable.Refused(Forked(known.Table));
        TableMetadata next;
        try
        {
            var currentFile = entry is null ? null : MetadataMirror.FileOf(entry.Location, entry.Version);
            next = MetadataChanges.Apply(metadata, commit.Updates, currentFile, DateTimeOffset.UtcNow);
        }
        catch (InvalidUpdateException e)
        {
            return PreparedTable.Refused($"{commit.Identifier} can't be changed so: {e.Message}");
        }
        if (tables.Values.FirstOrDefault(other => other.Identifier != commit.Identifier && other.Location.Equals(next.Location, StringComparison.OrdinalIgnoreCase)) is { } neighbour)
            return PreparedTable.Refused($"{commit.Identifier} can't be in {next.Location}: {neighbour.Identifier} is there.");
        var version = (entry?.Version ?? 0) + 1;
        if (await _mirror.IsTaken(next.Location, version, cancellation))
            return PreparedTable.Stale($"{MetadataMirror.FileOf(next.Location, version)} exists and is not Mammoth's: somebody else writes {commit.Identifier}. Stop the other writer, or choose another warehouse.");
        var path = WarehouseFiles.NewMetadata(next.TableUuid, version);
        begun.Enqueue(path);
        ReadOnlyMemory<byte> bytes = TableMetadataJson.Write(next);
        await Failpoints.MetadataWrite.Around(() => _io.Write($"{Root}/{path}", bytes, WriteCondition.IfAbsent, cancellation));
        return PreparedTable.Ready(new(commit.Identifier, version, path, next.Location), new(commit.Identifier, next, $"{Root}/{path}", version), bytes);
    }

    // Two new tables of one commit, neither of which is in the catalog yet.
    private static string? Meeting(List<PreparedTable> prepared) =>
        prepared.Select(table => table.Entry).OfType<CatalogEntry>().GroupBy(entry => entry.Location, StringComparer.OrdinalIgnoreCase).FirstOrDefault(group => group.Count() > 1) is { } place
            ? $"{string.Join(" and ", place.Select(entry => entry.Identifier))} can't both be in {place.Key}."
            : null;

    // A commit that fails says why; that its files could not be cleared away either would only hide it.
    private async Task Abandon(IReadOnlyList<string> paths)
    {
        try
        {
            foreach (var path in paths)
                await _io.Delete($"{Root}/{path}", CancellationToken.None);
        }
        catch (IOException)
        {
            // Files of names that nothing knows stay where they are.
        }
    }

    // Nobody else knows these names, and the commit they belonged to was refused for certain.
    private async Task Discard(List<PreparedTable> prepared)
    {
        foreach (var entry in prepared.Select(table => table.Entry).OfType<CatalogEntry>())
            await _io.Delete($"{Root}/{entry.MetadataPath}", CancellationToken.None);
    }

    private async Task<CommitResult> Committed(CatalogDocument document, IReadOnlyList<TableCommit> commits, string commitId, CancellationToken cancellation)
    {
        var entries = commits.Select(commit => document.Tables.GetValueOrDefault(commit.Identifier)
            ?? throw new CatalogException($"The commit {commitId} took place before, and was another: it made no table {commit.Identifier}. Commit under an id of its own.")).ToList();
        var tables = await ForAll(entries, Mirror, cancellation);
        return new(CommitOutcome.Committed, commitId, null, tables);
    }

    private async Task<CommittedTable> Mirror(CatalogEntry entry, CancellationToken cancellation)
    {
        var (table, bytes) = await Load(entry, cancellation);
        return await Mirror(table, bytes, cancellation);
    }

    private async Task<CommittedTable> Mirror(LoadedTable table, ReadOnlyMemory<byte> bytes, CancellationToken cancellation)
    {
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                var state = await _mirror.Bring(table.Location, table.Version, bytes, cancellation);
                return new(table, state, state == MirrorState.Forked ? Forked(table) : null);
            }
            catch (Exception e) when (e is not (OperationCanceledException or CatalogException))
            {
                // One lost answer must not leave readers without the catalog where they were until the next run.
                if (attempt < MirrorAttempts)
                {
                    await Task.Delay(MirrorDelay * attempt, cancellation);
                    continue;
                }

                // The decision stands whatever becomes of its mirror.
                return new(table, MirrorState.Behind, $"{table.Identifier} is committed, but {table.Location}/metadata could not be brought up to version {table.Version} ({e.Message}). Opening the warehouse again does it.");
            }
        }
    }

    private async Task<IReadOnlyList<string>> RollForward(CatalogDocument document, CancellationToken cancellation)
    {
        var problems = await ForAll([.. document.Tables.Values], async (entry, token) =>
            await _mirror.HasReached(entry.Location, entry.Version, token) ? null : (await Mirror(entry, token)).MirrorProblem, cancellation);
        return [.. problems.OfType<string>()];
    }

    private static string Forked(LoadedTable table) =>
        $"{MetadataMirror.FileOf(table.Location, table.Version)} is not what the catalog decided: somebody else writes {table.Identifier}. Readers without the catalog see that other table; stop the other writer and restore the file from {table.MetadataLocation}.";

    private static async Task<List<TResult>> ForAll<T, TResult>(IReadOnlyList<T> items, Func<T, CancellationToken, Task<TResult>> action, CancellationToken cancellation)
    {
        var results = new TResult[items.Count];
        var options = new ParallelOptions { MaxDegreeOfParallelism = InFlight, CancellationToken = cancellation };
        await Parallel.ForEachAsync(Enumerable.Range(0, items.Count), options, async (i, token) => results[i] = await action(items[i], token));
        return [.. results];
    }
}
