using Mammoth.Migration.Reports;
using Mammoth.Tests.EndToEnd.Running;
using Mammoth.Tests.Fixtures;

namespace Mammoth.Tests.EndToEnd;

/// <summary>Statements that make rows of a snapshot vanish without an error, for who reads without locks and does not look.</summary>
[LongRunning]
public sealed class HostileSourceTests(PostgresFixture postgres, Readers readers)
{
    /// <summary>Being read while it happens, and yet to be read when it happens.</summary>
    private static readonly string[] Victims = ["being_read", "yet_to_be_read"];

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("TRUNCATE public.{0}")]
    [InlineData("ALTER TABLE public.{0} ALTER value TYPE bigint")]
    [InlineData("VACUUM FULL public.{0}")]
    [InlineData("DROP TABLE public.{0}")]
    public async Task A_statement_that_would_lose_rows_waits_for_the_copy(string statement)
    {
        using var area = new MigrationArea(await Source(), readers);
        await using var gate = await Gate.Close(area.Source, Cancellation);
        await using var process = area.Start([.. Config(area), "--slots", "1"]);
        await gate.Reached(process, Cancellation);
        await area.Source.Run("INSERT INTO public.being_read SELECT g, g FROM generate_series(100001, 100500) g; INSERT INTO public.yet_to_be_read SELECT g, g FROM generate_series(100001, 100500) g; DELETE FROM public.yet_to_be_read WHERE id < 100; UPDATE public.being_read SET value = -1", Cancellation);
        var waiting = Victims.Select(v => area.Source.Run(string.Format(null, statement, v), Cancellation)).ToList();
        await Task.Delay(500, Cancellation);
        Assert.All(waiting, w => Assert.False(w.IsCompleted));
        await gate.Open(Cancellation);

        var ended = (await process.End(Cancellation)).Expect(0);
        await Task.WhenAll(waiting);
        Assert.Equal(Consistency.Database, ended.Report.Consistency);
        foreach (var victim in Victims)
        {
            var name = $"public.{victim}";
            var table = ended.Report.Tables.Single(t => t.Source == name);
            Assert.Equal(Outcome.Published, table.Outcome);
            var written = await area.Warehouse.Written(table.Location!, null, Cancellation);
            var judge = new Judging.Judge(area.Source.ConnectionString, readers);
            Assert.Equal(5000, await judge.Agrees(new() { Relation = $"kept.{victim}", Written = written }, Cancellation));
        }
    }

    [Theory]
    [InlineData("TRUNCATE public.yet_to_be_read", false)]
    [InlineData("VACUUM FULL public.yet_to_be_read", false)]
    [InlineData("ALTER TABLE public.yet_to_be_read ADD COLUMN more integer", true)]
    public async Task Told_to_yield_it_gives_up_its_locks_and_says_of_which_table_rows_were_lost(string statement, bool isHarmless)
    {
        using var area = new MigrationArea(await Source(), readers);
        await using var gate = await Gate.Close(area.Source, Cancellation);
        await using var process = area.Start([.. Config(area), "--slots", "1", "--on-lock-waiter", "yield", "--on-error", "continue"]);
        await gate.Reached(process, Cancellation);
        var waiting = area.Source.Run(statement, Cancellation);

        // What copies keeps its locks until it has done with its chunk.
        await UntilLocks(area.Source, "public.yet_to_be_read", 1);
        Assert.False(waiting.IsCompleted);
        await gate.Open(Cancellation);
        await waiting;

        var ended = await process.End(Cancellation);
        var said = string.Join(' ', ended.Errors.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries));
        Assert.Contains("the locks are given up", said, StringComparison.Ordinal);
        Assert.Contains(statement, said, StringComparison.Ordinal);
        var report = ended.Expect(isHarmless ? 0 : 2).Report;
        var lost = report.Tables.Single(t => t.Source == "public.yet_to_be_read");
        Assert.Equal(isHarmless ? Outcome.Published : Outcome.Failed, lost.Outcome);
        if (!isHarmless)
            Assert.Contains("truncated or rewritten", lost.Error, StringComparison.Ordinal);
        Assert.Equal(5000, await area.Judge(report, "public.being_read", t => t with { Relation = "kept.being_read" }));
        if (isHarmless)
            Assert.Equal(5000, await area.Judge(report, "public.yet_to_be_read", t => t with { Relation = "kept.yet_to_be_read" }));
    }

    [Theory]
    [InlineData("TRUNCATE public.{0}")]
    [InlineData("ALTER TABLE public.{0} ALTER value TYPE bigint")]
    [InlineData("DROP TABLE public.{0}")]
    public async Task Without_locks_lost_rows_are_noticed(string statement)
    {
        using var area = new MigrationArea(await Source(), readers);
        await using var gate = await Gate.Close(area.Source, Cancellation);
        await using var process = area.Start([.. Config(area), "--slots", "1", "--no-lock"]);
        await gate.Reached(process, Cancellation);
        await area.Source.Run(string.Format(null, statement, "yet_to_be_read"), Cancellation);
        await gate.Open(Cancellation);

        var ended = await process.End(Cancellation);
        ended.SaysTo(2, "public.yet_to_be_read");
        Assert.Empty(await area.Warehouse.VisibleTables(Cancellation));
    }

    [Theory]
    [InlineData("TRUNCATE public.{0}", "truncated or rewritten")]
    [InlineData("ALTER TABLE public.{0} ALTER value TYPE bigint", "yet_to_be_read")]
    [InlineData("DROP TABLE public.{0}", "yet_to_be_read")]
    [InlineData("ALTER TABLE public.{0} ADD COLUMN more integer", null)]
    public async Task Without_locks_a_table_that_is_changed_fails_alone_where_the_run_goes_on_and_the_others_are_there(string statement, string? reason)
    {
        using var area = new MigrationArea(await Source(), readers);
        await using var gate = await Gate.Close(area.Source, Cancellation);
        await using var process = area.Start([.. Config(area), "--slots", "1", "--no-lock", "--on-error", "continue"]);
        await gate.Reached(process, Cancellation);
        await area.Source.Run(string.Format(null, statement, "yet_to_be_read"), Cancellation);
        await gate.Open(Cancellation);

        var report = (await process.End(Cancellation)).Expect(reason is null ? 0 : 2).Report;
        Assert.Equal(reason is null ? Consistency.Database : Consistency.Table, report.Consistency);
        Assert.Equal(5000, await area.Judge(report, "public.being_read"));
        var changed = report.Tables.Single(t => t.Source == "public.yet_to_be_read");
        Assert.Equal(reason is null ? Outcome.Published : Outcome.Failed, changed.Outcome);
        if (reason is null)
            Assert.Equal(5000, await area.Judge(report, "public.yet_to_be_read", t => t with { Relation = "kept.yet_to_be_read" }));
        else
            Assert.Contains(reason, changed.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Without_locks_rows_that_are_only_inserted_and_deleted_are_no_harm()
    {
        using var area = new MigrationArea(await Source(), readers);
        await using var gate = await Gate.Close(area.Source, Cancellation);
        await using var process = area.Start([.. Config(area), "--slots", "1", "--no-lock"]);
        await gate.Reached(process, Cancellation);
        await area.Source.Run("DELETE FROM public.yet_to_be_read; INSERT INTO public.yet_to_be_read VALUES (1, 1); UPDATE public.being_read SET value = -1", Cancellation);
        await area.Source.Run("VACUUM public.yet_to_be_read", Cancellation);
        await gate.Open(Cancellation);

        var ended = (await process.End(Cancellation)).Expect(0);
        foreach (var victim in Victims)
            Assert.Equal(5000, await area.Judge(ended.Report, $"public.{victim}", t => t with { Relation = $"kept.{victim}" }));
    }

    /// <summary>Waits until so few sessions of Mammoth's have the table locked.</summary>
    private static async Task UntilLocks(SourceDatabase source, string table, int atMost)
    {
        while ((await source.Query<long>($"SELECT count(*) FROM pg_locks l JOIN pg_stat_activity a USING (pid) WHERE l.relation = '{table}'::regclass AND l.granted AND a.application_name = 'mammoth'", Cancellation)).Single() > atMost)
            await Task.Delay(50, Cancellation);
    }

    private async Task<SourceDatabase> Source() => await SourceDatabase.Create(
        postgres,
        "hostile",
        """
        CREATE TABLE public.being_read (id integer PRIMARY KEY, value integer, filler text DEFAULT repeat('x', 500));
        CREATE TABLE public.yet_to_be_read (id integer PRIMARY KEY, value integer);
        INSERT INTO public.being_read SELECT g, g FROM generate_series(1, 5000) g;
        INSERT INTO public.yet_to_be_read SELECT g, g FROM generate_series(1, 5000) g;
        CREATE SCHEMA kept;
        CREATE TABLE kept.being_read AS SELECT * FROM public.being_read;
        CREATE TABLE kept.yet_to_be_read AS SELECT * FROM public.yet_to_be_read;
        ANALYZE
        """,
        Cancellation);

    private static string[] Config(MigrationArea area) =>
        ["--exclude", "kept.*", .. area.Filter("public.being_read", Gate.Filter("id = 2500"))];
}
