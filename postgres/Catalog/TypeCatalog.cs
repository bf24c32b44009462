using Npgsql;

namespace Mammoth.Postgres.Catalog;

/// <summary>Reads the types of columns, with all they are made of.</summary>
internal sealed class TypeCatalog
{
    private readonly Dictionary<uint, Row> rows;
    private readonly ILookup<uint, Attribute> attributes;
    private readonly ILookup<uint, string> labels;
    private readonly Dictionary<uint, PgType> resolved = [];

    private TypeCatalog(IEnumerable<Row> rows, IEnumerable<Attribute> attributes, IEnumerable<(uint Type, string Label)> labels)
    {
        this.rows = rows.ToDictionary(r => r.Oid);
        this.attributes = attributes.ToLookup(a => a.Relation);
        this.labels = labels.ToLookup(l => l.Type, l => l.Label);
    }

    /// <summary>Reads the types of these relations' columns.</summary>
    public static async Task<TypeCatalog> Read(NpgsqlConnection connection, int serverVersion, uint[] relations, CancellationToken cancellation)
    {
        // Multiranges came with PostgreSQL 14.
        string multirange = serverVersion >= 140000 ? "UNION ALL SELECT r.rngtypid FROM pg_catalog.pg_range r WHERE r.rngmultitypid = t.oid" : "";
        string parts = $"""
            SELECT t.typelem WHERE t.typelem <> 0 AND t.typlen = -1
            UNION ALL SELECT t.typbasetype WHERE t.typtype = 'd'
            UNION ALL SELECT a.atttypid FROM pg_catalog.pg_attribute a WHERE t.typtype = 'c' AND a.attrelid = t.typrelid AND a.attnum > 0 AND NOT a.attisdropped
            UNION ALL SELECT r.rngsubtype FROM pg_catalog.pg_range r WHERE r.rngtypid = t.oid
            {multirange}
            """;
        string needed = $"""
            WITH RECURSIVE needed (oid) AS (
                SELECT a.atttypid FROM pg_catalog.pg_attribute a WHERE a.attrelid = ANY($1) AND a.attnum > 0 AND NOT a.attisdropped
                UNION
                SELECT p.part FROM needed JOIN pg_catalog.pg_type t ON t.oid = needed.oid CROSS JOIN LATERAL ({parts}) AS p (part)
            )
            """;
        string range = serverVersion >= 140000
            ? "(SELECT CASE WHEN r.rngtypid = t.oid THEN r.rngsubtype ELSE r.rngtypid END FROM pg_catalog.pg_range r WHERE t.oid IN (r.rngtypid, r.rngmultitypid))"
            : "(SELECT r.rngsubtype FROM pg_catalog.pg_range r WHERE r.rngtypid = t.oid)";
        List<Row> types = await CatalogQuery.Rows(
            connection,
            $"""
            {needed}
            SELECT t.oid, n.nspname, t.typname, t.typtype::pg_catalog.text, t.typsend <> 0, t.typrelid, t.typtypmod, t.typnotnull, x.extname,
                e.oid IS NOT NULL,
                CASE WHEN e.oid IS NOT NULL THEN e.oid WHEN t.typtype = 'd' THEN t.typbasetype WHEN t.typtype IN ('r', 'm') THEN {range} ELSE 0 END
            FROM pg_catalog.pg_type t
            JOIN pg_catalog.pg_namespace n ON n.oid = t.typnamespace
            LEFT JOIN pg_catalog.pg_type e ON e.oid = t.typelem AND e.typarray = t.oid
            LEFT JOIN pg_catalog.pg_depend d ON d.classid = 'pg_catalog.pg_type'::pg_catalog.regclass AND d.objid = t.oid AND d.deptype = 'e'
            LEFT JOIN pg_catalog.pg_extension x ON x.oid = d.refobjid
            WHERE t.oid IN (SELECT oid FROM needed)
            """,
            r => new Row(r.Oid(0), r.GetString(1), r.GetString(2), r.Letter(3)!.Value, r.GetBoolean(4), r.Oid(5), r.GetInt32(6), r.GetBoolean(7), r.Text(8), r.GetBoolean(9), r.Oid(10)),
            cancellation,
            relations).ConfigureAwait(false);

        List<Attribute> attributes = await CatalogQuery.Rows(
            connection,
            """
            SELECT a.attrelid, a.attname, a.atttypid, a.atttypmod FROM pg_catalog.pg_attribute a
            WHERE a.attrelid = ANY($1) AND a.attnum > 0 AND NOT a.attisdropped ORDER BY a.attrelid, a.attnum
            """,
            r => new Attribute(r.Oid(0), r.GetString(1), r.Oid(2), r.GetInt32(3)),
            cancellation,
            types.Where(t => t.Kind == 'c').Select(t => t.Relation).ToArray()).ConfigureAwait(false);

        List<(uint, string)> labels = await CatalogQuery.Rows(
            connection,
            "SELECT e.enumtypid, e.enumlabel FROM pg_catalog.pg_enum e WHERE e.enumtypid = ANY($1) ORDER BY e.enumtypid, e.enumsortorder",
            r => (r.Oid(0), r.GetString(1)),
            cancellation,
            types.Where(t => t.Kind == 'e').Select(t => t.Oid).ToArray()).ConfigureAwait(false);

        return new TypeCatalog(types, attributes, labels);
    }

    /// <summary>A type with all it is made of. PostgreSQL allows no type to hold itself, so this ends.</summary>
    public PgType this[uint oid]
    {
        get
        {
            if (!resolved.TryGetValue(oid, out PgType? type))
                resolved[oid] = type = Resolve(rows[oid]);
            return type;
        }
    }

    private PgType Resolve(Row row)
    {
        PgType? of = row.Of == 0 ? null : this[row.Of];
        PgAttribute[] fields = row.Kind == 'c' ? [.. attributes[row.Relation].Select(a => new PgAttribute(a.Name, this[a.Type], a.Modifier))] : [];
        bool sends = row.Sends && (of?.HasBinarySend ?? true) && fields.All(f => f.Type.HasBinarySend);
        return new PgType(row.Oid, row.Schema, row.Name, Kind(row), sends)
        {
            Of = of,
            OfModifier = row.Modifier,
            NotNull = row.NotNull,
            Attributes = fields,
            Labels = row.Kind == 'e' ? [.. labels[row.Oid]] : [],
            Extension = row.Extension,
        };
    }

    private static PgTypeKind Kind(Row row) => row.Kind switch
    {
        _ when row.IsArray => PgTypeKind.Array,
        'c' => PgTypeKind.Composite,
        'd' => PgTypeKind.Domain,
        'e' => PgTypeKind.Enum,
        'r' => PgTypeKind.Range,
        'm' => PgTypeKind.Multirange,
        'p' => PgTypeKind.Pseudo,
        _ => PgTypeKind.Base,
    };

    private sealed record Row(uint Oid, string Schema, string Name, char Kind, bool Sends, uint Relation, int Modifier, bool NotNull, string? Extension, bool IsArray, uint Of);

    private sealed record Attribute(uint Relation, string Name, uint Type, int Modifier);
}
