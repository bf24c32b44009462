using Mammoth.Tests.EndToEnd.Running;
using Mammoth.Tests.Fixtures;

namespace Mammoth.Tests.Copying;

/// <summary>Columns that compression takes next to nothing from are left as they are once a file has shown it, and every reader reads them.</summary>
public sealed class CompressionTests(PostgresFixture postgres, Readers readers)
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Later_files_of_a_table_are_written_by_what_the_first_showed()
    {
        using var area = new MigrationArea(await SourceDatabase.Create(postgres, "compression", """
            CREATE TABLE public.t (id int, u uuid, tags uuid[], note text);
            INSERT INTO public.t SELECT i, md5(i::text)::uuid, ARRAY[md5('a' || i)::uuid, NULL, md5('b' || i)::uuid], nullif(repeat('note ' || i % 100, 30), 'note 7') FROM generate_series(1, 60000) i
            """, Cancellation), readers);
        var report = (await area.MigrateHere("--slots", "1", "--target-file-size", "1MB")).Expect(0).Report;
        Assert.Equal(60_000, await area.Judge(report, "public.t"));
        var table = Assert.Single(report.Tables);
        var codecs = await readers.DuckDb(
            $"SELECT path_in_schema, string_agg(DISTINCT compression, ' ' ORDER BY compression) FROM parquet_metadata('{area.Folder}/**/t/data/*.parquet') GROUP BY ALL ORDER BY ALL", Cancellation);
        Assert.Equal(["id ZSTD", "note ZSTD", "tags, list, element UNCOMPRESSED ZSTD", "u UNCOMPRESSED ZSTD"], codecs.Rows.Select(r => string.Join(' ', r!)));
        Assert.Equal(60_000, (await readers.Icebird(table.Location!, null, Cancellation)).Rows.Count);
    }
}
