namespace Mammoth.Tests.Cli;

/// <summary>What people type wrong: each gets a sentence that names the option and what it takes, and nothing happens.</summary>
public sealed class OptionValueTests
{
    [Theory]
    [InlineData("read t --limit abc", "--limit", "0 or more")]
    [InlineData("read t --limit -1", "--limit", "0 or more")]
    [InlineData("read t --limit 1.5", "--limit", "0 or more")]
    [InlineData("read t --limit 1e3", "--limit", "0 or more")]
    [InlineData("read t --limit 1,000", "--limit", "0 or more")]
    [InlineData("read t --limit 99999999999", "--limit", "0 or more")]
    [InlineData("read t --limit ٣", "--limit", "0 or more")]
    [InlineData("read t --limit", "--limit", "missing")]
    [InlineData("read t --limit=", "--limit", "missing")]
    [InlineData("read t --limit 1 --limit 2", "--limit", "single")]
    [InlineData("read t --output xml", "--output", "text, csv or json")]
    [InlineData("read t --output 1", "--output", "text, csv or json")]
    [InlineData("read t --output csv,json", "--output", "text, csv or json")]
    [InlineData("tables list --output csv", "--output", "text or json")]
    [InlineData("tables files t --output 0", "--output", "text or json")]
    [InlineData("migrate --profile duckdb", "--profile", "generic, spark, fabric or snowflake")]
    [InlineData("migrate --profile spark,fabric", "--profile", "generic, spark, fabric or snowflake")]
    [InlineData("plan --profile 3", "--profile", "generic, spark, fabric or snowflake")]
    [InlineData("migrate --on-error ignore", "--on-error", "stop or continue")]
    [InlineData("migrate --on-error 1", "--on-error", "stop or continue")]
    [InlineData("migrate --max-errors some", "--max-errors", "0.5%")]
    [InlineData("migrate --max-errors -1", "--max-errors", "100")]
    [InlineData("migrate --max-errors 100.5", "--max-errors", "0.5%")]
    [InlineData("migrate --max-errors 101%", "--max-errors", "0.5%")]
    [InlineData("migrate --max-errors", "--max-errors", "missing")]
    [InlineData("migrate --on-lock-waiter kill", "--on-lock-waiter", "warn or yield")]
    [InlineData("sample --size huge", "--size", "small, medium or large")]
    [InlineData("sample --seed many", "--seed", "whole number")]
    [InlineData("sample --seed 1.5", "--seed", "whole number")]
    [InlineData("sample --seed 99999999999999999999", "--seed", "whole number")]
    [InlineData("read t --snapshot latest", "--snapshot", "whole number")]
    [InlineData("read t --snapshot 0x10", "--snapshot", "whole number")]
    [InlineData("tables schema t --snapshot", "--snapshot", "missing")]
    [InlineData("read t --snapshot 1 --tag x", "--snapshot", "exclude one another")]
    [InlineData("read t --timestamp 2026-01-01 --tag x", "--timestamp", "exclude one another")]
    [InlineData("migrate --slots 0", "--slots", "1 to 512")]
    [InlineData("migrate --slots 513", "--slots", "1 to 512")]
    [InlineData("migrate --slots two", "--slots", "1 to 512")]
    [InlineData("migrate --slots", "--slots", "missing")]
    [InlineData("migrate --max-connections 3", "--max-connections", "4 to 512")]
    [InlineData("migrate --max-connections few", "--max-connections", "4 to 512")]
    [InlineData("migrate --max-rate fast", "--max-rate", "50MB")]
    [InlineData("migrate --max-rate 10", "--max-rate", "1MB")]
    [InlineData("migrate --max-snapshot-age 2", "--max-snapshot-age", "2h")]
    [InlineData("migrate --max-snapshot-age 5s", "--max-snapshot-age", "10s")]
    [InlineData("migrate --max-snapshot-age 40d", "--max-snapshot-age", "1d")]
    [InlineData("migrate --target-file-size 10", "--target-file-size", "1MB")]
    [InlineData("migrate --target-file-size 11GB", "--target-file-size", "10GB")]
    [InlineData("migrate --target-file-size -1MB", "--target-file-size", "128MB")]
    [InlineData("migrate --target-file-size 1TB", "--target-file-size", "128MB")]
    [InlineData("migrate --target-file-size NaN", "--target-file-size", "128MB")]
    [InlineData("migrate --target-file-size", "--target-file-size", "missing")]
    [InlineData("migrate --run-id ../up", "--run-id", "begins with a letter")]
    [InlineData("migrate --run-id .hidden", "--run-id", "begins with a letter")]
    [InlineData("migrate --run-id a/b", "--run-id", "begins with a letter")]
    [InlineData("migrate --run-id aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", "--run-id", "64 at most")]
    [InlineData("migrate --no-lock=maybe", "maybe", "mammoth migrate --help")]
    [InlineData("tables", "Required command", "mammoth tables --help")]
    [InlineData("tables lst", "lst", "mammoth tables --help")]
    [InlineData("read", "table", "mammoth read --help")]
    [InlineData("read one two", "two", "mammoth read --help")]
    [InlineData("verify --frobnicate", "--frobnicate", "mammoth verify --help")]
    public async Task Is_refused_with_a_sentence(string line, string option, string takes)
    {
        CommandLine run = await CommandLine.RunAsync(line.Split(' '));

        Assert.Equal((64, ""), (run.ExitCode, run.Out));
        Assert.Contains(option, run.Error, StringComparison.Ordinal);
        Assert.Contains(takes, run.Error, StringComparison.Ordinal);
        Assert.Contains("What to do: ", run.Error, StringComparison.Ordinal);

        // Names of types are for programmers.
        Assert.DoesNotContain("System.", run.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("Mammoth.", run.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", run.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("TEXT")]
    [InlineData("Json")]
    [InlineData("csv")]
    public async Task Words_may_be_written_in_any_case(string word)
    {
        using SomeWarehouse warehouse = await SomeWarehouse.CreateAsync(TestContext.Current.CancellationToken);

        (await CommandLine.RunAsync("read", "notes", "-w", warehouse.Path, "--output", word)).EndedWell();
    }

    /// <summary>A time that people read in two ways is none.</summary>
    [Theory]
    [InlineData("01/02/2026")]
    [InlineData("2/1/26")]
    [InlineData("12:00")]
    [InlineData("March 5")]
    [InlineData("yesterday")]
    [InlineData("1767225600")]
    [InlineData("2026-02-30")]
    [InlineData("2026-03-01T25:00:00Z")]
    [InlineData("2026-03-01T12:00:00 Europe/Berlin")]
    [InlineData("Sun, 01 Mar 2026 12:00:00 GMT")]
    public async Task A_time_that_is_no_iso_time_is_refused(string time)
    {
        using SomeWarehouse warehouse = await SomeWarehouse.CreateAsync(TestContext.Current.CancellationToken);

        CommandLine run = await CommandLine.RunAsync("read", "notes", "-w", warehouse.Path, "--timestamp", time);

        Assert.Equal((64, ""), (run.ExitCode, run.Out));
        Assert.Contains($"'{time}' is no time", run.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("2999-12-31")]
    [InlineData("2999-12-31T12:30")]
    [InlineData("2999-12-31 12:30:05")]
    [InlineData("2999-12-31T12:30:05Z")]
    [InlineData("2999-12-31T12:30:05.123Z")]
    [InlineData("2999-12-31T12:30:05.123456Z")]
    [InlineData("2999-12-31T12:30:05.1234567+14:00")]
    [InlineData("2999-12-31T12:30-08:00")]
    [InlineData("2999-12-31 12:30:05+02")]
    public async Task Every_iso_time_is_understood(string time)
    {
        using SomeWarehouse warehouse = await SomeWarehouse.CreateAsync(TestContext.Current.CancellationToken);

        CommandLine run = await CommandLine.RunAsync("read", "notes", "-w", warehouse.Path, "--timestamp", time, "--output", "json");

        Assert.Equal((0, ""), (run.ExitCode, run.Error));
        Assert.Equal(3, run.Out.Split(Environment.NewLine, StringSplitOptions.RemoveEmptyEntries).Length);
    }

    /// <summary>What a snapshot's list shows is what <c>--timestamp</c> takes; a thousandth of a second earlier is before it.</summary>
    [Fact]
    public async Task A_zone_is_counted_and_none_means_utc()
    {
        using SomeWarehouse warehouse = await SomeWarehouse.CreateAsync(TestContext.Current.CancellationToken);
        CommandLine listed = await CommandLine.RunAsync("tables", "snapshots", "notes", "-w", warehouse.Path, "-o", "json");
        using System.Text.Json.JsonDocument snapshots = System.Text.Json.JsonDocument.Parse(listed.Out);
        DateTimeOffset second = snapshots.RootElement[1].GetProperty("at").GetDateTimeOffset();

        Assert.Equal(3, await RowsAsync(second.ToString("yyyy-MM-dd'T'HH:mm:ss.fff", System.Globalization.CultureInfo.InvariantCulture)));
        Assert.Equal(3, await RowsAsync(second.ToOffset(TimeSpan.FromHours(9)).ToString("yyyy-MM-dd'T'HH:mm:ss.fffzzz", System.Globalization.CultureInfo.InvariantCulture)));
        Assert.Equal(2, await RowsAsync(second.AddMilliseconds(-1).ToOffset(TimeSpan.FromHours(-9)).ToString("yyyy-MM-dd'T'HH:mm:ss.fffzzz", System.Globalization.CultureInfo.InvariantCulture)));

        async Task<int> RowsAsync(string time) =>
            (await CommandLine.RunAsync("read", "notes", "-w", warehouse.Path, "-o", "json", "--timestamp", time)).Out.Split(Environment.NewLine, StringSplitOptions.RemoveEmptyEntries).Length;
    }
}
