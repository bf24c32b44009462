using Mammoth.Postgres.Catalog;
using Mammoth.Postgres.Errors;
using Npgsql;
using NpgsqlTypes;

namespace Mammoth.Postgres.Sessions;

/// <summary>
/// A session that sees the database as of a snapshot which another session holds. Its own transaction keeps the snapshot too, while it is open.
/// A session of its own (<see cref="Open"/>) has locked nothing: where somebody waits for a table exclusively, it queues behind, and fails after a while (SQLSTATE
/// 55P03). Those of <see cref="SnapshotReaders"/> can't be overtaken like that.
/// </summary>
public sealed class SnapshotReader : IAsyncDisposable
{
    private static readonly TimeSpan LockTimeout = TimeSpan.FromSeconds(30);
    private readonly SourceSession session;
    private readonly Func<ValueTask> release;

    internal SnapshotReader(SourceSession session, string token, Func<ValueTask> release, CancellationToken lost = default)
    {
        this.session = session;
        this.release = release;
        Token = token;
        Lost = lost;
    }

    /// <summary>The snapshot's identifier.</summary>
    public string Token { get; }

    /// <summary>Cancelled when the session must end, since what it was opened under is gone; what reads with it must stop.</summary>
    public CancellationToken Lost { get; }

    /// <summary>The connection, within a read-only transaction at the snapshot.</summary>
    public NpgsqlConnection Connection => session.Connection;

    /// <inheritdoc cref="SourceSession.ServerVersion"/>
    public int ServerVersion => session.ServerVersion;

    /// <inheritdoc cref="SourceSession.IsUnchecked"/>
    public bool IsUnchecked => session.IsUnchecked;

    /// <summary>Connects and takes up a snapshot.</summary>
    /// <param name="token">What <see cref="SnapshotHolder.Token"/> says.</param>
    /// <exception cref="SnapshotGoneException">Nobody holds the snapshot any more.</exception>
    /// <exception cref="SourceConnectionException">There is no connection to be had.</exception>
    public static Task<SnapshotReader> Open(string connectionString, string token, CancellationToken cancellation = default) =>
        OpenUnder(ConnectionLease.None, connectionString, token, cancellation);

    /// <summary>The same, under a lease that ends with it.</summary>
    /// <param name="token">What <see cref="SnapshotHolder.Token"/> says.</param>
    /// <exception cref="SnapshotGoneException">Nobody holds the snapshot any more.</exception>
    /// <exception cref="SourceConnectionException">There is no connection to be had.</exception>
    public static async Task<SnapshotReader> OpenUnder(ConnectionLease lease, string connectionString, string token, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(lease);
        SourceSession session = await SourceSession.Open(connectionString, cancellation).ConfigureAwait(false);
        try
        {
            await Import(session, token, cancellation).ConfigureAwait(false);
            await TableLocking.LimitWaiting(session, LockTimeout, cancellation).ConfigureAwait(false);
            return new SnapshotReader(session, token, End, lease.Lost);
        }
        catch
        {
            await session.DisposeAsync().ConfigureAwait(false);
            throw;
        }

        async ValueTask End()
        {
            await session.DisposeAsync().ConfigureAwait(false);
            await lease.Ended().ConfigureAwait(false);
        }
    }

    /// <summary>
    /// The file a heap is in now (<c>pg_relation_filenode</c>), whatever the snapshot; null where it was dropped. After reading a heap in this transaction, which locks it, this
    /// is the file that was read: where it is not the one of the snapshot (<see cref="Leaf.FileNode"/>), rows may be missing.
    /// </summary>
    public async Task<uint?> FileNode(uint oid, CancellationToken cancellation = default)
    {
        // pg_relation_filenode alone answers from what this session has cached; opening the relation, to measure it, brings that up to date.
        await using var command = new NpgsqlCommand("SELECT CASE WHEN pg_catalog.pg_relation_size($1) IS NOT NULL THEN pg_catalog.pg_relation_filenode($1) END", Connection)
        {
            Parameters = { new NpgsqlParameter<uint> { TypedValue = oid, NpgsqlDbType = NpgsqlDbType.Oid } },
        };
        return await command.ExecuteScalarAsync(cancellation).ConfigureAwait(false) as uint?;
    }

    /// <summary>Ends the session, or gives it back to where it came from.</summary>
    public ValueTask DisposeAsync() => release();

    /// <summary>Begins a transaction at the snapshot.</summary>
    /// <exception cref="SnapshotGoneException">Nobody holds it any more, or what is held under its name is another one.</exception>
    internal static async Task Import(SourceSession session, string token, CancellationToken cancellation)
    {
        SnapshotToken meant = SnapshotToken.Parse(token);
        await session.Execute("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY", cancellation).ConfigureAwait(false);
        try
        {
            await session.Execute($"SET TRANSACTION SNAPSHOT {Identifier.Literal(meant.Exported)}", cancellation).ConfigureAwait(false);
        }
        catch (PostgresException e) when (e.SqlState is "22023" or "42704" or "55000")
        {
            throw new SnapshotGoneException(token, e);
        }

        await using var command = new NpgsqlCommand("SELECT pg_catalog.pg_current_snapshot()::pg_catalog.text", session.Connection);
        if (!meant.Means((string)(await command.ExecuteScalarAsync(cancellation).ConfigureAwait(false))!))
            throw new SnapshotGoneException(token);
    }
}
