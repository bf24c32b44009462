using Mammoth.Migration.Reports;
using Mammoth.Tests.Fixtures;
using Npgsql;

namespace Mammoth.Tests.Migrations;

/// <summary>Batches by foreign keys are an order and no barrier: no copy waits for the last chunk of another table.</summary>
public sealed class OverlappingTablesTests(PostgresFixture postgres)
{
    private const int Children = 8;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Small_tables_of_later_batches_are_copied_between_the_chunks_of_a_large_one()
    {
        string source = await Source();
        using var warehouse = new MigrationWarehouse();
        var order = new List<(int Table, bool IsDone)>();
        warehouse.Watching = e =>
        {
            lock (order)
            {
                if (e is ProgressEvent.Copied copied)
                {
                    order.Add((copied.Table, false));

                    // A server that takes its time: the order of events is then that of the queue.
                    Thread.Sleep(20);
                }
                else if (e is ProgressEvent.TableDone done)
                {
                    order.Add((done.Table, true));
                }
            }
        };
        RunReport report = await warehouse.Migrate(source, MigrationWarehouse.Apart with { Slots = 2, TargetFileSize = 1 << 20 }, Cancellation);
        Assert.True(report.Succeeded);
        TableReport parent = report.Tables.Single(t => t.Name == "parent");
        int number = Index(report, parent);
        Assert.True(parent.Chunks >= 20, $"{parent.Chunks} chunks");
        Assert.All(report.Tables.Where(t => t.Name != "parent"), t => Assert.True(t.Batch > parent.Batch));
        int end = order.FindIndex(e => e.IsDone && e.Table == number);
        Assert.True(order[..end].Count(e => e.IsDone) >= Children - 2, $"Only {order[..end].Count(e => e.IsDone)} of {Children} tables were done before the large one.");
    }

    private static int Index(RunReport report, TableReport table) => report.Tables.Select((t, i) => (t, i)).Single(t => t.t == table).i;

    private async Task<string> Source()
    {
        string source = await postgres.CreateDatabaseAsync("overlapping", Cancellation);
        await using var connection = new NpgsqlConnection(source);
        await connection.OpenAsync(Cancellation);
        string children = string.Concat(Enumerable.Range(0, Children).Select(i => $"CREATE TABLE child{i} (id bigint REFERENCES parent); INSERT INTO child{i} SELECT i FROM generate_series(1, 100) i; "));
        await using var command = new NpgsqlCommand(
            $"CREATE TABLE parent (id bigint PRIMARY KEY, t text); INSERT INTO parent SELECT i, repeat(md5(i::text), 30) FROM generate_series(1, 200000) i; {children} ANALYZE", connection);
        await command.ExecuteNonQueryAsync(Cancellation);
        return source;
    }
}
