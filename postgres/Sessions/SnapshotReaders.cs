using Mammoth.Postgres.Errors;
using Npgsql;

namespace Mammoth.Postgres.Sessions;

/// <summary>
/// A fixed number of sessions at one snapshot, all opened, and their tables locked, at the start. A session that comes later queues
/// behind whoever waits for a table exclusively (<c>TRUNCATE</c>, <c>ALTER TABLE</c> …), who waits for the holder, who waits for the copy: nobody would ever go on.
/// One that holds its lock already passes.
/// </summary>
public sealed class SnapshotReaders : IAsyncDisposable
{
    private readonly string connectionString;
    private readonly SnapshotOptions options;
    private readonly Stack<PooledSession> free = new();
    private readonly SemaphoreSlim available;
    private readonly Lock gate = new();
    private readonly int count;
    private Dictionary<uint, LockableTable> tables = [];
    private bool hasRoom = true;
    private PooledSession? inspector;
    private bool yielded;
    private bool disposed;

    private SnapshotReaders(string connectionString, string token, int count, SnapshotOptions options)
    {
        this.connectionString = connectionString;
        this.options = options;
        this.count = count;
        Token = token;
        available = new SemaphoreSlim(count, count);
    }

    /// <summary>The snapshot's identifier.</summary>
    public string Token { get; }

    /// <summary>
    /// The sessions have locked the tables. They have not where the options say so, after <see cref="Yield"/>, and where the server's lock table has no room for
    /// so many locks (sessions times tables): then a statement that waits for a table exclusively makes its chunks fail (SQLSTATE 55P03) until it is ended.
    /// </summary>
    public bool IsLocking => options.Lock && !yielded && hasRoom;

