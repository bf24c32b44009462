using Mammoth.Migration.Plans;
using Mammoth.Migration.Reports;

namespace Mammoth.Api.Runs;

/// <summary>What a migration would do, for people.</summary>
/// <param name="ServerVersion"><c>server_version_num</c>.</param>
/// <param name="Tables">In the order in which they are queued.</param>
/// <param name="Cycles">Tables that reference one another in a circle.</param>
public sealed record PlanDescription(
    string Database, int ServerVersion, IReadOnlyList<PlannedTable> Tables, IReadOnlyList<LeftOutReport> LeftOut, IReadOnlyList<IReadOnlyList<string>> Cycles, IReadOnlyList<string> Notes)
{
    internal static PlanDescription Of(MigrationPlan plan) => new(
        plan.Database,
        plan.ServerVersion,
        [.. plan.Tables.Select(PlannedTable.Of)],
        [.. plan.LeftOut.Select(l => new LeftOutReport(l.Name.ToString(), l.Kind, l.Reason))],
        [.. plan.Cycles.Select(c => (IReadOnlyList<string>)[.. c.Select(n => n.ToString())])],
        plan.Notes);
}

/// <summary>A table of a plan.</summary>
/// <param name="Batch">Which batch of the foreign-key order, from 0.</param>
/// <param name="Class">small, medium or large.</param>
/// <param name="EstimatedRows">By the source's statistics; null where it has none.</param>
/// <param name="Bytes">Heap and TOAST.</param>
/// <param name="OmittedColumns">Left out by configuration.</param>
/// <param name="Identifier">The columns of the primary key, where Iceberg can take it.</param>
public sealed record PlannedTable(
    string Source,
    string Namespace,
    string Name,
    int Batch,
    string Class,
    string ClassReason,
    long? EstimatedRows,
    long Bytes,
    int Chunks,
    string? Filter,
    IReadOnlyList<string> OmittedColumns,
    IReadOnlyList<string> Identifier,
    IReadOnlyList<PlannedColumn> Columns)
{
    internal static PlannedTable Of(TablePlan table) => new(
        table.Source.ToString(),
        table.Namespace,
        table.Name,
        table.Batch,
        table.Class.ToString().ToLowerInvariant(),
        table.ClassReason,
        table.EstimatedRows < 0 ? null : table.EstimatedRows,
        table.Bytes,
        table.Chunks.Count,
        table.Filter,
        table.OmittedColumns,
        table.Identifier,
        [.. table.Columns.Select(c => new PlannedColumn(c.Source, c.SourceType, c.Name, c.TargetType, c.Required, c.IsMasked, c.Note, c.MayNotFit, c.LargeValues?.Name))]);
}

/// <summary>A column of a plan.</summary>
/// <param name="Type">The Iceberg type.</param>
/// <param name="Note">Why it is not carried in its own type; null where it is.</param>
/// <param name="MayNotFit">Which values have no exact form; null: all fit.</param>
/// <param name="LargeValues">The column that refers to its large values, which are objects of their own; null where it has none.</param>
public sealed record PlannedColumn(string Source, string SourceType, string Name, string Type, bool Required, bool Masked, string? Note, string? MayNotFit, string? LargeValues);
