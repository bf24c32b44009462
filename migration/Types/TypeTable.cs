using Mammoth.Postgres.Catalog;
using Mammoth.Postgres.Copy;

namespace Mammoth.Migration.Types;

/// <summary>
/// The one table of types: for each PostgreSQL type, how it is read, and so which Arrow and Iceberg type it becomes
/// (<see cref="IcebergForm"/>). What is not listed is carried as the exact text PostgreSQL prints.
/// </summary>
public sealed class TypeTable(int moneyScale)
{
    private const string YearsNote = "infinity, and years outside 0001 to 9999";
    private const string PlainCast = "({0})::pg_catalog.text";

    private static readonly TypeMapping Text = new(new CopyType.Text());

    private static readonly Dictionary<string, TypeMapping> BuiltIn = new(StringComparer.Ordinal)
    {
        ["bool"] = new(new CopyType.Bool()),
        ["int2"] = new(new CopyType.Int2()),
        ["int4"] = new(new CopyType.Int4()),
        ["int8"] = new(new CopyType.Int8()),
        ["oid"] = new(new CopyType.Oid()),
        ["xid"] = new(new CopyType.Oid()),
        ["cid"] = new(new CopyType.Oid()),
        ["float4"] = new(new CopyType.Float4()),
        ["float8"] = new(new CopyType.Float8()),
        ["text"] = Text,
        ["varchar"] = Text,
        ["bpchar"] = Text,
        ["name"] = Text,
        ["json"] = Text,
        ["refcursor"] = Text,
        ["jsonb"] = new(new CopyType.VersionedText()),
        ["bytea"] = new(new CopyType.Bytea()),
        ["uuid"] = new(new CopyType.Uuid()),
        ["date"] = new(new CopyType.Date(), MayNotFit: YearsNote),
        ["time"] = new(new CopyType.Time(), MayNotFit: "24:00:00"),
        ["timestamp"] = new(new CopyType.Timestamp(), MayNotFit: YearsNote),
        ["timestamptz"] = new(new CopyType.TimestampTz(), MayNotFit: YearsNote),

        // inet's and xml's casts to text differ from what their output functions print.
        ["inet"] = AsText("pg_catalog.textin(pg_catalog.inet_out({0}))"),
        ["cidr"] = AsText("pg_catalog.textin(pg_catalog.cidr_out({0}))"),
        ["xml"] = AsText("pg_catalog.textin(pg_catalog.xml_out({0}))"),
    };

    /// <summary>How a column of this type and modifier is carried.</summary>
    public TypeMapping Map(PgType type, int modifier) => type.Kind switch
    {
        PgTypeKind.Domain => Map(type.Of!, type.OfModifier >= 0 ? type.OfModifier : modifier),
        PgTypeKind.Enum => Text,
        PgTypeKind.Array => MapArray(type, modifier),
        PgTypeKind.Composite => MapComposite(type),
        PgTypeKind.Base => MapBase(type, modifier),
        _ => AsText(PlainCast),
    };

    /// <summary>The column as exact text, whatever its type.</summary>
    public static TypeMapping Textual(PgType type, string why)
    {
        TypeMapping own = type.Kind == PgTypeKind.Base && BuiltIn.TryGetValue(type.Name, out TypeMapping? known) && known.Cast is not null ? known : AsText(PlainCast);
        return own with { Wire = new CopyType.Text(), Note = why, MayNotFit = null };
    }

    private TypeMapping MapBase(PgType type, int modifier)
    {
        if (type.Schema != "pg_catalog")
        {
            return MapExtension(type);
        }

        if (type.Name == "numeric")
        {
            return NumericModifier.Decimal(modifier) is var (precision, scale)
                ? new(new CopyType.Numeric(precision, scale), MayNotFit: "NaN")
                : AsText(PlainCast, modifier < 0 ? "numeric without a precision has no exact decimal" : "more than 38 digits");
        }

        if (type.Name == "money")
        {
            return new(new CopyType.Money(moneyScale));
        }

        return BuiltIn.TryGetValue(type.Name, out TypeMapping? mapping) ? mapping : AsText(PlainCast);
    }

    private static TypeMapping MapExtension(PgType type) => (type.Extension, type.Name) switch
    {
        ("citext", "citext") => Text,
        ("hstore", "hstore") => new(new CopyType.Hstore()),
        ("postgis", "geometry" or "geography") => new(new CopyType.Bytea(), Cast: "({0})::pg_catalog.bytea", Note: "extended well-known binary (WKB with the SRID in front)"),
        _ => AsText(PlainCast),
    };

    private TypeMapping MapArray(PgType array, int modifier)
    {
        PgType element = array.Of!;
        TypeMapping inner = Map(element, modifier);
        const string unfit = "more than one dimension, or a lower bound other than 1";
        if (inner.Cast is null)
        {
            return new(new CopyType.Array(element.Oid, inner.Wire), Note: inner.Note, MayNotFit: inner.MayNotFit is null ? unfit : $"{unfit}; {inner.MayNotFit}");
        }

        if (array.Name is "_oidvector" or "_int2vector" || inner.Wire is not CopyType.Text)
        {
            return AsText(PlainCast);
        }

        // Through the array's own text, so that each element reads as its output function prints it; only box separates by semicolons.
        string cast = element.Name == "box" ? "({0})::pg_catalog.text[]" : "(({0})::pg_catalog.text)::pg_catalog.text[]";
        return new(new CopyType.Array(25, new CopyType.Text()), cast, inner.Note, unfit);
    }

    private TypeMapping MapComposite(PgType type)
    {
        var fields = new List<CopyType.CompositeField>(type.Attributes.Count);
        var unfit = new List<string>();
        foreach (PgAttribute attribute in type.Attributes)
        {
            TypeMapping inner = Map(attribute.Type, attribute.Modifier);
            if (inner.Cast is not null)
            {
                return AsText(PlainCast, $"its attribute {attribute.Name} has no exact Iceberg type");
            }

            if (inner.MayNotFit is { } reason)
            {
                unfit.Add($"{attribute.Name}: {reason}");
            }

            fields.Add(new(attribute.Name, attribute.Type.Oid, inner.Wire));
        }

        // Iceberg has no struct without fields.
        return fields.Count == 0
            ? AsText(PlainCast, "a composite without attributes")
            : new(new CopyType.Composite(fields), MayNotFit: unfit.Count == 0 ? null : string.Join("; ", unfit));
    }

    private static TypeMapping AsText(string cast, string note = "no exact Iceberg type: the text PostgreSQL prints") => new(new CopyType.Text(), cast, note);
}
