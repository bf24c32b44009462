using System.Globalization;
using Mammoth.Postgres.Catalog;
using Mammoth.Postgres.Errors;
using Npgsql;

namespace Mammoth.Postgres.Sessions;

/// <summary>A table that can be locked.</summary>
/// <param name="FileNode"><c>relfilenode</c>.</param>
/// <param name="Root">The partition root it belongs to, or itself.</param>
internal sealed record LockableTable(uint Oid, QualifiedName Name, uint FileNode, QualifiedName Root);

/// <summary>Takes ACCESS SHARE locks, and says in a sentence why they can't be had.</summary>
internal static class TableLocking
{
    private const int AtOnce = 200;

    /// <summary>Part of the server's lock table that may be taken, for the others need some too.</summary>
    private const double Share = 0.8;

    /// <summary>The tables that can be locked, as a session sees them. Those the role may not read are for the plan to refuse.</summary>
    public static async Task<Dictionary<uint, LockableTable>> List(NpgsqlConnection connection, Func<QualifiedName, bool>? include, CancellationToken cancellation)
    {
        List<LockableTable> all = await CatalogQuery.Rows(
            connection,
            $"""
            SELECT c.oid, n.nspname, c.relname, c.relfilenode, COALESCE(rn.nspname, n.nspname), COALESCE(rc.relname, c.relname)
            FROM pg_catalog.pg_class c
            JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
            LEFT JOIN pg_catalog.pg_class rc ON c.relispartition AND rc.oid = pg_catalog.pg_partition_root(c.oid)
            LEFT JOIN pg_catalog.pg_namespace rn ON rn.oid = rc.relnamespace
            WHERE c.relkind IN ('r', 'p') AND c.relpersistence <> 't' AND {CatalogQuery.UserSchemas}
                AND pg_catalog.has_schema_privilege(n.oid, 'USAGE') AND pg_catalog.has_table_privilege(c.oid, 'SELECT')
            ORDER BY c.oid
            """,
            r => new LockableTable(r.Oid(0), new QualifiedName(r.GetString(1), r.GetString(2)), r.Oid(3), new QualifiedName(r.GetString(4), r.GetString(5))),
            cancellation).ConfigureAwait(false);
        return all.Where(t => include is null || include(t.Root)).ToDictionary(t => t.Oid);
    }

    /// <summary>Waits for locks no longer than this, until the transaction ends.</summary>
    public static Task LimitWaiting(ISession session, TimeSpan timeout, CancellationToken cancellation) =>
        session.Execute(string.Create(CultureInfo.InvariantCulture, $"SET LOCAL lock_timeout = {Math.Max(1, (long)timeout.TotalMilliseconds)}"), cancellation);

    /// <summary>Locks tables until the transaction ends.</summary>
    /// <exception cref="PostgresException">See <see cref="Explain"/>.</exception>
    public static async Task Lock(ISession session, IEnumerable<LockableTable> tables, CancellationToken cancellation)
    {
        foreach (LockableTable[] some in tables.Chunk(AtOnce))
            await session.Execute($"LOCK TABLE {string.Join(", ", some.Select(t => $"ONLY {t.Name.Sql}"))} IN ACCESS SHARE MODE", cancellation).ConfigureAwait(false);
    }

    /// <summary>Fails where the server's lock table has no room for so many tables.</summary>
    public static async Task RequireRoom(SourceSession session, int tables, CancellationToken cancellation)
    {
        (bool fits, long slots) = await Room(session, tables, cancellation).ConfigureAwait(false);
        if (!fits)
            throw TooMany(tables, slots, null);
    }

    /// <summary>Whether the server's lock table has room for so many more locks, and what <c>max_locks_per_transaction</c> would have.</summary>
    public static async Task<(bool Fits, long Slots)> Room(SourceSession session, long locks, CancellationToken cancellation)
    {
        (long slots, long backends, long taken) = (await CatalogQuery.Rows(
            session.Connection,
            """
            SELECT pg_catalog.current_setting('max_locks_per_transaction')::pg_catalog.int8,
                pg_catalog.current_setting('max_connections')::pg_catalog.int8 + pg_catalog.current_setting('max_prepared_transactions')::pg_catalog.int8,
                (SELECT pg_catalog.count(*) FROM pg_catalog.pg_locks l WHERE NOT l.fastpath)
            """,
            r => (r.GetInt64(0), r.GetInt64(1), r.GetInt64(2)),
            cancellation).ConfigureAwait(false))[0];
        return (locks + taken <= slots * backends * Share, (long)Math.Ceiling((locks + taken) / (backends * Share)));
    }

    /// <summary>Why locks could not be had.</summary>
    public static async Task<SourceException> Explain(SourceSession session, PostgresException error, Dictionary<uint, LockableTable> listed, TimeSpan timeout, CancellationToken cancellation)
    {
        switch (error.SqlState)
        {
            case "53200":
                return TooMany(listed.Count, 0, error);
            case "42501":
                return new TableLockException($"A table can't be locked: {error.MessageText}. GRANT SELECT on it, exclude it, or copy with --no-lock.", inner: error);
            case "55P03":
                break;
            default:
                return new TableLockException($"The tables could not be locked: {error.MessageText} [SQLSTATE {error.SqlState}]. Try again, or copy with --no-lock.", inner: error);
        }

        List<(uint Oid, int ProcessId, bool Holds, string? Statement)> others = await CatalogQuery.Rows(
            session.Connection,
            """
            SELECT l.relation, l.pid, l.granted, a.query FROM pg_catalog.pg_locks l LEFT JOIN pg_catalog.pg_stat_activity a ON a.pid = l.pid
            WHERE l.relation = ANY($1) AND l.mode = 'AccessExclusiveLock' AND l.database = (SELECT d.oid FROM pg_catalog.pg_database d WHERE d.datname = pg_catalog.current_database())
            ORDER BY l.granted DESC
            """,
            r => (r.Oid(0), r.GetInt32(1), r.GetBoolean(2), r.Text(3)),
            cancellation,
            [.. listed.Keys]).ConfigureAwait(false);
        string waited = string.Create(CultureInfo.InvariantCulture, $"{timeout.TotalSeconds:0.###} seconds");
        if (others.Count == 0)
            return new TableLockException($"A table could not be locked within {waited}: another session held it. Try again.", inner: error);
        (uint oid, int processId, bool holds, string? statement) = others[0];
        QualifiedName table = listed[oid].Name;
        string who = string.Create(CultureInfo.InvariantCulture, $"process {processId} {(holds ? "holds" : "waits for")} it exclusively{(string.IsNullOrEmpty(statement) ? "" : $" ({Shorten(statement)})")}");
        return new TableLockException($"Table {table} could not be locked within {waited}: {who}. Wait for it to end, end it, or exclude the table.", table, error);
    }

    private static TableLockException TooMany(int tables, long needed, Exception? inner) => new(
        string.Create(CultureInfo.InvariantCulture, $"Locking {tables} tables takes more locks than the server has room for. Set max_locks_per_transaction to {Math.Max(needed, 64)} or more (ALTER SYSTEM, then restart the server), take fewer tables with --include, or copy with --no-lock."),
        inner: inner);

    private static string Shorten(string statement)
    {
        string line = statement.ReplaceLineEndings(" ").Trim();
        return line.Length <= 80 ? line : $"{line[..79]}…";
    }
}
