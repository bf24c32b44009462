using Npgsql;

namespace Mammoth.Postgres.Catalog;

/// <summary>Reads sequences. They know no snapshot: where they stand is where they are now, never behind the snapshot.</summary>
internal static class SequenceCatalog
{
    private const int AtOnce = 500;

    private const string Sql = $"""
        SELECT n.nspname, c.relname,
            (SELECT pg_catalog.concat_ws('.', tn.nspname, t.relname, a.attname) FROM pg_catalog.pg_depend d
                JOIN pg_catalog.pg_class t ON t.oid = d.refobjid
                JOIN pg_catalog.pg_namespace tn ON tn.oid = t.relnamespace
                JOIN pg_catalog.pg_attribute a ON a.attrelid = t.oid AND a.attnum = d.refobjsubid
                WHERE d.classid = 'pg_catalog.pg_class'::pg_catalog.regclass AND d.objid = c.oid
                    AND d.refclassid = 'pg_catalog.pg_class'::pg_catalog.regclass AND d.deptype IN ('a', 'i') AND d.refobjsubid > 0),
            pg_catalog.format('AS %s INCREMENT BY %s MINVALUE %s MAXVALUE %s START WITH %s CACHE %s%s',
                pg_catalog.format_type(s.seqtypid, NULL), s.seqincrement, s.seqmin, s.seqmax, s.seqstart, s.seqcache, CASE WHEN s.seqcycle THEN ' CYCLE' ELSE '' END),
            pg_catalog.has_schema_privilege(n.oid, 'USAGE') AND pg_catalog.has_sequence_privilege(c.oid, 'SELECT')
        FROM pg_catalog.pg_sequence s
        JOIN pg_catalog.pg_class c ON c.oid = s.seqrelid
        JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
        WHERE c.relpersistence <> 't' AND {CatalogQuery.UserSchemas}
            AND NOT EXISTS (SELECT FROM pg_catalog.pg_depend e WHERE e.classid = 'pg_catalog.pg_class'::pg_catalog.regclass AND e.objid = c.oid AND e.deptype = 'e')
        ORDER BY n.nspname, c.relname
        """;

    public static async Task<IReadOnlyList<Sequence>> Read(NpgsqlConnection connection, CancellationToken cancellation)
    {
        List<(Sequence Sequence, bool IsReadable)> all = await CatalogQuery.Rows(
            connection,
            Sql,
            r => (new Sequence(new QualifiedName(r.GetString(0), r.GetString(1)), r.Text(2), null, false, r.GetString(3)), r.GetBoolean(4)),
            cancellation).ConfigureAwait(false);
        List<Sequence> sequences = [.. all.Where(s => !s.IsReadable).Select(s => s.Sequence)];

        // pg_sequence_last_value hides where a sequence stands before its first use (setval with is_called false): so each is asked itself.
        foreach ((Sequence Sequence, bool)[] some in all.Where(s => s.IsReadable).Chunk(AtOnce))
        {
            string sql = string.Join(" UNION ALL ", some.Select((s, i) => $"SELECT {i}, last_value, is_called FROM {s.Sequence.Name.Sql}"));
            sequences.AddRange(await CatalogQuery.Rows(
                connection,
                sql,
                r => some[r.GetInt32(0)].Sequence with { LastValue = r.GetInt64(1), IsCalled = r.GetBoolean(2) },
                cancellation).ConfigureAwait(false));
        }

        return [.. sequences.OrderBy(s => s.Name.Schema, StringComparer.Ordinal).ThenBy(s => s.Name.Name, StringComparer.Ordinal)];
    }
}
