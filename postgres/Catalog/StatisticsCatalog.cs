using Npgsql;

namespace Mammoth.Postgres.Catalog;

/// <summary>Reads what ANALYZE found out about the columns of tables.</summary>
internal static class StatisticsCatalog
{
    /// <summary>The statistics of each relation's columns that were analyzed and that the role may read.</summary>
    public static async Task<ILookup<uint, (string Column, ColumnStatistics Statistics)>> Read(NpgsqlConnection connection, uint[] relations, CancellationToken cancellation)
    {
        List<(uint, string, ColumnStatistics)> all = await CatalogQuery.Rows(
            connection,
            """
            SELECT DISTINCT ON (c.oid, s.attname) c.oid, s.attname, s.n_distinct::pg_catalog.float8, s.avg_width, s.correlation::pg_catalog.float8, s.most_common_freqs[1]::pg_catalog.float8
            FROM pg_catalog.pg_stats s
            JOIN pg_catalog.pg_namespace n ON n.nspname = s.schemaname
            JOIN pg_catalog.pg_class c ON c.relnamespace = n.oid AND c.relname = s.tablename
            WHERE c.oid = ANY($1)
            ORDER BY c.oid, s.attname, s.inherited = (c.relkind = 'p') DESC
            """,
            r => (r.Oid(0), r.GetString(1), new ColumnStatistics(r.GetDouble(2), r.GetInt32(3), r.IsDBNull(4) ? null : r.GetDouble(4), r.IsDBNull(5) ? null : r.GetDouble(5))),
            cancellation,
            relations).ConfigureAwait(false);
        return all.ToLookup(s => s.Item1, s => (s.Item2, s.Item3));
    }
}
