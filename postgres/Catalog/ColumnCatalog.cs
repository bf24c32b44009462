using Npgsql;

namespace Mammoth.Postgres.Catalog;

/// <summary>Reads the columns of tables.</summary>
internal static class ColumnCatalog
{
    public static async Task<ILookup<uint, Column>> Read(NpgsqlConnection connection, int serverVersion, uint[] tables, TypeCatalog types, CancellationToken cancellation)
    {
        // From PostgreSQL 18 on a NOT NULL constraint may be NOT VALID: attnotnull is set, and yet there may be nulls.
        string notNull = serverVersion >= 180000
            ? """
              a.attnotnull AND NOT EXISTS (SELECT FROM pg_catalog.pg_constraint k
                  WHERE k.conrelid = a.attrelid AND k.contype = 'n' AND NOT k.convalidated AND k.conkey = ARRAY[a.attnum])
              """
            : "a.attnotnull";
        List<(uint, Column)> columns = await CatalogQuery.Rows(
            connection,
            $"""
            SELECT a.attrelid, a.attnum, a.attname, a.atttypid, a.atttypmod, pg_catalog.format_type(a.atttypid, a.atttypmod), {notNull},
                pg_catalog.pg_get_expr(f.adbin, f.adrelid), a.attidentity::pg_catalog.text, a.attgenerated::pg_catalog.text,
                CASE WHEN a.attcollation <> t.typcollation THEN pg_catalog.quote_ident(cn.nspname) || '.' || pg_catalog.quote_ident(co.collname) END,
                d.description, pg_catalog.has_column_privilege(a.attrelid, a.attnum, 'SELECT')
            FROM pg_catalog.pg_attribute a
            JOIN pg_catalog.pg_type t ON t.oid = a.atttypid
            LEFT JOIN pg_catalog.pg_attrdef f ON f.adrelid = a.attrelid AND f.adnum = a.attnum
            LEFT JOIN pg_catalog.pg_collation co ON co.oid = a.attcollation
            LEFT JOIN pg_catalog.pg_namespace cn ON cn.oid = co.collnamespace
            LEFT JOIN pg_catalog.pg_description d ON d.classoid = 'pg_catalog.pg_class'::pg_catalog.regclass AND d.objoid = a.attrelid AND d.objsubid = a.attnum
            WHERE a.attrelid = ANY($1) AND a.attnum > 0 AND NOT a.attisdropped
            ORDER BY a.attrelid, a.attnum
            """,
            r => (r.Oid(0), new Column
            {
                Number = r.GetInt16(1),
                Name = r.GetString(2),
                Type = types[r.Oid(3)],
                Modifier = r.GetInt32(4),
                TypeText = r.GetString(5),
                NotNull = r.GetBoolean(6),
                Default = r.Text(7),
                Identity = r.Letter(8),
                IsGenerated = r.Letter(9) is not null,
                IsVirtual = r.Letter(9) == 'v',
                Collation = r.Text(10),
                Comment = r.Text(11),
                CanSelect = r.GetBoolean(12),
            }),
            cancellation,
            tables).ConfigureAwait(false);
        return columns.ToLookup(c => c.Item1, c => c.Item2);
    }
}
