using Mammoth.Postgres.Catalog;
using Mammoth.Postgres.Errors;
using Npgsql;

namespace Mammoth.Postgres.Sessions;

/// <summary>
/// ACCESS SHARE locks on tables, held by a session of their own: they can be given up while the snapshot stays, and a session
/// without a snapshot holds back no vacuum.
/// </summary>
internal sealed class TableLocks : IAsyncDisposable
{
    private const int Attempts = 5;
    private readonly SourceSession session;
    private readonly SnapshotOptions options;
    private Dictionary<uint, QualifiedName> tables = [];

    private TableLocks(SourceSession session, SnapshotOptions options)
    {
        this.session = session;
        this.options = options;
    }

    /// <summary>Locks every table there is. What is created or altered meanwhile is for <see cref="Covers"/> to find.</summary>
    /// <exception cref="TableLockException">Somebody else holds a table, or the server's lock table is too small.</exception>
    public static async Task<TableLocks> Take(string connectionString, SnapshotOptions options, CancellationToken cancellation)
    {
        var locks = new TableLocks(await SourceSession.Open(connectionString, cancellation).ConfigureAwait(false), options);
        try
        {
            await locks.LockAll(cancellation).ConfigureAwait(false);
            return locks;
        }
        catch
        {
            await locks.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    /// <summary>Whether all these tables are locked, and none was rewritten between the snapshot that lists them and now.</summary>
    public async Task<bool> Covers(Dictionary<uint, LockableTable> seen, CancellationToken cancellation)
    {
        if (!seen.Keys.All(tables.ContainsKey))
            return false;
        List<(uint Oid, uint FileNode)> now = await CatalogQuery.Rows(
            session.Connection,
            "SELECT c.oid, c.relfilenode FROM pg_catalog.pg_class c WHERE c.oid = ANY($1)",
            r => (r.Oid(0), r.Oid(1)),
            cancellation,
            [.. seen.Keys]).ConfigureAwait(false);
        return now.Count == seen.Count && now.All(n => seen[n.Oid].FileNode == n.FileNode);
    }

    /// <summary>Who waits behind these locks now; fails where the session is gone.</summary>
    public async Task<IReadOnlyList<LockWaiter>> Waiters(CancellationToken cancellation)
    {
        // Within a transaction pg_stat_activity stays as it was when first looked at, unless told otherwise.
        await session.Execute("SELECT pg_catalog.pg_stat_clear_snapshot()", cancellation).ConfigureAwait(false);
        return await CatalogQuery.Rows(
            session.Connection,
            """
            SELECT l.pid, COALESCE(l.relation, 0::pg_catalog.oid), l.mode, a.query
            FROM pg_catalog.pg_locks l LEFT JOIN pg_catalog.pg_stat_activity a ON a.pid = l.pid
            WHERE NOT l.granted AND pg_catalog.pg_backend_pid() = ANY (pg_catalog.pg_blocking_pids(l.pid))
            """,
            r => new LockWaiter(r.GetInt32(0), tables.GetValueOrDefault(r.Oid(1)), r.GetString(2), r.Text(3)),
            cancellation).ConfigureAwait(false);
    }

    public ValueTask DisposeAsync() => session.DisposeAsync();

    private async Task LockAll(CancellationToken cancellation)
    {
        for (int attempt = 1; ; attempt++)
        {
            Dictionary<uint, LockableTable> listed = await TableLocking.List(session.Connection, options.Include, cancellation).ConfigureAwait(false);
            await TableLocking.RequireRoom(session, listed.Count, cancellation).ConfigureAwait(false);
            try
            {
                await session.Execute("BEGIN ISOLATION LEVEL READ COMMITTED READ ONLY", cancellation).ConfigureAwait(false);
                await TableLocking.LimitWaiting(session, options.LockTimeout, cancellation).ConfigureAwait(false);
                await TableLocking.Lock(session, listed.Values, cancellation).ConfigureAwait(false);
                tables = listed.ToDictionary(t => t.Key, t => t.Value.Name);
                return;
            }
            catch (PostgresException e)
            {
                await session.Execute("ROLLBACK", cancellation).ConfigureAwait(false);

                // Dropped since it was listed, or a deadlock with somebody who locks in another order: look again.
                bool isPassing = e.SqlState is "42P01" or "3F000" or "40P01";
                if (!isPassing || attempt == Attempts)
                    throw await TableLocking.Explain(session, e, listed, options.LockTimeout, cancellation).ConfigureAwait(false);
            }
        }
    }
}
