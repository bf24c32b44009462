using Mammoth.Migration.Reports;
using Spectre.Console;

namespace Mammoth.Cli.Rendering;

/// <summary>Progress where nobody watches (a log, a pipe): a line for each thing that happened, and one now and then in between.</summary>
internal sealed class PlainProgress(IAnsiConsole console, TimeSpan interval)
{
    private DateTimeOffset next;

    public void Show(ProgressEvent progress, RunProgress run)
    {
        switch (progress)
        {
            case ProgressEvent.SnapshotTaken snapshot:
                Line($"Holding a snapshot of the database, taken at {snapshot.TakenAt.UtcDateTime:yyyy-MM-dd HH:mm:ss} UTC.");
                break;
            case ProgressEvent.Planned planned:
                Line($"Planned {Amount.Of(planned.Plan.Tables.Count, "table")}, {Amount.Bytes(planned.Plan.Tables.Sum(t => t.Bytes))}.");
                next = run.Now + interval;
                break;
            case ProgressEvent.Restarted restarted:
                Line($"{Name(run, restarted.Table)} starts again: {restarted.Reason}");
                break;
            case ProgressEvent.TableDone done:
                Line(Done(done.Result));
                break;
            case ProgressEvent.Publishing:
                Line("Publishing.");
                break;
            case ProgressEvent.Warning warning:
                Line($"Warning: {warning.Message}");
                break;
            case ProgressEvent.Copied when run.Now >= next:
                next = run.Now + interval;
                Line($"{run.TablesDone} of {Amount.Of(run.Tables.Count, "table")} done; {Amount.Of(run.Rows, "row")}, {Amount.Bytes(run.Bytes)} read, {Amount.Rough(run.RowsPerSecond)} rows/s, {Amount.Bytes(run.BytesPerSecond)}/s, {Amount.Bytes(run.BytesLeft)} left{(run.TimeLeft is { } left ? $", about {Amount.Time(left)}" : "")}.");
                break;
            default:
                break;
        }
    }

    /// <summary>Shows warnings only.</summary>
    public void ShowWarning(ProgressEvent progress, RunProgress run)
    {
        if (progress is ProgressEvent.Warning)
            Show(progress, run);
    }

    private static string Done(TableReport table) => table.Outcome switch
    {
        Outcome.Failed => $"{table.Source}: failed. {table.Error}",
        Outcome.Withheld => $"{table.Source}: withheld. {table.Error}",
        Outcome.Unchanged => $"{table.Source}: unchanged, {Amount.Of(table.Rows, "row")}.",
        _ => $"{table.Source}: {Amount.Of(table.Rows, "row")}, {Amount.Bytes(table.FileBytes)} in {Amount.Of(table.Files, "file")}{(table.Verification is { Holds: true } ? ", verified" : "")}.",
    };

    private static string Name(RunProgress run, int table) => table < run.Tables.Count ? run.Tables[table].Plan.Source.ToString() : $"Table {table}";

    private void Line(string text) => console.WriteLine(text);
}