    /// <summary>Opens sessions at a snapshot and locks the tables in each, as the options say.</summary>
    /// <exception cref="SnapshotGoneException">Nobody holds the snapshot any more.</exception>
    /// <exception cref="TableLockException">Tables could not be locked.</exception>
    /// <exception cref="SourceConnectionException">There is no connection to be had.</exception>
    public static async Task<SnapshotReaders> Open(string connectionString, string token, int count, SnapshotOptions? options = null, CancellationToken cancellation = default)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(count);
        var readers = new SnapshotReaders(connectionString, token, count, options ?? new SnapshotOptions());
        try
        {
            await readers.ListTables(cancellation).ConfigureAwait(false);
            for (int i = 0; i < count; i++)
                readers.free.Push(await readers.OpenSession(cancellation).ConfigureAwait(false));
            return readers;
        }
        catch
        {
            await readers.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    /// <summary>A session, when one is free; disposing it gives it back. What is done to its transaction is undone then.</summary>
    public async Task<SnapshotReader> Rent(CancellationToken cancellation = default)
    {
        await available.WaitAsync(cancellation).ConfigureAwait(false);
        PooledSession? session = null;
        try
        {
            session = Pop();

            // A session that broke is replaced when it is next needed.
            session ??= await OpenSession(cancellation).ConfigureAwait(false);
            await session.Session.Execute("SAVEPOINT use", cancellation).ConfigureAwait(false);
            PooledSession rented = session;
            int once = 0;
            return new SnapshotReader(rented.Session, Token, () => Interlocked.Exchange(ref once, 1) == 0 ? Return(rented) : ValueTask.CompletedTask) { Fallback = rented.Fallback };
        }
        catch
        {
            if (session is not null)
                await session.Session.DisposeAsync().ConfigureAwait(false);
            available.Release();
            throw;
        }
    }

    /// <summary>Gives up the locks, those of sessions in use when they come back; the snapshot stays.</summary>
    public async Task Yield()
    {
        yielded = true;
        if (TakeInspector() is { } unused)
            await unused.DisposeAsync().ConfigureAwait(false);
        PooledSession[] idle;
        lock (gate)
        {
            // While they are asked to let go they are not there to be rented: whoever comes now opens one that locks nothing.
            idle = [.. free.OfType<PooledSession>()];
            free.Clear();
        }

        foreach (PooledSession session in idle)
        {
            if (await Unlock(session).ConfigureAwait(false))
                Keep(session);
        }
    }

    public async ValueTask DisposeAsync()
    {
        List<PooledSession> ended = [];
        if (TakeInspector() is { } unused)
            await unused.DisposeAsync().ConfigureAwait(false);
        lock (gate)
        {
            disposed = true;
            while (free.TryPop(out PooledSession? session))
                ended.Add(session);
        }

        foreach (PooledSession session in ended)
            await session.Session.DisposeAsync().ConfigureAwait(false);
    }

    /// <summary>What each session is to lock: at one snapshot they all see the same.</summary>
    private async Task ListTables(CancellationToken cancellation)
    {
        if (!options.Lock)
            return;
        SourceSession session = await SnapshotSession.Inspect(connectionString, Token, cancellation).ConfigureAwait(false);
        inspector = new PooledSession(session, false, null);
        tables = await TableLocking.List(session.Connection, options.Include, cancellation).ConfigureAwait(false);
        hasRoom = (await TableLocking.Room(session, tables.Count * (count + 1L), cancellation).ConfigureAwait(false)).Fits;
        if (!IsLocking)
            return;
        await LockTables(session, cancellation).ConfigureAwait(false);
        inspector.IsLocking = true;
    }

    /// <summary>
    /// A session to look around in, over Npgsql, that has locked the tables, too: looking takes locks of its own, and would queue behind whoever waits for a table. There is
    /// one, for the plan; null where it was taken, or nothing is locked. Whoever takes it disposes it.
    /// </summary>
    public SourceSession? TakeInspector() => (SourceSession?)Interlocked.Exchange(ref inspector, null)?.Session;

    private async Task<PooledSession> OpenSession(CancellationToken cancellation)
    {
        (ISession session, string? fallback) = await SnapshotSession.Open(connectionString, cancellation).ConfigureAwait(false);
        try
        {
            await SnapshotSession.Import(session, Token, cancellation).ConfigureAwait(false);
            await TableLocking.LimitWaiting(session, options.LockTimeout, cancellation).ConfigureAwait(false);
            bool locking = IsLocking;
            if (locking)
                await LockTables(session, cancellation).ConfigureAwait(false);
            return new PooledSession(session, locking, fallback);
        }
        catch
        {
            await session.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    private async Task LockTables(ISession session, CancellationToken cancellation)
    {
        await session.Execute("SAVEPOINT locks", cancellation).ConfigureAwait(false);
        try
        {
            await TableLocking.Lock(session, tables.Values, cancellation).ConfigureAwait(false);
        }
        catch (PostgresException e)
        {
            SourceSession asking = await SourceSession.Open(connectionString, cancellation).ConfigureAwait(false);
            await using (asking.ConfigureAwait(false))
                throw await TableLocking.Explain(asking, e, tables, options.LockTimeout, cancellation).ConfigureAwait(false);
        }
    }

    private async ValueTask Return(PooledSession session)
    {
        bool kept;
        try
        {
            await session.Session.Execute("ROLLBACK TO SAVEPOINT use; RELEASE SAVEPOINT use").ConfigureAwait(false);
            kept = !yielded || await Unlock(session).ConfigureAwait(false);
        }
        catch (Exception e) when (e is NpgsqlException or InvalidOperationException or IOException)
        {
            // The session broke: whoever used it was told so; it is replaced.
            kept = false;
        }

        if (kept && !disposed)
            Keep(session);
        else
            await session.Session.DisposeAsync().ConfigureAwait(false);
        available.Release();
    }

    private static async Task<bool> Unlock(PooledSession session)
    {
        if (!session.IsLocking)
            return true;
        try
        {
            await session.Session.Execute("ROLLBACK TO SAVEPOINT locks").ConfigureAwait(false);
            session.IsLocking = false;
            return true;
        }
        catch (Exception e) when (e is NpgsqlException or InvalidOperationException or IOException)
        {
            // Without a session there are no locks either.
            await session.Session.DisposeAsync().ConfigureAwait(false);
            return false;
        }
    }

    private PooledSession? Pop()
    {
        lock (gate)
        {
            if (disposed)
                throw new SnapshotGoneException(Token);
            return free.TryPop(out PooledSession? session) ? session : null;
        }
    }

    private void Keep(PooledSession session)
    {
        lock (gate)
            free.Push(session);
    }

    private sealed class PooledSession(ISession session, bool isLocking, string? fallback)
    {
        public ISession Session { get; } = session;

        public string? Fallback { get; } = fallback;

        public bool IsLocking { get; set; } = isLocking;
    }
}
