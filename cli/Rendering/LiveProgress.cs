using Spectre.Console;
using Spectre.Console.Rendering;

namespace Mammoth.Cli.Rendering;

/// <summary>Progress in a terminal: the whole run in one line, below it the tables under way.</summary>
internal static class LiveProgress
{
    private const int MostTables = 12;

    /// <summary>Shows <paramref name="run"/> until <paramref name="work"/> ends.</summary>
    public static async Task<T> ShowAsync<T>(IAnsiConsole console, RunProgress run, Func<Task<T>> work, CancellationToken cancellationToken)
    {
        T result = default!;
        await console.Live(Render(run)).AutoClear(true).StartAsync(async live =>
        {
            Task<T> working = work();
            while (!working.IsCompleted)
            {
                live.UpdateTarget(run.Look(Render));
                await Task.WhenAny(working, Task.Delay(250, CancellationToken.None));
            }

            result = await working;
        });
        return result;
    }

    /// <summary>The picture of this moment.</summary>
    public static IRenderable Render(RunProgress run)
    {
        DateTimeOffset now = run.Now;
        double fraction = run.Bytes + run.BytesLeft == 0 ? 0 : (double)run.Bytes / (run.Bytes + run.BytesLeft);
        string summary = run.Tables.Count == 0
            ? $"[aqua]{run.Stage} …[/]"
            : $"[aqua]{run.Stage}[/]  {Bar(fraction, 24)}  [bold]{run.TablesDone}[/]/{Amount.Of(run.Tables.Count, "table")}  [bold]{Amount.Count(run.Rows)}[/] rows  "
                + $"{Amount.Rough(run.RowsPerSecond)} rows/s  {Amount.Bytes(run.BytesPerSecond)}/s  {Amount.Bytes(run.BytesLeft)} left{(run.TimeLeft is { } left ? $"  ~{Amount.Time(left)}" : "")}";

        List<IRenderable> rows = [new Markup(summary)];
        if (Tables(run, now) is { } table)
            rows.Add(new Fitted(table));

        rows.AddRange(run.Warnings.TakeLast(3).Select(w => Markup.FromInterpolated($"[yellow]Warning:[/] {w}")));
        return new Rows(rows);
    }

    private static Table? Tables(RunProgress run, DateTimeOffset now)
    {
        List<TableProgress> shown = [.. run.Tables.Where(t => t.Phase is TablePhase.Copying or TablePhase.Verifying).Take(MostTables)];
        if (shown.Count == 0)
            return null;

        Table table = new Table().Border(TableBorder.None).AddColumn("Table").AddColumn("")
            .AddColumn(Right("Rows")).AddColumn(Right("rows/s")).AddColumn(Right("MB/s")).AddColumn(Right("Left")).AddColumn(Right("Time left"));
        foreach (TableProgress at in shown)
        {
            bool copying = at.Phase == TablePhase.Copying;
            table.AddRow(
                Printable.Escape(at.Plan.Source.ToString()),
                copying ? Bar(at.Fraction, 16) : "[green]verifying[/]",
                Amount.Count(at.Rows),
                copying ? Amount.Rough(at.RowsPerSecond(now)) : "",
                copying ? (at.BytesPerSecond(now) / 1e6).ToString("0.0", System.Globalization.CultureInfo.InvariantCulture) : "",
                copying ? Amount.Bytes(at.BytesLeft) : "",
                at.TimeLeft(now) is { } left ? Amount.Time(left) : "");
        }

        return table;
    }

    private static TableColumn Right(string title) => new TableColumn(title).RightAligned().NoWrap();

    private static string Bar(double fraction, int width)
    {
        int full = (int)Math.Round(Math.Clamp(fraction, 0, 1) * width);
        return $"[deepskyblue1]{new string('━', full)}[/][grey35]{new string('─', width - full)}[/]";
    }
}
