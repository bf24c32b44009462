using Mammoth.Iceberg.Schemas;
using Mammoth.Migration.Reports;
using Mammoth.Tests.EndToEnd.Judging;
using Mammoth.Tests.EndToEnd.Running;
using Mammoth.Tests.Fixtures;

namespace Mammoth.Tests.EndToEnd;

/// <summary>What a user chooses: which tables, columns and rows, what is masked, and what becomes of values that don't fit.</summary>
public sealed class ChoiceTests(PostgresFixture postgres, Readers readers)
{
    private const string Unfit = """
        CREATE TABLE public.days (id integer PRIMARY KEY, day date, at timestamptz, n numeric(10,2), note text, grid integer[]);
        INSERT INTO public.days SELECT g, '2024-01-01'::date + g, '2024-01-01Z'::timestamptz + g * interval '1 s', g, 'n', ARRAY[g, NULL] FROM generate_series(1, 1000) g;
        INSERT INTO public.days VALUES (2001, 'infinity', now(), 1, 'a', '{}'), (2002, '0044-03-15 BC', '-infinity', 1, 'b', '{1}'), (2003, NULL, NULL, 'NaN', NULL, '{{1,2},{3,4}}')
        """;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task By_default_a_column_with_a_value_that_does_not_fit_becomes_text()
    {
        using var area = await Area(Unfit);
        var report = (await area.MigrateHere()).Expect(0).Report;
        Assert.Equal(1003, await area.Judge(report, "public.days"));
        var fields = (await area.Warehouse.Metadata(report.Tables.Single().Location!, Cancellation)).CurrentSchema.Fields;
        Assert.Equal(
            [PrimitiveType.Int, PrimitiveType.String, PrimitiveType.String, PrimitiveType.String, PrimitiveType.String, PrimitiveType.String],
            fields.Select(f => f.Type));
        Assert.All(report.Tables.Single().Columns.Where(c => c.Name is "day" or "at" or "n" or "grid"), c => Assert.Contains("fit", c.Note!, StringComparison.Ordinal));

        // Next time they are text from the start, and nothing has changed.
        Assert.Equal(Outcome.Unchanged, Assert.Single((await area.MigrateHere()).Expect(0).Report.Tables).Outcome);
    }

    [Fact]
    public async Task With_policy_fail_the_table_fails_and_nothing_is_published()
    {
        using var area = await Area($"{Unfit}; CREATE TABLE public.fine (id integer PRIMARY KEY); INSERT INTO public.fine VALUES (1)");
        (await area.MigrateHere(area.Config("""{"policy": "fail"}"""))).SaysTo(2, "public.days", "infinity");
        Assert.Empty(await area.Warehouse.VisibleTables(Cancellation));
    }

    [Fact]
    public async Task With_on_error_continue_the_good_tables_are_published()
    {
        using var area = await Area($"{Unfit}; CREATE TABLE public.fine (id integer PRIMARY KEY); INSERT INTO public.fine VALUES (1)");
        var report = (await area.MigrateHere([.. area.Config("""{"policy": "fail"}"""), "--on-error", "continue"])).Expect(2).Report;
        Assert.Equal(Consistency.Table, report.Consistency);
        Assert.Equal(Outcome.Failed, report.Tables.Single(t => t.Source == "public.days").Outcome);
        Assert.NotNull(report.Tables.Single(t => t.Source == "public.days").Error);
        Assert.Equal(1, await area.Judge(report, "public.fine"));
        Assert.Single(await area.Warehouse.VisibleTables(Cancellation));
    }

