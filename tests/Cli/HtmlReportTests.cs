using System.Text.RegularExpressions;
using Mammoth.Cli.Report;
using Mammoth.Migration.Reports;

namespace Mammoth.Tests.Cli;

public sealed partial class HtmlReportTests
{
    [Fact]
    public void Names_from_the_source_can_not_become_markup()
    {
        string page = HtmlReport.Write(SomeRun.Report());

        Assert.DoesNotContain("<script>alert", page, StringComparison.Ordinal);
        Assert.Contains("&lt;script&gt;alert(", page, StringComparison.Ordinal);
    }

    [Fact]
    public void The_page_needs_nothing_from_elsewhere()
    {
        string page = HtmlReport.Write(SomeRun.Report());

        Assert.DoesNotMatch(ExternalReference(), page);
        Assert.Contains("prefers-color-scheme: dark", page, StringComparison.Ordinal);
    }

    [Fact]
    public void Every_table_every_column_and_both_digests_are_there()
    {
        RunReport report = SomeRun.Report();
        string page = System.Net.WebUtility.HtmlDecode(HtmlReport.Write(report));

        Assert.All(report.Tables, table =>
        {
            Assert.Contains(table.Source, page, StringComparison.Ordinal);
            Assert.Contains(table.Verification!.SourceDigest, page, StringComparison.Ordinal);
            Assert.Contains(table.MetadataLocation!, page, StringComparison.Ordinal);
        });
        Assert.Contains("interval has no Iceberg type", page, StringComparison.Ordinal);
        Assert.Contains("UPPER → UPPER_2", page, StringComparison.Ordinal);
        Assert.Contains("shop.order_totals", page, StringComparison.Ordinal);
        Assert.Contains("mammoth-run-7", page, StringComparison.Ordinal);
        Assert.All(["3 rows set aside.", "10 rows + 3 set aside", "3 rows, in mammoth.quarantine"], part => Assert.Contains(part, page, StringComparison.Ordinal));
        Assert.All(["DuckDB", "Spark", "PyIceberg"], engine => Assert.Contains(engine, page, StringComparison.Ordinal));
    }

    [Fact]
    public void A_run_that_published_nothing_does_not_look_like_one_that_did()
    {
        string page = HtmlReport.Write(SomeRun.FailedReport());

        Assert.Contains("Nothing was published.", page, StringComparison.Ordinal);
        Assert.Contains("may not SELECT shop.orders", page, StringComparison.Ordinal);
        Assert.DoesNotContain("consistency: database", page, StringComparison.Ordinal);
        Assert.DoesNotContain("Query it", page, StringComparison.Ordinal);
    }

    [Fact]
    public void What_the_run_warned_of_is_told_and_can_not_become_markup()
    {
        string page = HtmlReport.Write(SomeRun.Report() with { Warnings = [new(SomeRun.Start, $"{SomeRun.Hostile} waits behind the lock")] });

        Assert.Contains("2026-03-01 12:00:00</time> UTC: &lt;script&gt;", page, StringComparison.Ordinal);
        Assert.Contains("waits behind the lock", page, StringComparison.Ordinal);
        Assert.DoesNotContain("<h2>Warnings", HtmlReport.Write(SomeRun.Report()), StringComparison.Ordinal);
    }

    [Fact]
    public void A_lost_snapshot_is_told_with_the_tables()
    {
        RunReport report = SomeRun.Report();
        report = report with
        {
            Consistency = Consistency.Table,
            Snapshots = [.. report.Snapshots, new(2, "800:800:", null, SomeRun.Start.AddMinutes(5))],
            Tables = [report.Tables[0], report.Tables[1] with { Epoch = 2 }],
        };

        string page = HtmlReport.Write(report);

        Assert.Contains("consistency: table", page, StringComparison.Ordinal);
        Assert.Contains("2026-03-01 12:05:00 UTC (snapshot 2)", page, StringComparison.Ordinal);
    }

    [Fact]
    public void A_digest_that_differs_is_not_called_verified()
    {
        RunReport report = SomeRun.Report();
        TableReport differs = report.Tables[0] with { Outcome = Outcome.Failed, Verification = new(5, 4, "5:aa", "4:bb") };

        string page = HtmlReport.Write(report with { Tables = [differs] });

        Assert.Contains("0 of 1 table verified", page, StringComparison.Ordinal);
        Assert.Contains("✗ differs", page, StringComparison.Ordinal);
    }

    [GeneratedRegex("""(src|href)\s*=|@import|url\(""")]
    private static partial Regex ExternalReference();
}
