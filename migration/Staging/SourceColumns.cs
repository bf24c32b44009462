using System.Text.Json;
using Mammoth.Iceberg.Metadata;
using Mammoth.Migration.Plans;
using Mammoth.Migration.Runs;
using Mammoth.Postgres.Copy;
using Mammoth.Postgres.Copy.LargeValues;

namespace Mammoth.Migration.Staging;

/// <summary>How a column of a published table was read; kept in the table's property <c>mammoth.columns</c>, by which its rows can be encoded again.</summary>
/// <param name="Number"><c>attnum</c>; null where the table was written before this member was.</param>
/// <param name="Native"><see cref="ColumnPlan.Native"/>; null likewise.</param>
/// <param name="IsMasked">True where something else than the column's value was read; null where not, or likewise.</param>
public sealed record SourceColumn(string Source, string Name, string Type, CopyType Wire, LargeColumn? LargeValues = null, int? Number = null, string? Native = null, bool? IsMasked = null)
{
    /// <summary>As it was read.</summary>
    public CopyColumn ToCopyColumn() => new(Name, Wire, LargeValues);
}

/// <summary>How the columns of a published table were read.</summary>
public static class SourceColumns
{
    /// <summary>The table property that says it.</summary>
    public const string Property = "mammoth.columns";

    internal static string ToJson(TablePlan plan) => JsonSerializer.Serialize(Of(plan), RunFolder.Json);

    /// <summary>What a table will say of itself that is written by this plan.</summary>
    internal static IReadOnlyList<SourceColumn> Of(TablePlan plan) =>
        [.. plan.Columns.Select(c => new SourceColumn(c.Source, c.Name, c.SourceType, c.Wire, c.LargeValues, c.Number, c.Native, c.IsMasked ? true : null))];

    /// <summary>What a table says of itself; nothing where it is not of Mammoth's making.</summary>
    public static IReadOnlyList<SourceColumn> Of(TableMetadata table) =>
        table.Properties.TryGetValue(Property, out string? json) ? JsonSerializer.Deserialize<SourceColumn[]>(json, RunFolder.Json)! : [];
}
