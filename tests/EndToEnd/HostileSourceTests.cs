using Mammoth.Migration.Reports;
using Mammoth.Tests.EndToEnd.Running;
using Mammoth.Tests.Fixtures;

namespace Mammoth.Tests.EndToEnd;

/// <summary>Statements that make rows of a snapshot vanish without an error, for who reads without locks and does not look.</summary>
[Collection(EndToEndTests.Name)]
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
