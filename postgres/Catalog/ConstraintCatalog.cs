using Npgsql;

namespace Mammoth.Postgres.Catalog;

/// <summary>A row of <c>pg_constraint</c>.</summary>
/// <param name="Kind"><c>contype</c>: p, u, f, c.</param>
internal sealed record Constraint(uint Table, char Kind, string Name, string[] Columns, QualifiedName? Target, string[] TargetColumns, string Definition)
{
    public Key ToKey() => new(Name, Columns, Definition);

    public ForeignKey ToForeignKey() => new(Name, Columns, Target!, TargetColumns, Definition);

    public Check ToCheck() => new(Name, Definition);
}

/// <summary>Reads the constraints of tables.</summary>
internal static class ConstraintCatalog
{
    // A foreign key to a partitioned table has a row for each partition of it as well: those have a parent. So has the key of a partition that is being detached.
    private const string Sql = """
        SELECT k.conrelid, k.contype::pg_catalog.text, k.conname,
            ARRAY(SELECT a.attname::pg_catalog.text FROM pg_catalog.unnest(k.conkey) WITH ORDINALITY u (attnum, place)
                JOIN pg_catalog.pg_attribute a ON a.attrelid = k.conrelid AND a.attnum = u.attnum ORDER BY u.place),
            n.nspname, c.relname,
            ARRAY(SELECT a.attname::pg_catalog.text FROM pg_catalog.unnest(k.confkey) WITH ORDINALITY u (attnum, place)
                JOIN pg_catalog.pg_attribute a ON a.attrelid = k.confrelid AND a.attnum = u.attnum ORDER BY u.place),
            pg_catalog.pg_get_constraintdef(k.oid)
        FROM pg_catalog.pg_constraint k
        LEFT JOIN pg_catalog.pg_class c ON c.oid = k.confrelid
        LEFT JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
        WHERE k.conrelid = ANY($1) AND k.contype IN ('p', 'u', 'f', 'c') AND (k.conparentid = 0 OR k.contype IN ('p', 'u'))
        ORDER BY k.conrelid, k.conname
        """;

    public static async Task<ILookup<uint, Constraint>> Read(NpgsqlConnection connection, uint[] tables, CancellationToken cancellation)
    {
        List<Constraint> constraints = await CatalogQuery.Rows(
            connection,
            Sql,
            r => new Constraint(
                r.Oid(0),
                r.Letter(1)!.Value,
                r.GetString(2),
                r.GetFieldValue<string[]>(3),
                r.IsDBNull(5) ? null : new QualifiedName(r.GetString(4), r.GetString(5)),
                r.GetFieldValue<string[]>(6),
                r.GetString(7)),
            cancellation,
            tables).ConfigureAwait(false);
        return constraints.ToLookup(c => c.Table);
    }
}
