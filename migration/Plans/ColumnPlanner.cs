using Mammoth.Migration.Errors;
using Mammoth.Migration.Types;
using Mammoth.Postgres.Catalog;
using Mammoth.Postgres.Copy;
using Mammoth.Postgres.Copy.LargeValues;

namespace Mammoth.Migration.Plans;

/// <summary>Decides for each column of a table what is read and what it becomes.</summary>
internal sealed class ColumnPlanner(TypeTable types, MigrationOptions options)
{
    private readonly (NamePattern Pattern, TableSettings Settings)[] _settings =
        [.. options.Tables.Select(t => (new NamePattern(t.Key), t.Value))];

    /// <summary>The table's row filter, or null.</summary>
    public string? Filter(QualifiedName table) => Matching(table).Select(s => s.Filter).LastOrDefault(f => f is not null);

    /// <summary>How many of the table's rows may be set aside; null: any number.</summary>
    public string? MaxErrors(QualifiedName table) => Matching(table).Select(s => s.MaxErrors).LastOrDefault(m => m is not null) ?? options.MaxErrors;

    /// <summary>Whether large values of equal bytes share one object.</summary>
    public bool SharesLargeValues(QualifiedName table) => Matching(table).Select(s => s.ShareLargeValues).LastOrDefault(s => s is not null) ?? false;

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
        string[] objects = [.. settings.SelectMany(s => s.LargeObjects)];
        Check(table, objects, "largeObjects");
        return WithReferences(table, objects, [.. table.Columns.Where(c => !omitted.Contains(c.Name)).Select(c => Column(table, c, names[c.Name], settings, asText.Contains(names[c.Name])))]);
    }

    /// <summary>The columns of which values may become objects of their own, and what is read of each.</summary>
    public IEnumerable<(Column Column, string Expression)> MayBeLarge(Table table)
    {
        ColumnPlan[] plans = [.. Columns(table, new HashSet<string>())];
        return table.Columns.Join(plans.Where(p => MayBeLarge(table, p)), c => c.Name, p => p.Source, (c, p) => (c, p.Expression));
    }

    // A key is never large, and Iceberg's identifier fields must be there in each row.
    private static bool MayBeLarge(Table table, ColumnPlan column) =>
        !column.IsMasked && CopyColumn.CanBeLarge(column.Wire) && table.PrimaryKey?.Columns.Contains(column.Source) != true;

    /// <summary>A column beside each that has large values: behind all others, so that those keep their places.</summary>
    private ColumnPlan[] WithReferences(Table table, IReadOnlyList<string> objects, ColumnPlan[] columns)
    {
        HashSet<string> large = options.LargeValueBytes > 0 ? [.. table.Columns.Where(c => c.HasLargeValues).Select(c => c.Name)] : [];
        HashSet<string> naming = [.. table.Columns.Where(c => NamesObjects(table, c, objects)).Select(c => c.Name)];
        ColumnPlan[] marked = [.. columns.Where(c => (large.Contains(c.Source) && MayBeLarge(table, c)) || (naming.Contains(c.Source) && !c.IsMasked))];
        var taken = new HashSet<string>(columns.Select(c => c.Name), StringComparer.OrdinalIgnoreCase);
        var names = new Dictionary<string, string>();
        foreach (ColumnPlan column in marked)
        {
            string name = $"{column.Name}{LargeColumn.Suffix}";
            for (int i = 2; !taken.Add(name); i++)
            {
                name = $"{column.Name}{LargeColumn.Suffix}_{i}";
            }

            names[column.Name] = name;
        }

        return [.. columns.Select(c => names.TryGetValue(c.Name, out string? name) ? c with { LargeValues = naming.Contains(c.Source) ? LargeColumn.OfObjects(name) : new LargeColumn(name, options.LargeValueBytes) } : c)];
    }

    /// <exception cref="UsageException">The configuration says so of a column that holds no numbers of objects.</exception>
    private bool NamesObjects(Table table, Column column, IReadOnlyList<string> configured)
    {
        bool isNumber = types.Map(column.Type, column.Modifier) is { Wire: CopyType.Oid, Cast: null };
        return configured.Contains(column.Name) && !isNumber
            ? throw new UsageException($"The configuration's largeObjects names column '{column.Name}' of {table.Name}, which is of type {column.TypeText}.", "Large objects are named by columns of type oid or lo.")
            : configured.Contains(column.Name) || (options.LargeObjects && isNumber && column.Type is { Kind: PgTypeKind.Domain, Name: "lo" });
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
            Number = column.Number,
            Name = name,
            SourceType = column.TypeText,
            Native = IcebergForm.Describe(native.Wire),
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
        options.Profile.IsForSpark() && HasTime(mapping.Wire)
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
