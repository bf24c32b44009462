using System.Globalization;
using Mammoth.Postgres.Catalog;
using Mammoth.Postgres.Copy;
using Mammoth.Postgres.Errors;
using Npgsql;

namespace Mammoth.Postgres.Sessions;

/// <summary>
/// A session that sees the database as of a snapshot which another session holds. Its own transaction keeps the snapshot too, while it is open.
/// A session of its own (<see cref="Open"/>) has locked nothing: where somebody waits for a table exclusively, it queues behind, and fails after a while (SQLSTATE
/// 55P03). Those of <see cref="SnapshotReaders"/> can't be overtaken like that.
/// </summary>
public sealed class SnapshotReader : IAsyncDisposable
{
    internal static readonly TimeSpan LockTimeout = TimeSpan.FromSeconds(30);
    private readonly ISession session;
    private readonly Func<ValueTask> release;

    internal SnapshotReader(ISession session, string token, Func<ValueTask> release, CancellationToken lost = default)
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

    /// <summary>Why the session is Npgsql's and not of the faster client that is made for copying; null where it is that.</summary>
    public string? Fallback { get; internal init; }

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
        (ISession session, string? fallback) = await SnapshotSession.Open(connectionString, cancellation).ConfigureAwait(false);
        try
        {
            await SnapshotSession.Import(session, token, cancellation).ConfigureAwait(false);
            await TableLocking.LimitWaiting(session, LockTimeout, cancellation).ConfigureAwait(false);
            return new SnapshotReader(session, token, End, lease.Lost) { Fallback = fallback };
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
        string? node = await Scalar(
            string.Create(CultureInfo.InvariantCulture, $"SELECT CASE WHEN pg_catalog.pg_relation_size({oid}::pg_catalog.oid) IS NOT NULL THEN pg_catalog.pg_relation_filenode({oid}::pg_catalog.oid) END"),
            cancellation).ConfigureAwait(false);
        return node is null ? null : uint.Parse(node, CultureInfo.InvariantCulture);
    }

    /// <summary>The first column of a statement's first row, as text; null where there is none.</summary>
    /// <exception cref="PostgresException">The server refuses.</exception>
    /// <exception cref="NpgsqlException">The connection failed.</exception>
    public Task<string?> Scalar(string sql, CancellationToken cancellation = default) => session.Scalar(sql, cancellation);

    /// <summary>The same of a statement that reads a whole table.</summary>
    public Task<string?> ScalarOverTable(string sql, CancellationToken cancellation = default) => session.Scalar(sql, StatementLimit.OverTable, cancellation);

    /// <inheritdoc cref="ISession.CopyOut"/>
    internal Task<ICopyBytes> CopyOut(string query, IReadOnlyList<CopyColumn> columns, CancellationToken cancellation) => session.CopyOut(query, columns, cancellation);

    /// <summary>Ends the session, or gives it back to where it came from.</summary>
    public ValueTask DisposeAsync() => release();
}
