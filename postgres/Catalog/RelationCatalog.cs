using Npgsql;

namespace Mammoth.Postgres.Catalog;

/// <summary>A row of <c>pg_class</c> with what decides whether it is copied.</summary>
internal sealed record Relation
{
    public required uint Oid { get; init; }
    public required QualifiedName Name { get; init; }

    /// <summary><c>relkind</c>: r, p, v, m, f.</summary>
    public required char Kind { get; init; }

    public required bool IsPartition { get; init; }

    /// <summary><c>relpersistence</c>: p, u, t.</summary>
    public required char Persistence { get; init; }

    public required string? AccessMethod { get; init; }
    public required double Rows { get; init; }
    public required string? PartitionKey { get; init; }
    public required string? Comment { get; init; }
    public required string? Extension { get; init; }

    /// <summary>USAGE of its schema.</summary>
    public required bool CanUseSchema { get; init; }

    /// <summary>SELECT on the whole relation.</summary>
    public required bool CanSelect { get; init; }

    public required bool RowSecurityApplies { get; init; }

    /// <summary>What it inherits from, or is a partition of.</summary>
    public required uint[] Parents { get; init; }

    /// <summary>
    /// The parent from which it is being detached: <c>DETACH PARTITION … CONCURRENTLY</c> has begun and not ended. The server no longer reads it through the
    /// parent, so it is no partition here.
    /// </summary>
    public required uint? DetachingFrom { get; init; }
}

/// <summary>Reads the relations.</summary>
internal static class RelationCatalog
{
    private static string Sql(string isDetaching) => $"""
        SELECT c.oid, n.nspname, c.relname, c.relkind::pg_catalog.text, c.relispartition AND i.leaving IS NULL, c.relpersistence::pg_catalog.text, am.amname, c.reltuples::pg_catalog.float8,
            CASE WHEN c.relkind = 'p' THEN pg_catalog.pg_get_partkeydef(c.oid) END,
            d.description, x.extname,
            pg_catalog.has_schema_privilege(n.oid, 'USAGE'), pg_catalog.has_table_privilege(c.oid, 'SELECT'),
            c.relrowsecurity AND pg_catalog.row_security_active(c.oid),
            COALESCE(i.parents, '{"{}"}'), i.leaving
        FROM pg_catalog.pg_class c
        JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
        LEFT JOIN pg_catalog.pg_am am ON am.oid = c.relam
        LEFT JOIN pg_catalog.pg_description d ON d.classoid = 'pg_catalog.pg_class'::pg_catalog.regclass AND d.objoid = c.oid AND d.objsubid = 0
        LEFT JOIN pg_catalog.pg_depend e ON e.classid = 'pg_catalog.pg_class'::pg_catalog.regclass AND e.objid = c.oid AND e.deptype = 'e'
        LEFT JOIN pg_catalog.pg_extension x ON x.oid = e.refobjid
        LEFT JOIN (
            SELECT inhrelid, pg_catalog.array_agg(inhparent ORDER BY inhseqno) FILTER (WHERE NOT {isDetaching}) AS parents, pg_catalog.min(inhparent) FILTER (WHERE {isDetaching}) AS leaving
            FROM pg_catalog.pg_inherits GROUP BY inhrelid) i ON i.inhrelid = c.oid
        WHERE c.relkind IN ('r', 'p', 'v', 'm', 'f') AND {CatalogQuery.UserSchemas}
        ORDER BY n.nspname, c.relname
        """;

    // relfilenode as the snapshot sees it, not pg_relation_filenode, which is the one of now: only so a rewrite since the snapshot is seen.
    private const string SizesSql = """
        SELECT c.oid,
            COALESCE(pg_catalog.pg_relation_size(c.oid), 0),
            COALESCE(pg_catalog.pg_relation_size(NULLIF(c.reltoastrelid, 0)), 0),
            c.relfilenode,
            pg_catalog.current_setting('block_size')::pg_catalog.int8
        FROM pg_catalog.pg_class c WHERE c.oid = ANY($1)
        """;

    public static Task<List<Relation>> Read(NpgsqlConnection connection, int serverVersion, CancellationToken cancellation) =>
        CatalogQuery.Rows(
            connection,
            Sql(isDetaching: serverVersion >= 140000 ? "inhdetachpending" : "false"),
            r => new Relation
            {
                Oid = r.Oid(0),
                Name = new QualifiedName(r.GetString(1), r.GetString(2)),
                Kind = r.Letter(3)!.Value,
                IsPartition = r.GetBoolean(4),
                Persistence = r.Letter(5)!.Value,
                AccessMethod = r.Text(6),
                Rows = r.GetDouble(7),
                PartitionKey = r.Text(8),
                Comment = r.Text(9),
                Extension = r.Text(10),
                CanUseSchema = r.GetBoolean(11),
                CanSelect = r.GetBoolean(12),
                RowSecurityApplies = r.GetBoolean(13),
                Parents = r.GetFieldValue<uint[]>(14),
                DetachingFrom = r.IsDBNull(15) ? null : r.Oid(15),
            },
            cancellation);

    /// <summary>Measures heaps. Sizes know no snapshot: what is measured after the snapshot was exported covers all its rows.</summary>
    public static async Task<Dictionary<uint, Leaf>> Measure(NpgsqlConnection connection, IReadOnlyList<Relation> heaps, CancellationToken cancellation)
    {
        Dictionary<uint, QualifiedName> names = heaps.ToDictionary(h => h.Oid, h => h.Name);
        List<Leaf> leaves = await CatalogQuery.Rows(
            connection,
            SizesSql,
            r => new Leaf(r.Oid(0), names[r.Oid(0)], r.GetInt64(1) / r.GetInt64(4), r.GetInt64(1) + r.GetInt64(2), r.Oid(3)),
            cancellation,
            names.Keys.ToArray()).ConfigureAwait(false);
        return leaves.ToDictionary(l => l.Oid);
    }
}
