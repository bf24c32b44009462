using Mammoth.Migration.Errors;
using Mammoth.Migration.Plans;
using Mammoth.Migration.Reports;
using Mammoth.Tests.Fixtures;
using Mammoth.Tests.Migrations;
using Npgsql;

namespace Mammoth.Tests.Snapshots;

/// <summary>A snapshot holds back the source's vacuum: <c>--max-snapshot-age</c> says for how long it may.</summary>
public sealed class SnapshotAgeTests(PostgresFixture postgres)
{
    /// <summary>On the tests' clock, two seconds.</summary>
    private static readonly TimeSpan Age = TimeSpan.FromMinutes(10);

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_snapshot_that_is_too_old_is_given_up_and_the_tables_left_are_read_at_the_next()
    {
        string source = await Source();
        using var warehouse = new MigrationWarehouse();
        int left = 1;
        warehouse.Watching = e => Wait(e is ProgressEvent.TableDone && Interlocked.Exchange(ref left, 0) == 1);
        RunReport report = await warehouse.Migrate(source, new MigrationOptions { Slots = 1, MaxSnapshotAge = Age }, Cancellation);
        Assert.True(report.Succeeded);
        Assert.Equal(Consistency.Table, report.Consistency);
        Assert.Equal([1, 2], report.Snapshots.Select(s => s.Epoch));
        Assert.Equal(1, report.Tables.Count(t => t.Epoch == 1));
        Assert.All(report.Tables, t => Assert.Equal((Outcome.Published, 100, true), (t.Outcome, t.Rows, t.Verification!.Holds)));
        Assert.Contains(report.Warnings, w => w.Message.Contains("Snapshot 1 was given up when it was 0:10:00 old", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Where_not_one_table_is_done_by_then_the_run_fails_and_says_so()
    {
        string source = await Source();
        using var warehouse = new MigrationWarehouse();
        warehouse.Watching = e => Wait(e is ProgressEvent.Copied);
        RunFailedException failed = await Assert.ThrowsAsync<RunFailedException>(() => warehouse.Migrate(source, new MigrationOptions { Slots = 1, MaxSnapshotAge = Age }, Cancellation));
        Assert.Contains("Not one table was finished by then", failed.Message, StringComparison.Ordinal);
        Assert.Contains("--max-snapshot-age", failed.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_was_finished_under_earlier_ones_is_published_where_the_run_goes_on_after_failures()
    {
        string source = await Source();
        using var warehouse = new MigrationWarehouse();
        bool isFirstDone = false;
        warehouse.Watching = e =>
        {
            Wait(isFirstDone ? e is ProgressEvent.Copied : e is ProgressEvent.TableDone);
            isFirstDone |= e is ProgressEvent.TableDone;
        };
        RunReport report = await warehouse.Migrate(source, new MigrationOptions { Slots = 1, MaxSnapshotAge = Age, OnError = OnError.Continue }, Cancellation);
        Assert.False(report.Succeeded);
        Assert.Equal([(Outcome.Failed, 2), (Outcome.Published, 1)], report.Tables.GroupBy(t => t.Outcome).Select(g => (g.Key, g.Count())).OrderBy(g => g.Item2 == 1));
        Assert.All(report.Tables.Where(t => t.Outcome == Outcome.Failed), t => Assert.Contains("--max-snapshot-age", t.Error, StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_younger_one_is_left_alone()
    {
        using var warehouse = new MigrationWarehouse();
        RunReport report = await warehouse.Migrate(await Source(), new MigrationOptions { Slots = 1, MaxSnapshotAge = TimeSpan.FromDays(1) }, Cancellation);
        Assert.Equal((Consistency.Database, 1, 0), (report.Consistency, report.Snapshots.Count, report.Warnings.Count));
    }

    private static void Wait(bool now)
    {
        if (now)
        {
            Thread.Sleep(4_000);
        }
    }

    private async Task<string> Source()
    {
        string source = await postgres.CreateDatabaseAsync("aged", Cancellation);
        await using var connection = new NpgsqlConnection(source);
        await connection.OpenAsync(Cancellation);
        await using var command = new NpgsqlCommand("CREATE TABLE a AS SELECT i FROM generate_series(1, 100) i; CREATE TABLE b AS TABLE a; CREATE TABLE c AS TABLE a", connection);
        await command.ExecuteNonQueryAsync(Cancellation);
        return source;
    }
}