    [Fact]
    public async Task With_policy_quarantine_the_row_is_set_aside_whole()
    {
        using var area = await Area(Unfit);
        var options = area.Config("""{"tables": {"public.days": {"policy": "quarantine"}}}""");
        var report = (await area.MigrateHere(options)).Expect(0).Report;
        var table = Assert.Single(report.Tables);
        Assert.Equal(3, table.QuarantinedRows);
        Assert.Equal(1000, await area.Judge(report, "public.days", t => t with { Where = "id < 2000" }));

        var aside = await area.Warehouse.Written($"{area.Warehouse.Root}/mammoth/quarantine", null, Cancellation);
        var rows = new List<string?[]>();
        await foreach (var row in DuckDbRows.Read(aside, Cancellation))
            rows.Add(row);
        Assert.Equal(["day infinity", "day 0044-03-15 BC", "n NaN"], rows.OrderBy(r => r[4], StringComparer.Ordinal).Select(r => $"{r[5]} {r[7]}"));
        Assert.All(rows, r => Assert.Equal((report.RunId, "public.days", "public.days", "public.days"), (r[0], r[1], r[2], r[3])));
        Assert.Equal(Outcome.Unchanged, Assert.Single((await area.MigrateHere(options)).Expect(0).Report.Tables).Outcome);
    }

    [Fact]
    public async Task Masks_omitted_columns_and_filters_are_what_is_read()
    {
        using var area = await Area(
            """
            CREATE TABLE public.people (id integer PRIMARY KEY, name text, email text, born date, iban text, secret text);
            INSERT INTO public.people SELECT g, 'name ' || g, CASE WHEN g % 3 > 0 THEN 'p' || g || '@example.com' END, '1970-01-01'::date + g, 'IBAN' || g, 'secret' FROM generate_series(1, 500) g
            """);
        var report = (await area.MigrateHere(area.Config(
            """
            {"tables": {"public.*": {"omit": ["secret"], "filter": "id % 2 = 0", "mask": {"email": "hash", "born": "null", "iban": "constant:it's {hidden}"}}}}
            """))).Expect(0).Report;
        var rows = await area.Judge(report, "public.people", t => t with
        {
            Omitted = ["secret"],
            Where = "id % 2 = 0",
            Instead = new Dictionary<string, string>
            {
                ["email"] = "encode(sha256(convert_to(email, 'UTF8')), 'hex')",
                ["born"] = "nullif(born, born)",
                ["iban"] = "'it''s {hidden}'::text",
            },
        });
        Assert.Equal(250, rows);
        // What was masked or left out is in no file of the warehouse, the run's own records included.
        foreach (var file in Directory.EnumerateFiles(area.Warehouse.Argument, "*", SearchOption.AllDirectories))
        {
            var text = System.Text.Encoding.Latin1.GetString(await File.ReadAllBytesAsync(file, Cancellation));
            Assert.DoesNotContain("@example.com", text, StringComparison.Ordinal);
            Assert.DoesNotContain("IBAN2", text, StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData(new[] { "--include", "shop.*" }, new[] { "shop.lines", "shop.orders" })]
    [InlineData(new[] { "--include", "shop.*", "--exclude", "*.lines" }, new[] { "shop.orders" })]
    [InlineData(new[] { "--exclude", "shop.*" }, new[] { "Other.Lines", "public.a" })]
    [InlineData(new[] { "--include", "public.?", "--include", "Other.*" }, new[] { "Other.Lines", "public.a" })]
    public async Task Include_and_exclude_choose_tables(string[] options, string[] chosen)
    {
        using var area = await Area("""
            CREATE SCHEMA shop; CREATE SCHEMA "Other";
            CREATE TABLE shop.orders (id integer PRIMARY KEY); CREATE TABLE shop.lines (id integer REFERENCES shop.orders);
            CREATE TABLE "Other"."Lines" (id integer); CREATE TABLE public.a (id integer)
            """);
        var report = (await area.MigrateHere(options)).Expect(0).Report;
        Assert.Equal(chosen, report.Tables.Select(t => t.Source).Order(StringComparer.Ordinal));
        Assert.Equal(chosen.Length, (await area.Warehouse.VisibleTables(Cancellation)).Count);
    }

    private async Task<MigrationArea> Area(string sql) => new(await SourceDatabase.Create(postgres, "choice", sql, Cancellation), readers);
}
