using Mammoth.Cli.Rendering;
using Mammoth.Cli.Report;
using Mammoth.Migration.Plans;
using Mammoth.Migration.Reports;
using Mammoth.Postgres.Catalog;
using Spectre.Console;

namespace Mammoth.Tests.Cli;

public sealed class ViewTests
{
    [Fact]
    public void The_plan_shows_batches_sizes_circles_mappings_and_what_is_left_out()
    {
        string text = Shown(console => PlanView.Show(console, SomeRun.Plan(), everyColumn: false));

        Assert.Contains("PostgreSQL 15.18", text, StringComparison.Ordinal);
        Assert.Contains("shop.warehouses ⇄ shop.managers", text, StringComparison.Ordinal);
        Assert.Contains("interval has no Iceberg type", text, StringComparison.Ordinal);
        Assert.Contains("infinity, years outside 1 to 9999: policy string", text, StringComparison.Ordinal);
        Assert.DoesNotContain("bigint", text, StringComparison.Ordinal);
        Assert.Contains("shop.order_totals (view): views are not copied", text, StringComparison.Ordinal);
        Assert.Contains("differ only by case", text, StringComparison.Ordinal);
        Assert.Contains("Odd.odd_name", text, StringComparison.Ordinal);
    }

    [Fact]
    public void Verbose_shows_every_column() =>
        Assert.Contains("bigint", Shown(console => PlanView.Show(console, SomeRun.Plan(), everyColumn: true)), StringComparison.Ordinal);

    [Fact]
    public void The_report_says_what_was_published_and_how_consistent_it_is()
    {
        string text = Shown(console => ReportView.Show(console, SomeRun.Report()));

        Assert.Contains("consistency: database", text, StringComparison.Ordinal);
        Assert.Contains("4 of 4 tables verified", text, StringComparison.Ordinal);
        Assert.Contains("mammoth-run-7", text, StringComparison.Ordinal);
        Assert.Contains("+3 quarantined", text, StringComparison.Ordinal);
        Assert.Contains("3 rows set aside in mammoth.quarantine", text, StringComparison.Ordinal);
    }

    [Fact]
    public void A_failed_run_names_table_reason_and_the_way_to_resume()
    {
        string text = Shown(console => ReportView.Show(console, SomeRun.FailedReport()));

        Assert.Contains("Nothing was published", text, StringComparison.Ordinal);
        Assert.Contains("shop.orders: The role reader may not SELECT", text, StringComparison.Ordinal);
        Assert.Contains("run the same command again", text, StringComparison.Ordinal);
        Assert.DoesNotContain("consistency:", text, StringComparison.Ordinal);
    }

    [Fact]
    public void Many_notes_do_not_bury_the_result()
    {
        string text = Shown(console => ReportView.Show(console, SomeRun.Report() with { Notes = [.. Enumerable.Range(0, 50).Select(i => $"note {i}")] }));

        Assert.Contains("note 0", text, StringComparison.Ordinal);
        Assert.DoesNotContain("note 49", text, StringComparison.Ordinal);
        Assert.Contains("45 more", text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(0, false)]
    [InlineData(3, false)]
    [InlineData(4, true)]
    [InlineData(1_200, true)]
    public void Tables_that_were_not_chosen_are_counted_where_they_are_many(int unchosen, bool counted)
    {
        LeftOutReport[] leftOut = [new("shop.totals", "view", "it has no rows of its own"), .. Enumerable.Range(0, unchosen).Select(i => new LeftOutReport($"shop.unchosen_{i}", "table", Planner.NotChosen))];
        LeftOut[] planned = [.. leftOut.Select(l => new LeftOut(new("shop", l.Name["shop.".Length..]), l.Kind, l.Reason))];
        string[] texts =
        [
            Shown(console => ReportView.Show(console, SomeRun.Report() with { LeftOut = leftOut })),
            Shown(console => PlanView.Show(console, SomeRun.Plan() with { LeftOut = planned }, everyColumn: false)),
            HtmlReport.Write(SomeRun.Report() with { LeftOut = leftOut }),
        ];

        Assert.All(texts, text =>
        {
            Assert.Contains("shop.totals", text, StringComparison.Ordinal);
            Assert.Equal(counted, text.Contains($"{Amount.Count(unchosen)} tables not chosen", StringComparison.Ordinal));
            Assert.Equal(!counted && unchosen > 0, text.Contains("shop.unchosen_0", StringComparison.Ordinal));
        });
    }

    [Fact]
    public void One_table_is_one_table()
    {
        string report = Shown(console => ReportView.Show(console, SomeRun.Report() with { Tables = [SomeRun.Report().Tables[0]] }));
        string plan = Shown(console => PlanView.Show(console, SomeRun.Plan() with { Tables = [SomeRun.Plan().Tables[0]] }, everyColumn: false));

        Assert.Contains("1 of 1 table verified", report, StringComparison.Ordinal);
        Assert.Contains("rows in 1 table,", report, StringComparison.Ordinal);
        Assert.Contains(": 1 table,", plan, StringComparison.Ordinal);
        Assert.Contains("1 chunk", plan, StringComparison.Ordinal);
        Assert.DoesNotContain("1 tables", report + plan, StringComparison.Ordinal);
        Assert.DoesNotContain("1 chunks", report + plan, StringComparison.Ordinal);
    }

    [Fact]
    public void Queries_name_the_table_as_each_engine_spells_it()
    {
        string text = Shown(console => ReportView.ShowQueries(console, SomeRun.Report()));

        Assert.Contains("iceberg_scan('/data/warehouse/shop/orders')", text, StringComparison.Ordinal);
        Assert.Contains("mammoth.shop.orders", text, StringComparison.Ordinal);
        Assert.Contains("StaticTable.from_metadata(\"file:///data/warehouse/shop/orders/metadata/v1.metadata.json\")", text, StringComparison.Ordinal);
    }

    private static string Shown(Action<IAnsiConsole> show)
    {
        using StringWriter text = new();
        show(Terminal.Plain(text, TextWriter.Null).Out);
        return text.ToString();
    }
}
