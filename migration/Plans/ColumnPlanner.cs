using Mammoth.Migration.Errors;
using Mammoth.Migration.Types;
using Mammoth.Postgres.Catalog;
using Mammoth.Postgres.Copy;

namespace Mammoth.Migration.Plans;

/// <summary>Decides for each column of a table what is read and what it becomes.</summary>
internal sealed class ColumnPlanner(TypeTable types, MigrationOptions options)
{
    private readonly (NamePattern Pattern, TableSettings Settings)[] _settings =
        [.. options.Tables.Select(t => (new NamePattern(t.Key), t.Value))];

    /// <summary>The table's row filter, or null.</summary>
    public string? Filter(QualifiedName table) => Matching(table).Select(s => s.Filter).LastOrDefault(f => f is not null);

    /// <summary>The columns left out.</summary>
    public IReadOnlyList<string> Omitted(Table table)
    {
        string[] omitted = [.. Matching(table.Name).SelectMany(s => s.Omit).Distinct()];
        Check(table, omitted, "omit");
        return omitted;
    }

    /// <summary>The columns that are read, in the table's order.</summary>
    /// <param name="asText">Warehouse names of columns that an earlier run already had to carry as text.</param>
    public IReadOnlyList<ColumnPlan> Columns(Table table, IReadOnlySet<string> asText)
    {
        TableSettings[] settings = [.. Matching(table.Name)];
        IReadOnlyList<string> omitted = Omitted(table);
        Check(table, settings.SelectMany(s => s.Mask.Keys), "mask");
        Check(table, settings.SelectMany(s => s.Policies.Keys), "policies");
        IReadOnlyDictionary<string, string> names = WarehouseNames.Map(table.Columns.Select(c => c.Name));
        return [.. table.Columns.Where(c => !omitted.Contains(c.Name)).Select(c => Column(table, c, names[c.Name], settings, asText.Contains(names[c.Name])))];
    }

    private ColumnPlan Column(Table table, Column column, string name, TableSettings[] settings, bool asText)
    {
        TypePolicy policy = settings.Select(s => s.Policies.TryGetValue(column.Name, out TypePolicy p) ? p : s.Policy).LastOrDefault(p => p is not null) ?? options.Policy;
        string? mask = settings.Select(s => s.Mask.GetValueOrDefault(column.Name)).LastOrDefault(m => m is not null);
        TypeMapping native = types.Map(column.Type, column.Modifier);
        TypeMapping textual = TypeTable.Textual(column.Type, $"a value of it did not fit {IcebergForm.Describe(native.Wire)}");
        string sql = Identifier.Quote(column.Name);
        TypeMapping mapping = mask is not null ? Mask(table, column, mask, native)
            : asText && policy == TypePolicy.String ? textual
            : Profiled(native, column.Type);

        return new ColumnPlan
        {
            Source = column.Name,
            Name = name,
            SourceType = column.TypeText,
            Expression = Apply(mapping.Cast, sql),
            TextExpression = Apply(textual.Cast, sql),
            Wire = mapping.Wire,
            Required = column.NotNull && mask != "null",
            IsMasked = mask is not null,
            Policy = policy,
            TargetType = IcebergForm.Describe(mapping.Wire),
            Note = mapping.Note,
            MayNotFit = mapping.MayNotFit,
            Comment = column.Comment,
            Encoding = mask is null && mapping == native && mapping.Cast is null ? ColumnEncodings.Of(table, column, mapping.Wire) : ColumnEncoding.Dictionary,
        };
    }

    private TypeMapping Profiled(TypeMapping mapping, PgType type) =>
        options.Profile is EngineProfile.Spark or EngineProfile.Fabric && HasTime(mapping.Wire)
            ? TypeTable.Textual(type, $"{options.Profile} can't read a table with a time column")
            : mapping;

    private static bool HasTime(CopyType wire) => wire switch
    {
        CopyType.Time => true,
        CopyType.Array a => HasTime(a.Element),
        CopyType.Composite c => c.Fields.Any(f => HasTime(f.Type)),
        _ => false,
    };

    private static TypeMapping Mask(Table table, Column column, string mask, TypeMapping native)
    {
        const string constant = "constant:";
        if (mask == "hash")
        {
            return new(new CopyType.Text(), "pg_catalog.encode(pg_catalog.sha256(pg_catalog.convert_to(({0})::pg_catalog.text, 'UTF8')), 'hex')", "masked: SHA-256 of its text");
        }

        if (mask == "null")
        {
            return native.Cast is null
                ? new(native.Wire, "CASE WHEN false THEN {0} END", "masked: null")
                : new(native.Wire, $"CASE WHEN false THEN {native.Cast} END", "masked: null");
        }

        if (mask.StartsWith(constant, StringComparison.Ordinal))
        {
            string literal = Identifier.Literal(mask[constant.Length..]).Replace("{", "{{", StringComparison.Ordinal).Replace("}", "}}", StringComparison.Ordinal);
            return new(new CopyType.Text(), $"{literal}::pg_catalog.text", "masked: a constant");
        }

        throw new UsageException($"'{mask}' is no mask for {table.Name}, column {column.Name}.", "A mask is hash, null, or constant:<text>.");
    }

    private static string Apply(string? cast, string column) => cast is null ? column : string.Format(System.Globalization.CultureInfo.InvariantCulture, cast, column);

    private IEnumerable<TableSettings> Matching(QualifiedName table) => _settings.Where(s => s.Pattern.Matches(table)).Select(s => s.Settings);

    private static void Check(Table table, IEnumerable<string> columns, string setting)
    {
        if (columns.FirstOrDefault(c => table.Columns.All(t => t.Name != c)) is { } unknown)
        {
            throw new UsageException($"The configuration's {setting} names column '{unknown}', which {table.Name} does not have.", $"Its columns are {string.Join(", ", table.Columns.Select(c => c.Name))}.");
        }
    }
}
