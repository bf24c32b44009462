using Mammoth.Cli.Rendering;
using Mammoth.Migration.Reports;

namespace Mammoth.Tests.Cli;

public sealed class RunProgressTests
{
    private readonly Clock clock = new();

    [Fact]
    public void Rates_and_time_left_follow_the_last_seconds_not_the_whole_run()
    {
        RunProgress run = Planned();
        Copy(run, 1, rows: 10, bytes: 1_000_000, seconds: 10);
        for (int i = 0; i < 20; i++)
            Copy(run, 1, rows: 100, bytes: 100_000, seconds: 1);

        TableProgress orders = run.Tables[1];
        Assert.Equal(TablePhase.Copying, orders.Phase);
        Assert.InRange(orders.RowsPerSecond(run.Now), 90, 110);
        Assert.Equal(4_000_000 - 3_000_000, orders.BytesLeft);
        Assert.InRange(orders.TimeLeft(run.Now)!.Value.TotalSeconds, 9, 11);
    }

    [Fact]
    public void A_table_that_starts_again_has_all_its_bytes_left()
    {
        RunProgress run = Planned();
        Copy(run, 1, rows: 10, bytes: 1_000_000, seconds: 1);

        run.Report(new ProgressEvent.Restarted(1, "a value did not fit"));

        Assert.Equal(4_000_000, run.Tables[1].BytesLeft);
        Assert.Equal(0, run.Tables[1].Rows);
    }

    [Fact]
    public void Nothing_is_left_of_a_table_that_is_done_whatever_was_estimated()
    {
        RunProgress run = Planned();
        Copy(run, 1, rows: 10, bytes: 10, seconds: 1);

        run.Report(new ProgressEvent.TableDone(1, SomeRun.Result("shop.orders", "orders", Outcome.Published, 10, 10)));

        Assert.Equal(0, run.Tables[1].BytesLeft);
        Assert.Equal(1, run.TablesDone);
    }

    [Fact]
    public void Plain_progress_is_one_line_for_each_thing_that_happened()
    {
        using StringWriter text = new();
        PlainProgress plain = new(Terminal.Plain(text, TextWriter.Null).Out, TimeSpan.FromSeconds(10));
        RunProgress run = new(clock) { Changed = plain.Show };

        run.Report(new ProgressEvent.SnapshotTaken(1, SomeRun.Start));
        run.Report(new ProgressEvent.Planned(SomeRun.Plan()));
        Copy(run, 1, rows: 10, bytes: 1_000_000, seconds: 1);
        Copy(run, 1, rows: 10, bytes: 1_000_000, seconds: 10);
        run.Report(new ProgressEvent.TableDone(1, SomeRun.Result("shop.orders", "orders", Outcome.Published, 20, 2_000_000)));
        run.Report(new ProgressEvent.Warning("somebody waits"));

        string[] lines = text.ToString().Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal(5, lines.Length);
        Assert.StartsWith("Holding a snapshot", lines[0], StringComparison.Ordinal);
        Assert.StartsWith("Planned 3 tables", lines[1], StringComparison.Ordinal);
        Assert.Contains("left", lines[2], StringComparison.Ordinal);
        Assert.StartsWith("shop.orders: 20 rows", lines[3], StringComparison.Ordinal);
        Assert.Equal("Warning: somebody waits", lines[4]);
        Assert.DoesNotContain('\u001b', text.ToString());
    }

    [Fact]
    public void The_live_picture_shows_the_tables_under_way_with_their_rates()
    {
        RunProgress run = Planned();
        Copy(run, 1, rows: 1_000, bytes: 2_000_000, seconds: 1);
        Copy(run, 2, rows: 5, bytes: 5, seconds: 1);
        using StringWriter text = new();

        Terminal.Plain(text, TextWriter.Null).Out.Write(LiveProgress.Render(run));

        Assert.Contains("shop.orders", text.ToString(), StringComparison.Ordinal);
        Assert.Contains(SomeRun.Hostile, text.ToString(), StringComparison.Ordinal);
        Assert.DoesNotContain("shop.customers", text.ToString(), StringComparison.Ordinal);
        Assert.Contains("0/3 tables", text.ToString(), StringComparison.Ordinal);
    }

    private RunProgress Planned()
    {
        RunProgress run = new(clock);
        run.Report(new ProgressEvent.Planned(SomeRun.Plan()));
        return run;
    }

    private void Copy(RunProgress run, int table, long rows, long bytes, int seconds)
    {
        if (run.Tables[table].Phase == TablePhase.Waiting)
            run.Report(new ProgressEvent.Copied(table, 0, 0));

        clock.Now += TimeSpan.FromSeconds(seconds);
        run.Report(new ProgressEvent.Copied(table, rows, bytes));
    }

    private sealed class Clock : TimeProvider
    {
        public DateTimeOffset Now { get; set; } = SomeRun.Start;

        public override DateTimeOffset GetUtcNow() => Now;
    }
}
