using System.Globalization;
using Npgsql;

namespace Mammoth.Postgres.Catalog;

/// <summary>What is known of the database as a whole.</summary>
internal sealed record DatabaseFacts(string Name, int ServerVersion, string Encoding, string Identity, long LargeObjects, int MoneyScale)
{
    private const string Sql = """
        SELECT d.datname, pg_catalog.current_setting('server_version_num')::pg_catalog.int4, pg_catalog.pg_encoding_to_char(d.encoding), d.oid,
            pg_catalog.has_function_privilege('pg_catalog.pg_control_system()', 'EXECUTE'),
            (SELECT pg_catalog.count(*) FROM pg_catalog.pg_largeobject_metadata)
        FROM pg_catalog.pg_database d WHERE d.datname = pg_catalog.current_database()
        """;

    /// <summary>Reads the facts within the transaction that is open.</summary>
    public static async Task<DatabaseFacts> Read(NpgsqlConnection connection, CancellationToken cancellation)
    {
        int moneyScale = await ReadMoneyScale(connection, cancellation).ConfigureAwait(false);
        (DatabaseFacts facts, bool tellsSystem) = (await CatalogQuery.Rows(
            connection,
            Sql,
            r => (new DatabaseFacts(r.GetString(0), r.GetInt32(1), r.GetString(2), r.Oid(3).ToString(CultureInfo.InvariantCulture), r.GetInt64(5), moneyScale), r.GetBoolean(4)),
            cancellation).ConfigureAwait(false))[0];

        // A statement of its own: a function's privilege is checked even where it is not called.
        string system = "unknown";
        if (tellsSystem)
        {
            system = (await CatalogQuery.Rows(
                connection,
                "SELECT s.system_identifier::pg_catalog.text FROM pg_catalog.pg_control_system() s",
                r => r.GetString(0),
                cancellation).ConfigureAwait(false))[0];
        }

        return facts with { Identity = $"{system}:{facts.Identity}" };
    }

    /// <summary>
    /// <c>money</c> is a count of the smallest unit, and only the database's own <c>lc_monetary</c> says how small that is (no digits for yen).
    /// The session has pinned another: the own one is set for one question.
    /// </summary>
    private static async Task<int> ReadMoneyScale(NpgsqlConnection connection, CancellationToken cancellation)
    {
        await using var batch = new NpgsqlBatch(connection)
        {
            BatchCommands =
            {
                new NpgsqlBatchCommand("""
                    SELECT pg_catalog.set_config('mammoth.lc_monetary', pg_catalog.current_setting('lc_monetary'), true),
                        pg_catalog.set_config('lc_monetary', reset_val, true) FROM pg_catalog.pg_settings WHERE name = 'lc_monetary'
                    """),
                new NpgsqlBatchCommand("SELECT pg_catalog.scale('1'::pg_catalog.money::pg_catalog.numeric)"),
                new NpgsqlBatchCommand("SELECT pg_catalog.set_config('lc_monetary', pg_catalog.current_setting('mammoth.lc_monetary'), true)"),
            },
        };
        await using NpgsqlDataReader reader = await batch.ExecuteReaderAsync(cancellation).ConfigureAwait(false);
        await reader.NextResultAsync(cancellation).ConfigureAwait(false);
        await reader.ReadAsync(cancellation).ConfigureAwait(false);
        return reader.GetInt32(0);
    }
}
