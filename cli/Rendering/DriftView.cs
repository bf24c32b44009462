using Mammoth.Migration.Drift;
using Spectre.Console;

namespace Mammoth.Cli.Rendering;

/// <summary>Schema drift for people.</summary>
internal static class DriftView
{
    public static void Show(IAnsiConsole console, SchemaDrift drift)
    {
        if (drift.Changes.Count == 0)
        {
            console.MarkupLineInterpolated($"[green bold]No drift:[/] {Amount.Of(drift.Tables, "table")} of {drift.Database} {(drift.Tables == 1 ? "is" : "are")} as the warehouse has {(drift.Tables == 1 ? "it" : "them")}.");
            return;
        }

        console.Write(new Fitted(Changes(drift)));
        console.MarkupLineInterpolated($"[yellow bold]{Amount.Of(drift.Changes.Count, "difference")}[/] between {drift.Database} and the warehouse.");
    }

    private static Table Changes(SchemaDrift drift)
    {
        Table table = new Table().Border(TableBorder.Rounded).BorderColor(Color.Grey35).AddColumn("Table").AddColumn("Column").AddColumn("What").AddColumn("Before").AddColumn("Now").AddColumn("What the next migration does");
        string? last = null;
        foreach (SchemaChange change in drift.Changes)
        {
            string name = ShownName.Of(new Postgres.Catalog.QualifiedName(change.Schema, change.Table));
            table.AddRow(
                name == last ? "" : Printable.Escape(name),
                change.Column is null ? "" : Printable.Escape(ShownName.Of(change.Column)),
                What(change.Kind),
                Value(change, change.From),
                Value(change, change.To),
                $"[dim]{Printable.Escape(change.Next)}[/]");
            last = name;
        }

        return table;
    }

    /// <summary>A column's names come as the catalog has them; all else as SQL says it.</summary>
    private static string Value(SchemaChange change, string? value) =>
        value is null ? "" : Printable.Escape(change.Kind is DriftKind.ColumnRenamed or DriftKind.ColumnMoved ? ShownName.Of(value) : ShownName.OneLine(value));

    private static string What(DriftKind kind) => kind switch
    {
        DriftKind.TableAdded => "new table",
        DriftKind.TableGone => "table gone",
        DriftKind.TableAttached => "a partition now",
        DriftKind.TableRenamed => "table renamed",
        DriftKind.TableMoved => "other name in the warehouse",
        DriftKind.TableLeftOut => "can't be copied",
        DriftKind.TableNoLongerLeftOut => "can be copied now",
        DriftKind.ColumnAdded => "new column",
        DriftKind.ColumnGone => "column gone",
        DriftKind.ColumnRenamed => "column renamed",
        DriftKind.ColumnMoved => "other name in the warehouse",
        DriftKind.TypeChanged => "other type",
        DriftKind.NullabilityChanged => "nulls",
        _ => "primary key",
    };
}
