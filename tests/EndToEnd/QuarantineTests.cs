using Mammoth.Migration.Reports;
using Mammoth.Tests.EndToEnd.Judging;
using Mammoth.Tests.EndToEnd.Running;
using Mammoth.Tests.Fixtures;

namespace Mammoth.Tests.EndToEnd;

/// <summary>Rows that can't be copied are in <c>mammoth.quarantine</c>, and none is in neither table.</summary>
public sealed class QuarantineTests(PostgresFixture postgres, Readers readers)
{
    private const string Tables = """
        CREATE SCHEMA "od.d";
        CREATE TABLE "od.d"."ta""ble" ("k""1" integer, "k '2'" text, at timestamptz, "no te" text, PRIMARY KEY ("k""1", "k '2'"));
        INSERT INTO "od.d"."ta""ble" SELECT i, 'x"' || i || E'\\é\n', CASE i % 7 WHEN 3 THEN 'infinity' WHEN 4 THEN '0044-03-15 12:00:00.5 BC' ELSE '2024-01-01Z'::timestamptz + i * interval '1 s' END, nullif('n' || i, 'n3') FROM generate_series(1, 500) i;
        CREATE TABLE public.parted (id bigint, d date, n numeric(8,2), PRIMARY KEY (id)) PARTITION BY RANGE (id);
        CREATE TABLE public.parted_low PARTITION OF public.parted FOR VALUES FROM (0) TO (1000);
        CREATE TABLE public.parted_high (n numeric(8,2), d date, id bigint NOT NULL);
        ALTER TABLE public.parted ATTACH PARTITION public.parted_high FOR VALUES FROM (1000) TO (3000);
        INSERT INTO public.parted SELECT i, CASE WHEN i % 400 = 1 THEN '-infinity' ELSE '2024-01-01'::date + i END, i FROM generate_series(0, 2999) i;
        CREATE TABLE public.keyless (d date, grid integer[]);
        INSERT INTO public.keyless SELECT '2024-01-01', CASE WHEN i % 50 = 0 THEN '[0:1]={1,NULL}'::integer[] ELSE ARRAY[i] END FROM generate_series(1, 300) i;
        INSERT INTO public.keyless VALUES ('2024-01-01', '{{1,2},{3,4}}'), ('2024-01-01', '{{1,2},{3,4}}');
        CREATE TABLE public.fine (id integer PRIMARY KEY, d date);
        INSERT INTO public.fine SELECT i, '2024-01-01' FROM generate_series(1, 100) i
        """;

    private const string Days = """
        CREATE TABLE public.days (id integer PRIMARY KEY, day date);
        INSERT INTO public.days SELECT i, CASE WHEN i % 250 = 7 THEN 'infinity' ELSE '2024-01-01'::date END FROM generate_series(1, 1000) i;
        CREATE TABLE public.other (id integer PRIMARY KEY, day date);
        INSERT INTO public.other VALUES (1, 'infinity'), (2, '2024-01-01')
        """;

    private static readonly UnfitRelation Odd = new("\"od.d\".\"ta\"\"ble\"", "NOT isfinite(at) OR at < '0001-01-01'", "k\"1", "k '2'") { Column = "at", Sent = "timestamptz_send(at)" };
    private static readonly UnfitRelation Parted = new("public.parted", "NOT isfinite(d)", "id");
    private static readonly UnfitRelation Keyless = new("public.keyless", "array_ndims(grid) > 1 OR array_lower(grid, 1) <> 1")
    {
        Column = "grid",

        // Without the word that says whether there are nulls.
        Sent = @"overlay(array_send(grid) placing '\x00000000' from 5 for 4)",
    };

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Every_row_is_in_its_table_or_in_quarantine_with_its_key_its_value_and_all_its_bytes()
    {
        using var area = await Area(Tables);
        var ended = (await area.MigrateHere(area.Config("""{"policy": "quarantine", "sizes": {"mediumRows": 1000, "mediumBytes": 1}}"""))).Expect(0);
        await Judged(area, ended.Report, ended.Report.RunId, ended.Report.RunId, ended.Report.RunId);
        Assert.Equal(
            new Dictionary<string, long> { ["\"od.d\".\"ta\"\"ble\""] = 143, ["public.parted"] = 8, ["public.keyless"] = 8 },
            await new QuarantineJudge(area, readers).Counts());
        Assert.Equal((159L, "mammoth.quarantine"), (ended.Report.QuarantinedRows, ended.Report.Quarantine));
        Assert.Equal(0, ended.Report.Tables.Single(t => t.Name == "fine").QuarantinedRows);
    }

