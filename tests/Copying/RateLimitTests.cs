using System.Diagnostics;
using Mammoth.Migration.Copying;
using Mammoth.Migration.Plans;
using Mammoth.Migration.Reports;
using Mammoth.Tests.Fixtures;
using Mammoth.Tests.Migrations;
using Npgsql;

namespace Mammoth.Tests.Copying;

public sealed class RateLimitTests(PostgresFixture postgres)
{
    private const long Megabyte = 1 << 20;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task All_who_take_together_get_no_more_than_the_rate()
    {
        var limit = new RateLimit(10 * Megabyte, TimeProvider.System);
        var watch = Stopwatch.StartNew();
        await Task.WhenAll(Enumerable.Range(0, 4).Select(async _ =>
        {
            for (int i = 0; i < 10; i++)
            {
                await limit.Take(Megabyte / 2, Cancellation);
            }
        }));

        // 20 MB, of which a quarter of a second's were kept.
        Assert.InRange(watch.Elapsed.TotalSeconds, 1.7, 20);
    }

    [Fact]
    public async Task What_was_not_taken_is_not_kept_for_later()
    {
        var limit = new RateLimit(10 * Megabyte, TimeProvider.System);
        await limit.Take(1, Cancellation);
        await Task.Delay(1_000, Cancellation);
        var watch = Stopwatch.StartNew();
        await limit.Take(10 * Megabyte, Cancellation);
        Assert.InRange(watch.Elapsed.TotalSeconds, 0.7, 20);
    }

    [Fact]
    public async Task Who_waits_can_be_cancelled()
    {
        var limit = new RateLimit(1, TimeProvider.System);
        using var stop = new CancellationTokenSource(100);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => limit.Take(1_000, stop.Token));
    }

    [Fact]
    public async Task Without_a_rate_nobody_waits() => Assert.True(new RateLimits(TimeProvider.System).Take(null, long.MaxValue, Cancellation).IsCompletedSuccessfully);

    [Fact]
    public async Task A_migration_reads_no_faster_than_it_may()
    {
        string source = await postgres.CreateDatabaseAsync("slowly", Cancellation);
        await using (var connection = new NpgsqlConnection(source))
        {
            await connection.OpenAsync(Cancellation);
            await using var command = new NpgsqlCommand("CREATE TABLE a AS SELECT i, repeat(md5(i::text), 8) AS t FROM generate_series(1, 30000) i; CREATE TABLE b AS TABLE a", connection);
            await command.ExecuteNonQueryAsync(Cancellation);
        }

        using var warehouse = new MigrationWarehouse();
        const long Rate = 4 * Megabyte;
        RunReport report = await warehouse.Migrate(source, new MigrationOptions { MaxRate = Rate, Slots = 2 }, Cancellation);
        Assert.True(report.Succeeded);
        double seconds = (double)report.Tables.Sum(t => t.SourceBytes) / Rate;
        Assert.True(seconds > 3, $"{seconds}");
        Assert.True((report.Finished - report.Started).TotalSeconds > seconds - 0.3, $"{report.Finished - report.Started}, where the rate makes it {seconds} s");
    }
}
