using Mammoth.Migration.Reports;
using Mammoth.Tests.EndToEnd.Running;
using Mammoth.Tests.Fixtures;

namespace Mammoth.Tests.Copying;

/// <summary>How columns are encoded in the files of a migration, by whom they are for.</summary>
public sealed class EncodingTests(PostgresFixture postgres, Readers readers)
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("generic", true)]
    [InlineData("spark", false)]
    [InlineData("fabric", false)]
    public async Task Whole_numbers_are_differences_unless_the_reader_may_not_know_them(string profile, bool areDifferences)
    {
        using var area = await Area();
        var report = (await area.MigrateHere("--profile", profile)).Expect(0).Report;
        Assert.Equal(20_000, await area.Judge(report, "public.t"));
        Assert.Equal(areDifferences ? ["amount", "at", "day", "id"] : [], await Differences(area, report));
    }

    [Fact]
    public async Task A_table_that_has_not_changed_is_written_anew_for_a_reader_that_may_not_know_its_encodings()
    {
        using var area = await Area();
        Assert.Equal(Outcome.Published, await Migrate("generic"));
        Assert.Equal(Outcome.Published, await Migrate("spark"));
        var report = (await area.MigrateHere("--profile", "fabric")).Expect(0).Report;
        Assert.Equal(Outcome.Unchanged, Assert.Single(report.Tables).Outcome);
        Assert.Empty(await Differences(area, report));
        Assert.Equal(20_000, await area.Judge(report, "public.t"));
        Assert.Equal(Outcome.Unchanged, await Migrate("generic"));

        async Task<Outcome> Migrate(string profile) => Assert.Single((await area.MigrateHere("--profile", profile)).Expect(0).Report.Tables).Outcome;
    }

    private async Task<MigrationArea> Area() => new(await SourceDatabase.Create(postgres, "encodings", """
        CREATE TABLE public.t (id bigint PRIMARY KEY, at timestamptz, amount numeric(12,2), day date, few int);
        INSERT INTO public.t SELECT i, '2020-01-01'::timestamptz + i * interval '7 s', i * 1.01, '2000-01-01'::date + i, i % 3 FROM generate_series(1, 20000) i;
        ANALYZE public.t
        """, Cancellation), readers);

    /// <summary>Which columns are differences in the files that the table has now.</summary>
    private async Task<IReadOnlyList<object?>> Differences(MigrationArea area, RunReport report)
    {
        var written = await area.Warehouse.Written(Assert.Single(report.Tables).Location!, null, Cancellation);
        var files = string.Join(", ", written.Files.Select(f => $"'{f}'"));
        var encodings = await readers.DuckDb(
            $"SELECT DISTINCT path_in_schema FROM parquet_metadata([{files}]) WHERE encodings LIKE '%DELTA_BINARY_PACKED%' ORDER BY ALL", Cancellation);
        return [.. encodings.Rows.Select(r => r[0])];
    }
}
