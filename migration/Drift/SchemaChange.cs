using Mammoth.Postgres.Catalog;

namespace Mammoth.Migration.Drift;

/// <summary>One difference between the source and what the warehouse has of it.</summary>
/// <param name="Schema">The table's schema in the source, as the catalog has it.</param>
/// <param name="Table">The table's name there; where it was renamed, the name it has now.</param>
/// <param name="Column">The column's name in the source, likewise; null where it is about the table.</param>
/// <param name="From">
/// What it was: the name of a column, as the catalog has it; of a table, as SQL would write it; a type as SQL says it; <c>NULL</c> or <c>NOT NULL</c>; the columns of a key, as SQL would write
/// them; a reason. Null where there was nothing.
/// </param>
/// <param name="To">What it is now, likewise.</param>
/// <param name="Next">What the next run does about it: sentences.</param>
public sealed record SchemaChange(DriftKind Kind, string Schema, string Table, string? Column, string? From, string? To, string Next)
{
    /// <summary>The difference in one line, without control characters; names as SQL would write them.</summary>
    public string Summary => ShownName.OneLine(Kind switch
    {
        DriftKind.TableAdded => $"table {At} is new",
        DriftKind.TableGone => $"table {At} is gone",
        DriftKind.TableAttached => $"table {At} is a partition of {To} now",
        DriftKind.TableRenamed => $"table {From} is called {At} now",
        DriftKind.TableMoved => $"table {At} is {To} in the warehouse from now on, not {From}",
        DriftKind.TableLeftOut => $"table {At} can't be copied any more: {To}",
        DriftKind.TableNoLongerLeftOut => $"table {At} can be copied now; before it could not: {From}",
        DriftKind.ColumnAdded => $"column {At}, {To}, is new",
        DriftKind.ColumnGone => $"column {At}, {From}, is gone",
        DriftKind.ColumnRenamed => $"column {At} was called {ShownName.Of(From!)} before",
        DriftKind.ColumnMoved => $"column {At} is {ShownName.Of(To!)} in the warehouse from now on, not {ShownName.Of(From!)}",
        DriftKind.TypeChanged => $"column {At} is {To} now, not {From}",
        DriftKind.NullabilityChanged => $"column {At} is {To} now, not {From}",
        DriftKind.PrimaryKeyChanged => $"the primary key of {At} is {To ?? "none"} now, not {From ?? "none"}",
        _ => throw new InvalidOperationException($"{Kind} is no kind of drift."),
    });

    private string At => ShownName.Of(new QualifiedName(Schema, Table)) + (Column is null ? "" : $".{ShownName.Of(Column)}");
}
