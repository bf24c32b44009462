using System.Globalization;
using Mammoth.Iceberg.Schemas;
using Mammoth.Migration.Types;
using Mammoth.Postgres.Copy;
using Mammoth.Postgres.Copy.LargeValues;

namespace Mammoth.Migration.Plans;

/// <summary>The Iceberg schema of a planned table.</summary>
public static class TableSchema
{
    /// <summary>
    /// The schema of a new table, or the next one of an existing table: a column keeps its field id while its name and type stay,
    /// and gets a new one where its type changed, so that no old file is read under a type it was not written in.
    /// </summary>
    /// <param name="lastColumnId">The highest field id the table ever had; 0 for a new one.</param>
    public static Schema Of(TablePlan plan, Schema? current, int schemaId, int lastColumnId)
    {
        int last = lastColumnId;
        int Next() => ++last;
        Dictionary<string, NestedField> known = (current?.Fields ?? []).ToDictionary(f => f.Name, StringComparer.Ordinal);

        Planned[] columns =
        [
            .. plan.Columns.Select(c => new Planned(c.Name, c.Wire, c.Required && c.LargeValues is not { IsObject: false }, Doc(c))),
            .. plan.Columns.Where(c => c.LargeValues is not null).Select(c => new Planned(c.LargeValues!.Name, LargeValue.Form, false, Doc(c.LargeValues, c))),
        ];

        // Top-level ids first, then nested ones, as the reference implementation assigns them.
        int[] ids = [.. columns.Select(c => Keeps(c, known) is { } field ? field.Id : Next())];
        NestedField[] fields = [.. columns.Select((c, i) => new NestedField(ids[i], c.Name, c.Required, Keeps(c, known)?.Type ?? IcebergForm.Of(c.Form, Next), c.Doc))];
        return new Schema(schemaId, fields, [.. plan.Identifier.Select(name => fields.Single(f => f.Name == name).Id)]);
    }

    /// <summary>Columns of a table that were carried as text only because a value did not fit.</summary>
    public static IReadOnlySet<string> TextColumns(Schema? current) =>
        (current?.Fields ?? []).Where(f => f.Type == PrimitiveType.String && f.Doc?.Contains(DemotedMark, StringComparison.Ordinal) == true).Select(f => f.Name).ToHashSet(StringComparer.Ordinal);

    private const string DemotedMark = "did not fit";

    private static NestedField? Keeps(Planned column, Dictionary<string, NestedField> known) =>
        known.TryGetValue(column.Name, out NestedField? field) && SameShape(field.Type, IcebergForm.Of(column.Form, () => 0)) ? field : null;

    private static string Doc(ColumnPlan column)
    {
        string type = column.Note is null ? $"PostgreSQL {column.SourceType}" : $"PostgreSQL {column.SourceType}; {column.Note}";
        return column.Comment is null ? type : $"{column.Comment} [{type}]";
    }

    private static string Doc(LargeColumn large, ColumnPlan column) => large.IsObject
        ? $"Where the large object lies that {column.Name} names"
        : string.Create(CultureInfo.InvariantCulture, $"Where a value of {column.Name} has more than {large.Over} bytes, it is null there, and this names the object that holds it");

    /// <summary>Types alike but for the ids in them.</summary>
    private static bool SameShape(IcebergType a, IcebergType b) => (a, b) switch
    {
        (ListType x, ListType y) => x.ElementRequired == y.ElementRequired && SameShape(x.Element, y.Element),
        (MapType x, MapType y) => x.ValueRequired == y.ValueRequired && SameShape(x.Key, y.Key) && SameShape(x.Value, y.Value),
        (StructType x, StructType y) => x.Fields.Count == y.Fields.Count
            && x.Fields.Zip(y.Fields).All(p => p.First.Name == p.Second.Name && p.First.Required == p.Second.Required && SameShape(p.First.Type, p.Second.Type)),
        _ => a == b,
    };

    private readonly record struct Planned(string Name, CopyType Form, bool Required, string Doc);
}
