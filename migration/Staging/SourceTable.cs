using System.Text.Json;
using Mammoth.Iceberg.Metadata;
using Mammoth.Migration.Plans;
using Mammoth.Migration.Runs;
using Mammoth.Postgres.Catalog;

namespace Mammoth.Migration.Staging;

/// <summary>
/// Which table of the source a published table was read from; kept in its property <c>mammoth.source-table</c>. With the oid, a table that was renamed since is
/// known for the same.
/// </summary>
/// <param name="Oid">Null where the table was written before the property was.</param>
/// <param name="Omitted">Columns that the configuration left out; null where there are none, or the table was written before this member was.</param>
public sealed record SourceTable(string Schema, string Name, uint? Oid, IReadOnlyList<string>? Omitted = null)
{
    /// <summary>The table property that says it.</summary>
    public const string Property = "mammoth.source-table";

    /// <summary>The table property with the name alone, for people: <c>schema.name</c>.</summary>
    public const string NameProperty = "mammoth.source";

    /// <summary>What a table says of itself; null where it is not of Mammoth's making.</summary>
    /// <param name="namespace">The table's namespace in the warehouse.</param>
    public static SourceTable? Of(string @namespace, TableMetadata table)
    {
        ArgumentNullException.ThrowIfNull(table);
        if (table.Properties.TryGetValue(Property, out string? json))
        {
            return JsonSerializer.Deserialize<SourceTable>(json, RunFolder.Json);
        }

        return table.Properties.TryGetValue(NameProperty, out string? name) && Split(@namespace, name) is { } split ? new(split.Schema, split.Name, null) : null;
    }

    /// <summary>What a table will say of itself that is written by this plan.</summary>
    internal static SourceTable Of(TablePlan plan) => new(plan.Source.Schema, plan.Source.Name, plan.SourceOid, plan.OmittedColumns.Count == 0 ? null : plan.OmittedColumns);

    internal QualifiedName ToName() => new(Schema, Name);

    internal string ToJson() => JsonSerializer.Serialize(this, RunFolder.Json);

    /// <summary>Both parts may have dots. Of all places to part them, the one at which the schema is what the namespace was made of; else the first.</summary>
    private static QualifiedName? Split(string @namespace, string name)
    {
        int[] dots = [.. Enumerable.Range(0, name.Length).Where(i => name[i] == '.')];
        return dots.Length == 0
            ? null
            : new QualifiedName(name[..At()], name[(At() + 1)..]);

        int At() => dots.FirstOrDefault(d => WarehouseNames.Clean(name[..d]) == @namespace, dots[0]);
    }
}
