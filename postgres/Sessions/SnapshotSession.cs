using Mammoth.Postgres.Catalog;
using Mammoth.Postgres.Copy.Client;
using Mammoth.Postgres.Errors;
using Npgsql;

namespace Mammoth.Postgres.Sessions;

/// <summary>Opens sessions that read at a snapshot.</summary>
public static class SnapshotSession
{
    /// <summary>A session to look around in, over Npgsql. It has locked nothing but what it looks at.</summary>
    /// <param name="token">What <see cref="SnapshotHolder.Token"/> says.</param>
    /// <exception cref="SnapshotGoneException">Nobody holds the snapshot any more.</exception>
    /// <exception cref="SourceConnectionException">There is no connection to be had.</exception>
    public static async Task<SourceSession> Inspect(string connectionString, string token, CancellationToken cancellation = default)
    {
        SourceSession session = await SourceSession.Open(connectionString, cancellation).ConfigureAwait(false);
        try
        {
            await Import(session, token, cancellation).ConfigureAwait(false);
            await TableLocking.LimitWaiting(session, SnapshotReader.LockTimeout, cancellation).ConfigureAwait(false);
            return session;
        }
        catch
        {
            await session.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    /// <summary>A session of the client that is made for copying; of Npgsql where that can't honour what is asked for, and why.</summary>
    /// <exception cref="SourceConnectionException">There is no connection to be had.</exception>
    internal static async Task<(ISession Session, string? Fallback)> Open(string connectionString, CancellationToken cancellation)
    {
        try
        {
            return (await CopySession.Open(connectionString, cancellation).ConfigureAwait(false), null);
        }
        catch (CopyClientUnfitException e)
        {
            return (await SourceSession.Open(connectionString, cancellation).ConfigureAwait(false), e.What);
        }
    }

    /// <summary>Begins a transaction at the snapshot.</summary>
    /// <exception cref="SnapshotGoneException">Nobody holds it any more, or what is held under its name is another one.</exception>
    internal static async Task Import(ISession session, string token, CancellationToken cancellation)
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

        if (!meant.Means((await session.Scalar("SELECT pg_catalog.pg_current_snapshot()::pg_catalog.text", cancellation).ConfigureAwait(false))!))
            throw new SnapshotGoneException(token);
    }
}
