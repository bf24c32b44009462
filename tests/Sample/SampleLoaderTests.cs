using Mammoth.Cli.Sample;
using Mammoth.Migration.Errors;
using Mammoth.Tests.Fixtures;
using Npgsql;

namespace Mammoth.Tests.Sample;

public sealed class SampleLoaderTests(PostgresFixture postgres)
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Fills_a_database_with_every_shape_that_is_promised()
    {
        string source = await postgres.CreateDatabaseAsync("sample", Token);

        SampleSummary summary = await new SampleLoader(source).LoadAsync(SampleSize.Small, 42, replace: false, progress: null, Token);

        Assert.InRange(summary.Rows, 40_000, 60_000);
        await using NpgsqlConnection connection = new(source);
        await connection.OpenAsync(Token);
        Assert.Equal(0L, await ScalarAsync(connection, "SELECT count(*) FROM shop.returns"));
        Assert.Equal(20L << 20, await ScalarAsync(connection, "SELECT max(size) FROM shop.attachments"));
        Assert.Equal(0L, await ScalarAsync(connection, "SELECT min(size) FROM shop.attachments"));
        Assert.Equal(9_000L, await ScalarAsync(connection, "SELECT count(*) FROM shop.events"));
        Assert.True((long)(await ScalarAsync(connection, "SELECT count(*) FROM ONLY shop.events_other"))! > 0);
        Assert.True((long)(await ScalarAsync(connection, "SELECT count(*) FROM shop.events_2024_03_buy"))! > 0);
        Assert.Equal(200L, await ScalarAsync(connection, "SELECT count(*) FROM ONLY shop.places"));
        Assert.Equal(2L, await ScalarAsync(connection, "SELECT count(*) FROM pg_class WHERE relname IN ('Case', 'case')"));
        Assert.Equal("payload", await ScalarAsync(connection, "SELECT attname::text FROM pg_attribute WHERE attrelid = 'shop.events_2024_05'::regclass AND attnum = 1"));
        Assert.Equal(0L, await ScalarAsync(connection, "SELECT count(*) FROM pg_constraint WHERE conrelid = 'shop.log_lines'::regclass"));
    }

    [Fact]
    public async Task Every_type_that_a_column_can_have_is_in_every_type()
    {
        string source = await postgres.CreateDatabaseAsync("sample_types", Token);
        await new SampleLoader(source).LoadAsync(SampleSize.Small, 1, replace: false, progress: null, Token);
        await using NpgsqlConnection connection = new(source);
        await connection.OpenAsync(Token);

        // Not for columns: node trees and statistics, which have no input function that takes anything.
        await using NpgsqlCommand command = new(
            """
            SELECT coalesce(string_agg(t.typname, ', ' ORDER BY t.typname), '') FROM pg_type t
            WHERE t.typnamespace = 'pg_catalog'::regnamespace AND t.typtype IN ('b', 'r', 'm') AND t.typcategory <> 'A' AND t.typrelid = 0
              AND t.typname NOT IN ('pg_node_tree', 'pg_ndistinct', 'pg_dependencies', 'pg_mcv_list', 'pg_brin_bloom_summary', 'pg_brin_minmax_multi_summary', 'gtsvector')
              AND NOT EXISTS (SELECT FROM pg_attribute a WHERE a.attrelid = 'types.every_type'::regclass AND a.atttypid = t.oid)
            """,
            connection);

        Assert.Equal("", await command.ExecuteScalarAsync(Token));
    }

    [Fact]
    public async Task Refuses_to_drop_what_is_there_unless_told_to()
    {
        string source = await postgres.CreateDatabaseAsync("sample_twice", Token);
        await using (NpgsqlConnection connection = new(source))
        {
            await connection.OpenAsync(Token);
            await ScalarAsync(connection, "CREATE SCHEMA shop; CREATE TABLE shop.mine (); SELECT 1");
        }

        UsageException refused = await Assert.ThrowsAsync<UsageException>(() => new SampleLoader(source).LoadAsync(SampleSize.Small, 1, replace: false, progress: null, Token));
        Assert.Contains("shop", refused.Message, StringComparison.Ordinal);

        SampleSummary summary = await new SampleLoader(source).LoadAsync(SampleSize.Small, 1, replace: true, progress: null, Token);
        Assert.True(summary.Tables > 20);
    }

    private static async Task<object?> ScalarAsync(NpgsqlConnection connection, string sql)
    {
        await using NpgsqlCommand command = new(sql, connection);
        return await command.ExecuteScalarAsync(Token);
    }
}
