using Mammoth.Migration.Reports;
using Spectre.Console;

namespace Mammoth.Cli.Rendering;

/// <summary>A run's results for people.</summary>
internal static class ReportView
{
    private const int MostNotes = 5;

    public static void Show(IAnsiConsole console, RunReport report)
    {
        console.Write(new Fitted(Tables(report)));
        foreach (TableReport failed in report.Tables.Where(t => t.Outcome == Outcome.Failed))
            console.MarkupLineInterpolated($"[red]{failed.Source}:[/] {failed.Error}");

        foreach (string note in report.Notes.Take(MostNotes))
            console.MarkupLineInterpolated($"[yellow]Note:[/] {note}");

        if (report.Notes.Count > MostNotes)
            console.MarkupLineInterpolated($"[dim]and {report.Notes.Count - MostNotes} more notes, in the report[/]");

        if (report.LeftOut.Count > 0)
        {
            (IReadOnlyList<LeftOutReport> shown, int more) = LeftOutTables.Of(report.LeftOut, l => l.Reason);
            console.MarkupLineInterpolated($"[dim]Not copied: {string.Join(", ", [.. shown.Select(l => $"{l.Name} ({l.Reason})"), .. more > 0 ? [LeftOutTables.Count(more)] : Array.Empty<string>()])}[/]");
        }

        Close(console, report);
    }

    /// <summary>How to query the tables.</summary>
    public static void ShowQueries(IAnsiConsole console, RunReport report)
    {
        if (QueryHints.Example(report) is not { } table)
            return;

        foreach (QueryHint hint in QueryHints.For(report, table))
        {
            console.WriteLine();
            console.MarkupLineInterpolated($"[bold aqua]{hint.Engine}[/]");

            // Not through the console, which would break lines that are to be copied.
            foreach (string line in hint.Text.Split('\n'))
                console.Profile.Out.Writer.WriteLine($"  {Printable.Of(line.TrimEnd())}");
        }
    }

    private static void Close(IAnsiConsole console, RunReport report)
    {
        TimeSpan took = report.Finished - report.Started;
        int verified = report.Tables.Count(t => t.Verification is { Holds: true });
        string head = report.Succeeded ? "[green bold]Done[/]" : report.Consistency is null ? "[red bold]Nothing was published[/]" : "[yellow bold]Partly done[/]";
        console.MarkupLine(
            $"{head} in {Amount.Time(took)}: {Amount.Of(report.Rows, "row")} in {Amount.Of(report.Tables.Count, "table")}, {Amount.Bytes(report.Tables.Sum(t => t.SourceBytes))} read, "
            + $"{Amount.Bytes(report.Tables.Sum(t => t.FileBytes))} written; {verified} of {Amount.Of(report.Tables.Count, "table")} verified by digest.");
        if (report.Consistency is { } consistency)
        {
            console.MarkupLine(consistency == Consistency.Database
                ? "[bold]consistency: database[/] — every table shows the same moment of the source."
                : "[bold yellow]consistency: table[/] — each table shows one moment of the source, not all the same; the report says which.");
        }

        if (report.Quarantine is { } quarantine)
            console.MarkupLineInterpolated($"[yellow]{Amount.Of(report.QuarantinedRows, "row")} set aside[/] in {quarantine}, each with its key, the value and the reason: mammoth read {quarantine}");

        if (report.Tag is { } tag)
            console.MarkupLineInterpolated($"Published at once under the tag [bold]{tag}[/] in {report.Warehouse}");

        if (!report.Succeeded)
            console.MarkupLineInterpolated($"[green]What to do:[/] {(report.Consistency is null ? "put right what the errors name, and run the same command again. What this run had written was deleted." : "put right what the errors name, and run the same command again: it adds what is missing.")}");
    }

    private static Table Tables(RunReport report)
    {
        Table table = new Table().Border(TableBorder.Rounded).BorderColor(Color.Grey35)
            .AddColumn("Table").AddColumn("Result").AddColumn(Right("Rows")).AddColumn(Right("Read")).AddColumn(Right("Written")).AddColumn(Right("Files")).AddColumn(Right("Time")).AddColumn("Verified");
        foreach (TableReport at in report.Tables)
        {
            table.AddRow(
                Printable.Escape(at.Source),
                at.Outcome switch { Outcome.Published => "[green]published[/]", Outcome.Unchanged => "[dim]unchanged[/]", Outcome.Withheld => "[yellow]withheld[/]", _ => "[red]failed[/]" },
                Amount.Count(at.Rows) + (at.QuarantinedRows > 0 ? $" [yellow]+{Amount.Count(at.QuarantinedRows)} quarantined[/]" : ""),
                Amount.Bytes(at.SourceBytes),
                Amount.Bytes(at.FileBytes),
                Amount.Count(at.Files) + (at.LargeValues > 0 ? $" [dim]+{Amount.Count(at.LargeValues)} large values[/]" : ""),
                Amount.Time(at.CopyTime),
                at.Verification switch { { Holds: true } => "[green]✓ digest[/]", { Holds: false } => "[red]✗ differs[/]", _ => "[dim]–[/]" });
        }

        return table;
    }

    private static TableColumn Right(string title) => new TableColumn(title).RightAligned().NoWrap();
}
