using Mammoth.Migration.Plans;
using Spectre.Console;

namespace Mammoth.Cli.Rendering;

/// <summary>A plan for people.</summary>
internal static class PlanView
{
    /// <summary>Tables of which it is said why they are medium or large, unless all is asked for.</summary>
    private const int MostReasons = 20;

    public static void Show(IAnsiConsole console, MigrationPlan plan, bool everyColumn)
    {
        console.MarkupLineInterpolated($"[bold]{plan.Database}[/] (PostgreSQL {plan.ServerVersion / 10_000}.{plan.ServerVersion % 10_000}): {Amount.Of(plan.Tables.Count, "table")}, {Amount.Bytes(plan.Tables.Sum(t => t.Bytes))}, {Amount.Of(plan.Tables.Sum(t => t.Chunks.Count), "chunk")}");
        console.Write(new Fitted(Tables(plan)));
        foreach (TablePlan table in plan.Tables.Where(t => everyColumn || t.Class != SizeClass.Small).Take(everyColumn ? int.MaxValue : MostReasons))
            console.MarkupLineInterpolated($"[dim]{table.Source} is {table.Class.ToString().ToLowerInvariant()}: {table.ClassReason}[/]");

        if (plan.Cycles.Count > 0)
        {
            foreach (IReadOnlyList<Postgres.Catalog.QualifiedName> cycle in plan.Cycles)
                console.MarkupLineInterpolated($"[aqua]Circle of foreign keys:[/] {string.Join(" ⇄ ", cycle)}");
        }

        if (Mappings(plan, everyColumn) is { Rows.Count: > 0 } mappings)
        {
            console.WriteLine();
            console.MarkupLine(everyColumn ? "[bold]Columns[/]" : "[bold]Columns that are not carried in their own type, or may not fit it[/] [dim](--verbose shows all)[/]");
            console.Write(new Fitted(mappings));
        }

        if (plan.LeftOut.Count > 0)
        {
            console.WriteLine();
            console.MarkupLine("[bold]Not copied[/]");
            (IReadOnlyList<Postgres.Catalog.LeftOut> shown, int more) = LeftOutTables.Of(plan.LeftOut, l => l.Reason);
            foreach (Postgres.Catalog.LeftOut left in shown)
                console.MarkupLineInterpolated($"  {left.Name} [dim]({left.Kind})[/]: {left.Reason}");

            if (more > 0)
                console.MarkupLineInterpolated($"  {LeftOutTables.Count(more)}");
        }

        foreach (string note in plan.Notes)
            console.MarkupLineInterpolated($"[yellow]Note:[/] {note}");
    }

    private static Table Tables(MigrationPlan plan)
    {
        Table table = new Table().Border(TableBorder.Rounded).BorderColor(Color.Grey35)
            .AddColumn(new TableColumn("Batch").RightAligned()).AddColumn("Table").AddColumn("In the warehouse").AddColumn("Class")
            .AddColumn(Right("Rows (est.)")).AddColumn(Right("Size")).AddColumn(Right("Chunks")).AddColumn(Right("Columns"));
        int batch = -1;
        foreach (TablePlan at in plan.Tables)
        {
            table.AddRow(
                at.Batch == batch ? "" : (at.Batch + 1).ToString(System.Globalization.CultureInfo.InvariantCulture),
                Printable.Escape(at.Source.ToString()),
                at.Source.ToString() == $"{at.Namespace}.{at.Name}" ? "[dim]the same[/]" : Printable.Escape($"{at.Namespace}.{at.Name}"),
                at.Class switch { SizeClass.Large => "[bold]large[/]", SizeClass.Medium => "medium", _ => "[dim]small[/]" },
                at.EstimatedRows < 0 ? "[dim]unknown[/]" : Amount.Count(at.EstimatedRows),
                Amount.Bytes(at.Bytes),
                Amount.Count(at.Chunks.Count),
                Amount.Count(at.Columns.Count));
            batch = at.Batch;
        }

        return table;
    }

    private static Table Mappings(MigrationPlan plan, bool everyColumn)
    {
        Table table = new Table().Border(TableBorder.None).AddColumn("Column").AddColumn("PostgreSQL").AddColumn("Iceberg").AddColumn("Why");
        foreach (TablePlan at in plan.Tables)
        {
            foreach (ColumnPlan column in at.Columns.Where(c => everyColumn || c.Note is not null || c.MayNotFit is not null || c.IsMasked))
            {
                string why = column.Note ?? (column.MayNotFit is { } unfit ? $"{unfit}: policy {column.Policy.ToString().ToLowerInvariant()}" : "");
                table.AddRow(Printable.Escape($"{at.Source}.{column.Source}"), Printable.Escape(column.SourceType), Printable.Escape(column.TargetType), $"[dim]{Printable.Escape(why)}[/]");
            }
        }

        return table;
    }

    private static TableColumn Right(string title) => new TableColumn(title).RightAligned().NoWrap();
}
