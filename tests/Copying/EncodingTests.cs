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
        using var area = new MigrationArea(await SourceDatabase.Create(postgres, "encodings", """
            CREATE TABLE public.t (id bigint PRIMARY KEY, at timestamptz, amount numeric(12,2), day date, few int);
            INSERT INTO public.t SELECT i, '2020-01-01'::timestamptz + i * interval '7 s', i * 1.01, '2000-01-01'::date + i, i % 3 FROM generate_series(1, 20000) i;
            ANALYZE public.t
            """, Cancellation), readers);
        var report = (await area.MigrateHere("--profile", profile)).Expect(0).Report;
        Assert.Equal(20_000, await area.Judge(report, "public.t"));
        var encodings = await readers.DuckDb(
            $"SELECT DISTINCT path_in_schema FROM parquet_metadata('{area.Folder}/**/t/data/*.parquet') WHERE encodings LIKE '%DELTA_BINARY_PACKED%' ORDER BY ALL", Cancellation);
        Assert.Equal(areDifferences ? ["amount", "at", "day", "id"] : [], encodings.Rows.Select(r => r[0]));
    }
}
