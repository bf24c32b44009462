using Mammoth.Postgres.Catalog;
using Mammoth.Postgres.Errors;
using Npgsql;

namespace Mammoth.Postgres.Sessions;

/// <summary>
/// Holds one snapshot of the whole database open, and the tables locked, so that any number of sessions can read the same state for as long as
/// it takes. It lives in a transaction: when that ends, by whatever cause, <see cref="Lost"/> says so.
/// </summary>
public sealed class SnapshotHolder : IAsyncDisposable
{
    private const int Attempts = 5;
    private readonly SourceSession session;
    private readonly SnapshotOptions options;
    private readonly SemaphoreSlim turn = new(1, 1);
    private readonly CancellationTokenSource lost = new();
    private readonly CancellationTokenSource stopping = new();
    private readonly HashSet<(int, QualifiedName?)> waiters = [];
    private TableLocks? locks;
    private Task beating = Task.CompletedTask;

    private SnapshotHolder(SourceSession session, TableLocks? locks, SnapshotOptions options, SnapshotFacts facts)
    {
        this.session = session;
        this.locks = locks;
        this.options = options;
        Token = facts.Token;
        Visible = facts.Visible;
        Lsn = facts.Lsn;
        TakenAt = facts.At;
    }

    /// <summary>The snapshot's identifier, for <see cref="SnapshotReader.Open"/>. Valid until this holder ends; it never comes to mean another snapshot.</summary>
    public string Token { get; }

    /// <summary>Which transactions the snapshot sees (<c>pg_current_snapshot</c>): the same text is the same snapshot.</summary>
    public string Visible { get; }

    /// <summary>Where the write-ahead log stood when the snapshot was exported; null where the server does not tell.</summary>
    public string? Lsn { get; }

    /// <summary>When it was exported, by the server's clock, in UTC.</summary>
    public DateTimeOffset TakenAt { get; }

    /// <summary>The tables are locked. Where they are not (or no more), a leaf's file node must be compared after it was read.</summary>
    public bool IsLocking => locks is not null;

    /// <summary>Cancelled when the snapshot or its locks are lost; <see cref="LostBecause"/> says why.</summary>
    public CancellationToken Lost => lost.Token;

    /// <summary>Why the snapshot was lost, or null.</summary>
    public Exception? LostBecause { get; private set; }

    /// <summary>Takes a snapshot of the database as it is now, with the tables locked first.</summary>
    /// <exception cref="TableLockException">Tables could not be locked.</exception>
    /// <exception cref="SourceConnectionException">There is no connection to be had.</exception>
    public static async Task<SnapshotHolder> Open(string connectionString, SnapshotOptions? options = null, CancellationToken cancellation = default)
    {
        options ??= new SnapshotOptions();
        for (int attempt = 1; ; attempt++)
        {
            if (await TryOpen(connectionString, null, options, cancellation).ConfigureAwait(false) is { } holder)
                return holder;
            if (attempt == Attempts)
                throw new TableLockException($"Tables were created or rewritten each of the {Attempts} times they were to be locked. Try again when the schema rests, or copy with --no-lock.");
        }
    }

    /// <summary>Takes over a snapshot which another holder still holds, under a token of its own.</summary>
    /// <exception cref="SnapshotGoneException">Nobody holds it any more.</exception>
    public static async Task<SnapshotHolder> Succeed(string connectionString, string token, SnapshotOptions? options = null, CancellationToken cancellation = default) =>
        await TryOpen(connectionString, token, options ?? new SnapshotOptions(), cancellation).ConfigureAwait(false)
        ?? throw new SnapshotGoneException(token);

    /// <summary>Whether two holders' tokens stand for the same snapshot.</summary>
    public static bool HoldSame(string token, string other) =>
        SnapshotToken.Parse(token) is { Fingerprint: { } seen } && seen == SnapshotToken.Parse(other).Fingerprint;

    /// <summary>
    /// Gives up the locks, so that those who wait can go on; the snapshot stays. <see cref="SnapshotReaders.Yield"/> gives up those of the readers.
    /// Tables not yet read must be compared by file node from now on.
    /// </summary>
    public async Task Yield()
    {
        TableLocks? given = Interlocked.Exchange(ref locks, null);
        if (given is not null)
            await given.DisposeAsync().ConfigureAwait(false);
    }

    /// <summary>Asks whether the snapshot is still held, now.</summary>
    /// <exception cref="SnapshotGoneException">It is lost.</exception>
    public async Task Check(CancellationToken cancellation = default)
    {
        if (LostBecause is null)
            await Beat(cancellation).ConfigureAwait(false);
        if (LostBecause is not null)
            throw new SnapshotGoneException(Token, LostBecause);
    }

