using Mammoth.Cli.Rendering;
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
