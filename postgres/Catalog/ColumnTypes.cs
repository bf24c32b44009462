using Npgsql;

namespace Mammoth.Postgres.Catalog;

/// <summary>A column of a relation, with its type as this database has it.</summary>
public sealed record ColumnType(string Name, PgType Type, int Modifier);

/// <summary>Reads the types of one relation's columns.</summary>
public static class ColumnTypes
{
    /// <param name="relation">Its name in SQL, quoted where that is needed.</param>
    /// <param name="serverVersion"><c>server_version_num</c>.</param>
    /// <returns>In the relation's order.</returns>
    /// <exception cref="PostgresException">There is no such relation.</exception>
    public static async Task<IReadOnlyList<ColumnType>> Read(NpgsqlConnection connection, string relation, int serverVersion, CancellationToken cancellation = default)
    {
        uint oid = (await CatalogQuery.Rows(connection, $"SELECT {Identifier.Literal(relation)}::pg_catalog.regclass::pg_catalog.oid", r => r.Oid(0), cancellation).ConfigureAwait(false))[0];
        TypeCatalog types = await TypeCatalog.Read(connection, serverVersion, [oid], cancellation).ConfigureAwait(false);
        return await CatalogQuery.Rows(
            connection,
            """
            SELECT a.attname, a.atttypid, a.atttypmod FROM pg_catalog.pg_attribute a
            WHERE a.attrelid = ANY($1) AND a.attnum > 0 AND NOT a.attisdropped ORDER BY a.attnum
            """,
            r => new ColumnType(r.GetString(0), types[r.Oid(1)], r.GetInt32(2)),
            cancellation,
            [oid]).ConfigureAwait(false);
    }
}