    /// <summary>How many connections the role may have to this database at a time (<c>CONNECTION LIMIT</c> of either); null: as many as the server has.</summary>
    public async Task<int?> ConnectionLimit(CancellationToken cancellation = default)
    {
        const string sql = """
            SELECT (SELECT min(l) FROM (VALUES (r.rolconnlimit), (d.datconnlimit)) AS limits (l) WHERE l >= 0)::pg_catalog.int4
            FROM pg_catalog.pg_roles r, pg_catalog.pg_database d
            WHERE r.rolname = session_user AND NOT r.rolsuper AND d.datname = pg_catalog.current_database()
            """;
        await turn.WaitAsync(cancellation).ConfigureAwait(false);
        try
        {
            await using var command = new NpgsqlCommand(sql, session.Connection);
            return await command.ExecuteScalarAsync(cancellation).ConfigureAwait(false) as int?;
        }
        finally
        {
            turn.Release();
        }
    }

    public async ValueTask DisposeAsync()
    {
        await stopping.CancelAsync().ConfigureAwait(false);
        await beating.ConfigureAwait(false);
        await Yield().ConfigureAwait(false);
        await session.DisposeAsync().ConfigureAwait(false);
        turn.Dispose();
        stopping.Dispose();
        lost.Dispose();
    }

    /// <summary>Null where tables came or changed between the locks and the snapshot.</summary>
    private static async Task<SnapshotHolder?> TryOpen(string connectionString, string? token, SnapshotOptions options, CancellationToken cancellation)
    {
        TableLocks? locks = null;
        SourceSession? session = null;
        SnapshotHolder? holder = null;
        try
        {
            // The locks come first, then the snapshot: nothing it sees can be emptied or rewritten before it is read.
            if (options.Lock)
                locks = await TableLocks.Take(connectionString, options, cancellation).ConfigureAwait(false);
            session = await SourceSession.Open(connectionString, cancellation).ConfigureAwait(false);
            if (token is null)
                await session.Execute("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY", cancellation).ConfigureAwait(false);
            else
                await SnapshotSession.Import(session, token, cancellation).ConfigureAwait(false);
            Dictionary<uint, LockableTable> seen = await TableLocking.List(session.Connection, options.Include, cancellation).ConfigureAwait(false);
            if (token is null && locks is not null && !await locks.Covers(seen, cancellation).ConfigureAwait(false))
                return null;
            SnapshotFacts facts = await SnapshotFacts.Export(session, cancellation).ConfigureAwait(false);
            holder = new SnapshotHolder(session, locks, options, facts);
            holder.beating = holder.KeepBeating();
            return holder;
        }
        finally
        {
            if (holder is null)
            {
                if (session is not null)
                    await session.DisposeAsync().ConfigureAwait(false);
                if (locks is not null)
                    await locks.DisposeAsync().ConfigureAwait(false);
            }
        }
    }

    private async Task KeepBeating()
    {
        using var timer = new PeriodicTimer(options.Heartbeat);
        try
        {
            while (LostBecause is null && await timer.WaitForNextTickAsync(stopping.Token).ConfigureAwait(false))
                await Beat(stopping.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
            // The holder is being disposed.
        }
    }

    private async Task Beat(CancellationToken cancellation)
    {
        await turn.WaitAsync(cancellation).ConfigureAwait(false);
        try
        {
            await session.Execute("SELECT 1", cancellation).ConfigureAwait(false);
            if (locks is { } held)
                await Watch(held, cancellation).ConfigureAwait(false);
        }
        catch (Exception e) when (e is NpgsqlException or InvalidOperationException or ObjectDisposedException or IOException)
        {
            LostBecause = e;
            await lost.CancelAsync().ConfigureAwait(false);
        }
        finally
        {
            turn.Release();
        }
    }

    private async Task Watch(TableLocks held, CancellationToken cancellation)
    {
        IReadOnlyList<LockWaiter> now;
        try
        {
            now = await held.Waiters(cancellation).ConfigureAwait(false);
        }
        catch (Exception e) when (locks != held && e is (NpgsqlException or InvalidOperationException or ObjectDisposedException))
        {
            // The locks were given up while they were asked.
            return;
        }

        waiters.IntersectWith(now.Select(w => (w.ProcessId, w.Table)));
        foreach (LockWaiter waiter in now.Where(w => waiters.Add((w.ProcessId, w.Table))))
        {
            if (options.OnWaiter is { } tell)
                await tell(waiter).ConfigureAwait(false);
        }
    }
}
