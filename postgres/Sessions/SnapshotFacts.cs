using Mammoth.Postgres.Catalog;
using Npgsql;

namespace Mammoth.Postgres.Sessions;

/// <summary>A snapshot that was exported.</summary>
/// <param name="Token">A <see cref="SnapshotToken"/>.</param>
internal sealed record SnapshotFacts(string Token, string Visible, string? Lsn, DateTimeOffset At)
{
    /// <summary>Exports the snapshot of the transaction that is open.</summary>
    public static async Task<SnapshotFacts> Export(SourceSession session, CancellationToken cancellation)
    {
        string? lsn = await ReadLsn(session, cancellation).ConfigureAwait(false);
        List<SnapshotFacts> facts = await CatalogQuery.Rows(
            session.Connection,
            "SELECT pg_catalog.pg_export_snapshot(), pg_catalog.pg_current_snapshot()::pg_catalog.text, pg_catalog.clock_timestamp()",
            r => new SnapshotFacts(SnapshotToken.Of(r.GetString(0), r.GetString(1)).ToString(), r.GetString(1), lsn, r.GetFieldValue<DateTimeOffset>(2)),
            cancellation).ConfigureAwait(false);
        return facts[0];
    }

    /// <summary>Some services' servers refuse to say; the transaction must survive that.</summary>
    private static async Task<string?> ReadLsn(SourceSession session, CancellationToken cancellation)
    {
        await session.Execute("SAVEPOINT lsn", cancellation).ConfigureAwait(false);
        try
        {
            List<string?> lsn = await CatalogQuery.Rows(
                session.Connection,
                "SELECT (CASE WHEN pg_catalog.pg_is_in_recovery() THEN pg_catalog.pg_last_wal_replay_lsn() ELSE pg_catalog.pg_current_wal_insert_lsn() END)::pg_catalog.text",
                r => r.Text(0),
                cancellation).ConfigureAwait(false);
            await session.Execute("RELEASE SAVEPOINT lsn", cancellation).ConfigureAwait(false);
            return lsn[0];
        }
        catch (PostgresException)
        {
            await session.Execute("ROLLBACK TO SAVEPOINT lsn; RELEASE SAVEPOINT lsn", cancellation).ConfigureAwait(false);
            return null;
        }
    }
}
