using Mammoth.Migration.Recovery;
using Spectre.Console;

namespace Mammoth.Cli.Rendering;

/// <summary>Shows what a rehearsal found.</summary>
internal static class RehearsalView
{
    private const int MostLeftOut = 10;

    public static void Show(IAnsiConsole console, RecoveryPlan plan, IReadOnlyList<TableRehearsal> results)
    {
        Table table = new() { Border = TableBorder.Simple };
        table.AddColumns("Table", "Rows", "Quarantined", "Bytes", "Time", "");
        foreach (int column in new[] { 1, 2, 3, 4 })
            table.Columns[column].RightAligned();
        foreach (TableRehearsal result in results)
        {
            table.AddRow(
                new Text(result.Table),
                new Text(Amount.Count(result.Rows)),
                new Text(result.Quarantined == 0 ? "" : result.QuarantinedNotBack == 0 ? Amount.Count(result.Quarantined) : $"{Amount.Count(result.QuarantinedBack)} of {Amount.Count(result.Quarantined)}"),
                new Text(Amount.Bytes(result.Bytes)),
                new Text(Amount.Time(TimeSpan.FromSeconds(result.Seconds))),
                new Markup(!result.Holds ? "[red]differs[/]" : result.QuarantinedNotBack > 0 ? "[yellow]equal, quarantine not back[/]" : "[green]equal[/]"));
        }

        console.Write(table);
        foreach (TableRehearsal result in results)
        {
            if (!result.Holds)
                console.MarkupLineInterpolated($"[red]✗[/] {result.Table}: {result.Problem}");
            foreach (string remark in result.Remarks)
                console.MarkupLineInterpolated($"  {result.Table}: {remark}");
        }

        foreach (LeftOutTable left in plan.LeftOut.Take(MostLeftOut))
            console.MarkupLineInterpolated($"[yellow]not this time[/] {left.Table}: {left.Reason}");
        if (plan.LeftOut.Count > MostLeftOut)
            console.MarkupLineInterpolated($"[yellow]not this time[/] {Amount.Of(plan.LeftOut.Count - MostLeftOut, "more table")}");
        Conclude(console, results);
    }

    /// <summary>What is said of a table when it has ended.</summary>
    public static string Verdict(TableRehearsal result) =>
        !result.Holds ? "differs" : result.QuarantinedNotBack > 0 ? $"equal, {Amount.Of(result.QuarantinedNotBack, "quarantined row")} not back" : "equal";

    private static void Conclude(IAnsiConsole console, IReadOnlyList<TableRehearsal> results)
    {
        int differing = results.Count(r => !r.Holds);
        if (differing == 0)
        {
            console.MarkupLineInterpolated($"[green bold]{(results.Count == 1 ? "The one table" : $"All {results.Count} tables")} came back[/] into PostgreSQL with the rows that were proven when they were published: {Amount.Of(results.Sum(r => r.Rows), "row")}.");
            if (results.Sum(r => r.QuarantinedNotBack) is > 0 and long missing)
                console.MarkupLineInterpolated($"[yellow bold]{Amount.Of(missing, "quarantined row")} did not come back[/]: PostgreSQL does not take them. They are whole in mammoth.quarantine.");
            return;
        }

        console.MarkupLineInterpolated($"[red bold]{differing} of {Amount.Of(results.Count, "table")} did not come back as published.[/]");
        console.MarkupLineInterpolated($"[green]What to do:[/] `mammoth verify` tells whether the files are damaged; `mammoth migrate` writes a new snapshot of what the source holds.");
    }
}