    [Fact]
    public async Task A_later_run_replaces_the_rows_of_the_tables_it_writes_and_leaves_the_others()
    {
        using var area = await Area(Tables);
        string[] options = area.Config("""{"policy": "quarantine"}""");
        string first = (await area.MigrateHere(options)).Expect(0).Report.RunId;
        var unchanged = (await area.MigrateHere(options)).Expect(0).Report;
        Assert.All(unchanged.Tables, t => Assert.Equal(Outcome.Unchanged, t.Outcome));
        Assert.Single((await area.Warehouse.Metadata($"{area.Warehouse.Root}/mammoth/quarantine", Cancellation)).Snapshots);

        await area.Source.Run("UPDATE public.parted SET d = 'infinity' WHERE id BETWEEN 500 AND 520; UPDATE public.parted SET d = '2024-01-01' WHERE id = 1", Cancellation);
        var second = (await area.MigrateHere(options)).Expect(0).Report;
        await Judged(area, second, first, second.RunId, first);

        // What is put right is no longer there, though it was all that the table had; and the snapshot before has it still.
        await area.Source.Run("UPDATE public.parted SET d = '2024-01-01'; DELETE FROM public.keyless WHERE array_ndims(grid) > 1", Cancellation);
        var third = (await area.MigrateHere(options)).Expect(0).Report;
        await Judged(area, third, first, null, third.RunId);
        Assert.Equal(0, third.Tables.Single(t => t.Name == "parted").QuarantinedRows);
        var before = (await MigrationArea.RunHere("read", "mammoth.quarantine", "--warehouse", area.Warehouse.Argument, "--tag", $"mammoth-{second.RunId}", "--output", "json")).Expect(0).Output.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal(28, before.Count(line => line.Contains("\"target\":\"public.parted\"", StringComparison.Ordinal)));
    }

    [Theory]
    [InlineData("2", "3 rows do not fit so far, and 2 may be set aside", "\"public.other\": {\"maxErrors\": \"1\"}")]
    [InlineData("0.3%", "4 of 1,000 rows do not fit, and 0.3% may be set aside", "\"public.other\": {\"maxErrors\": \"1\"}")]
    [InlineData(null, "4 of 1,000 rows do not fit, and 0.39% may be set aside", "\"d?ys\": {\"maxErrors\": \"0.39%\"}")]
    [InlineData("100%", "a row does not fit, and 0 may be set aside", "\"public.days\": {\"maxErrors\": \"0\"}")]
    public async Task A_table_with_more_unfit_rows_than_may_be_set_aside_fails_and_the_others_go_on(string? most, string said, string settings)
    {
        using var area = await Area(Days);
        string[] options = [.. area.Config($$"""{"policy": "quarantine", "tables": { {{settings}} } }"""), "--on-error", "continue", .. most is null ? Array.Empty<string>() : ["--max-errors", most]];
        var report = (await area.MigrateHere(options)).Expect(2).Report;
        TableReport failed = report.Tables.Single(t => t.Source == "public.days");
        Assert.Equal((Outcome.Failed, "max-errors"), (failed.Outcome, failed.ErrorCode));
        Assert.All([said, "(--max-errors)", "column day: infinity (key {\"id\":\"", "Correct these values in the source"], part => Assert.Contains(part, failed.Error, StringComparison.Ordinal));
        Assert.Equal(["/public/other/metadata/version-hint.text", "/mammoth/quarantine/metadata/version-hint.text"], (await area.Warehouse.VisibleTables(Cancellation)).OrderDescending(StringComparer.Ordinal));
        Assert.Equal(new Dictionary<string, long> { ["public.other"] = 1 }, await new QuarantineJudge(area, readers).Counts());
        Assert.DoesNotContain((await area.Warehouse.Files(Cancellation)).Keys, f => f.StartsWith("/public/days/", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("4")]
    [InlineData("0.4%")]
    public async Task As_many_as_may_be_are_set_aside(string most)
    {
        using var area = await Area(Days);
        var report = (await area.MigrateHere([.. area.Config("""{"policy": "quarantine"}"""), "--max-errors", most, "--include", "public.days"])).Expect(0).Report;
        Assert.Equal((Outcome.Published, 996L, 4L), (report.Tables.Single().Outcome, report.Tables.Single().Rows, report.Tables.Single().QuarantinedRows));
        await new QuarantineJudge(area, readers).Agrees(new("public.days", "NOT isfinite(day)", "id") { Column = "day" }, report.Tables.Single().Location!);

        // A lower limit later fails a table that has not changed, too.
        (await area.MigrateHere([.. area.Config("""{"policy": "quarantine"}"""), "--max-errors", "0.1%", "--include", "public.days"])).SaysTo(2, "4 of 1,000 rows", "0.1% may be set aside");
    }

    [Fact]
    public async Task A_table_of_the_source_that_has_its_name_is_refused_before_anything_is_copied()
    {
        using var area = await Area($"{Days}; CREATE SCHEMA \"Mammoth\"; CREATE TABLE \"Mammoth\".quarantine (id integer)");
        (await area.MigrateHere()).SaysTo(64, "Mammoth.quarantine", "would become mammoth.quarantine", "--exclude");
        Assert.Empty(await area.Warehouse.VisibleTables(Cancellation));
        (await area.MigrateHere([.. area.Config("""{"policy": "quarantine"}"""), "--exclude", "Mammoth.quarantine"])).Expect(0);
    }

    /// <summary>Holds the three tables against PostgreSQL, and has <c>verify</c> read all again.</summary>
    private async Task Judged(MigrationArea area, RunReport report, string odd, string? parted, string keyless)
    {
        var judge = new QuarantineJudge(area, readers);
        foreach ((UnfitRelation relation, string? run) in new[] { (Odd, (string?)odd), (Parted, parted), (Keyless, keyless) })
        {
            string name = await area.Source.Unquoted(relation.Relation, Cancellation);
            Assert.Equal(run is null ? [] : [run], await judge.Agrees(relation, report.Tables.Single(t => t.Source == name).Location!));
        }

        (await MigrationArea.RunHere("verify", "--warehouse", area.Warehouse.Argument)).Expect(0);
    }

    private async Task<MigrationArea> Area(string sql) => new(await SourceDatabase.Create(postgres, "quarantine", sql, Cancellation), readers);
}
