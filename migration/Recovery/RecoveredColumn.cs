using Mammoth.Migration.Staging;
using Mammoth.Migration.Types;
using Mammoth.Postgres.Catalog;
using Mammoth.Postgres.Copy;

namespace Mammoth.Migration.Recovery;

/// <summary>How one column of a table comes back.</summary>
internal sealed record RecoveredColumn
{
    public required SourceColumn Recorded { get; init; }

    /// <summary>The type in which its values arrive, as SQL says it.</summary>
    public required string LoadType { get; init; }

    /// <summary>Its form on the wire then.</summary>
    public required CopyType Wire { get; init; }

    /// <summary>The type into which they are cast when all are there; null: it is that in which they arrive.</summary>
    public string? CastTo { get; init; }

    /// <summary>What is cast: the column, or something that takes its text as the type's own input function does.</summary>
    public string? CastFrom { get; init; }

    /// <summary>What is read of it when all is there.</summary>
    public required string Expression { get; init; }

    /// <summary>Why it is not what it was in the source; null where it is.</summary>
    public string? Remark { get; init; }

    /// <summary>Its name in PostgreSQL.</summary>
    public string Name => Recorded.Source;

    public string Sql => Identifier.Quote(Name);

    /// <summary>As it is written.</summary>
    public CopyColumn ToCopyIn() => new(Recorded.Name, Wire, Recorded.LargeValues);

    /// <summary>As it is read again: hashed as it was when it came from the source.</summary>
    public CopyColumn ToCopyOut() => new(Recorded.Name, Wire, Recorded.LargeValues) { HashedAs = Recorded.Wire };

    /// <summary>The column with the text that the warehouse has.</summary>
    public RecoveredColumn AsText(string remark) => this with { CastTo = null, Expression = Sql, Remark = remark };

    /// <param name="type">Its type in the scratch database; null where that has none of the name.</param>
    /// <param name="mask">What was read in its place; null: it was read itself.</param>
    /// <returns>Null where the database has no type for it.</returns>
    public static RecoveredColumn? Of(SourceColumn column, ColumnType? type, string? mask)
    {
        string sql = Identifier.Quote(column.Source);
        string? plain = Plain(column.Wire);
        if (mask is not null || type is null)
        {
            string? taken = plain ?? (type is null ? null : column.Type);
            CopyType? form = plain is not null ? WithPlainOids(column.Wire) : type is null ? null : TypeOids.Translate(column.Wire, Native(type).Wire);
            string remark = mask is not null ? $"{column.Source} was masked ({mask}): its values are not in the warehouse" : $"{column.Source} comes back as {taken}, for there is no type {column.Type} here";
            return taken is null || form is null ? null : new() { Recorded = column, LoadType = taken, Wire = form, Expression = sql, Remark = remark };
        }

        TypeMapping native = Native(type);
        if (native.Cast is null && TypeOids.Translate(column.Wire, native.Wire) is { } wire)
        {
            return new() { Recorded = column, LoadType = column.Type, Wire = wire, Expression = sql };
        }

        TypeMapping? carried = TypeOids.Translate(column.Wire, native.Wire) is not null ? native : column.Wire is CopyType.Text ? TypeTable.Textual(type.Type, "") : null;
        return carried?.Cast is not { } cast || plain is null
            ? null
            : new()
            {
                Recorded = column,
                LoadType = plain,
                Wire = WithPlainOids(column.Wire),
                CastTo = column.Type,
                CastFrom = Input(type.Type, column.Wire, sql),
                Expression = string.Format(System.Globalization.CultureInfo.InvariantCulture, cast, sql),
            };
    }

    /// <summary>
    /// Where a type has a cast from text that is another than its input function, that one is called: a regclass of nothing is <c>-</c>, which the cast takes for a name. An array's elements
    /// are read by it where the array is read as a whole; only box separates by semicolons.
    /// </summary>
    private static string Input(PgType type, CopyType wire, string sql) => type switch
    {
        { Kind: PgTypeKind.Domain } => Input(type.Of!, wire, sql),
        { Kind: PgTypeKind.Array, Of.Name: not "box" } when wire is CopyType.Array => $"({sql})::pg_catalog.text",
        { Kind: PgTypeKind.Base, Schema: "pg_catalog", Name: "regclass" or "char" } => $"pg_catalog.{type.Name}in(pg_catalog.textout({sql}))",
        _ => sql,
    };

    // Whatever a unit of money is there: only its count is on the wire.
    private static TypeMapping Native(ColumnType type) => new TypeTable(moneyScale: 2).Map(type.Type, type.Modifier);

    /// <summary>A built-in type of this form; null where there is none.</summary>
    private static string? Plain(CopyType form) => form switch
    {
        CopyType.Bool => "boolean",
        CopyType.Int2 => "smallint",
        CopyType.Int4 => "integer",
        CopyType.Int8 => "bigint",
        CopyType.Oid => "oid",
        CopyType.Float4 => "real",
        CopyType.Float8 => "double precision",
        CopyType.Numeric n => $"numeric({n.Precision},{n.Scale})",
        CopyType.Money => "money",
        CopyType.Text => "text",
        CopyType.VersionedText => "jsonb",
        CopyType.Bytea => "bytea",
        CopyType.Uuid => "uuid",
        CopyType.Date => "date",
        CopyType.Time => "time",
        CopyType.Timestamp => "timestamp",
        CopyType.TimestampTz => "timestamptz",
        CopyType.Array a => Plain(a.Element) is { } element ? $"{element}[]" : null,
        _ => null,
    };

    /// <summary>The form with the oids of <see cref="Plain"/>.</summary>
    private static CopyType WithPlainOids(CopyType form) => form is CopyType.Array a ? new CopyType.Array(PlainOid(a.Element), a.Element) : form;

    private static uint PlainOid(CopyType form) => form switch
    {
        CopyType.Bool => 16,
        CopyType.Bytea => 17,
        CopyType.Int8 => 20,
        CopyType.Int2 => 21,
        CopyType.Int4 => 23,
        CopyType.Oid => 26,
        CopyType.Float4 => 700,
        CopyType.Float8 => 701,
        CopyType.Money => 790,
        CopyType.Date => 1082,
        CopyType.Time => 1083,
        CopyType.Timestamp => 1114,
        CopyType.TimestampTz => 1184,
        CopyType.Numeric => 1700,
        CopyType.Uuid => 2950,
        CopyType.VersionedText => 3802,
        _ => 25,
    };
}
