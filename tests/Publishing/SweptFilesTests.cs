using Mammoth.Migration.Plans;
using Mammoth.Migration.Reports;
using Mammoth.Migration.Types;
using Mammoth.Tests.Fixtures;
using Mammoth.Tests.Migrations;
using Npgsql;

namespace Mammoth.Tests.Publishing;

/// <summary>What lies below a table when a run is over: what snapshots name, and what others put there.</summary>
public sealed class SweptFilesTests(PostgresFixture postgres) : IDisposable
{
    private readonly MigrationWarehouse _warehouse = new();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public void Dispose() => _warehouse.Dispose();

    [Fact]
    public async Task Files_of_a_table_that_started_again_are_gone()
    {
        string source = await Source("""
            CREATE TABLE t (id int, d date) PARTITION BY RANGE (id);
            CREATE TABLE t_1 PARTITION OF t FOR VALUES FROM (1) TO (1000);
            CREATE TABLE t_2 PARTITION OF t FOR VALUES FROM (1000) TO (2000);
            INSERT INTO t SELECT i, '2020-01-01' FROM generate_series(1, 1500) i;
            INSERT INTO t VALUES (1999, 'infinity');
            """);
        List<int> found = [];
        _warehouse.Watching = e =>
        {
            if (e is ProgressEvent.Restarted)
            {
                found.Add(_warehouse.Files("public.t").Length);
            }
        };
        RunReport report = await _warehouse.Migrate(source, MigrationWarehouse.Apart with { Slots = 1 }, Cancellation);
        Assert.Equal([1], found);
        Assert.Equal(2, Assert.Single(report.Tables).Files);
        Assert.Equal(2, _warehouse.Files("public.t").Length);
    }

    [Fact]
    public async Task Files_of_the_runs_own_attempts_that_came_to_nothing_are_deleted_and_nobody_elses()
    {
        string source = await Source("CREATE TABLE t AS SELECT i AS id FROM generate_series(1, 100) i");
        const string attempt = "0190a3b4c5d67e8f90a1b2c3d4e5f607";
        var run = MigrationWarehouse.New(source, new MigrationOptions());
        string[] own =
        [
            $"data/{run.RunId}-00000-{attempt}-000.parquet", $"metadata/{run.RunId}-{attempt}-m0.avro", $"metadata/snap-77-1-{run.RunId}-{attempt}.avro",
            $"data/_large/{run.RunId}-00000-{attempt}-00012.bin", $"data/_large/{run.RunId}-00000-{attempt}.json", $"data/_large/{run.RunId}-{attempt}-large.json",
        ];
        string[] others =
        [
            $"data/{run.RunId}-2-00000-{attempt}-000.parquet", $"data/{attempt}.parquet", $"metadata/{attempt}-m0.avro", $"metadata/snap-77-1-{attempt}.avro",
            $"data/_large/{run.RunId}-2-00000-{attempt}-00012.bin", $"data/_large/shared/{attempt}.bin", $"data/_large/{attempt}.json",
        ];
        _warehouse.Watching = e =>
        {
            if (e is ProgressEvent.Publishing)
            {
                foreach (string file in own.Concat(others))
                {
                    string path = Path.Combine(_warehouse.Folder, "public", "t", file);
                    Directory.CreateDirectory(Path.GetDirectoryName(path)!);
                    File.WriteAllText(path, "left over");
                }
            }
        };
        await _warehouse.Migrate(source, run, Cancellation);
        Assert.All(own, f => Assert.False(File.Exists(Path.Combine(_warehouse.Folder, "public", "t", f)), f));
        Assert.All(others, f => Assert.True(File.Exists(Path.Combine(_warehouse.Folder, "public", "t", f)), f));

        // What was published is all there: the next run reads it back.
        foreach (string file in others)
        {
            File.Delete(Path.Combine(_warehouse.Folder, "public", "t", file));
        }

        RunReport again = await _warehouse.Migrate(source, new MigrationOptions(), Cancellation);
        Assert.Equal(Outcome.Unchanged, Assert.Single(again.Tables).Outcome);
    }

    [Fact]
    public async Task A_table_that_was_not_published_leaves_neither_rows_nor_manifests_nor_quarantine()
    {
        string source = await Source("""
            CREATE TABLE a_good (id int, d date);
            INSERT INTO a_good SELECT i, CASE WHEN i = 5 THEN 'infinity'::date ELSE '2020-01-01' END FROM generate_series(1, 100) i;
            CREATE TABLE bad (d date);
            INSERT INTO bad VALUES ('infinity');
            """);
        var options = new MigrationOptions
        {
            Slots = 1,
            Tables = new Dictionary<string, TableSettings> { ["public.a_good"] = new() { Policy = TypePolicy.Quarantine }, ["public.bad"] = new() { Policy = TypePolicy.Fail } },
        };
        RunReport report = await _warehouse.Migrate(source, options, Cancellation);
        Assert.Equal([("a_good", Outcome.Withheld), ("bad", Outcome.Failed)], report.Tables.Select(t => (t.Name, t.Outcome)).Order());
        Assert.Equal(1, report.Tables.Single(t => t.Name == "a_good").QuarantinedRows);
        foreach (string table in (string[])["public.a_good", "mammoth.quarantine", "public.bad"])
        {
            Assert.Empty(_warehouse.Files(table));
            Assert.Empty(_warehouse.Files(table, "metadata"));
        }
    }

    private async Task<string> Source(string sql)
    {
        string source = await postgres.CreateDatabaseAsync("swept", Cancellation);
        await using var connection = new NpgsqlConnection(source);
        await connection.OpenAsync(Cancellation);
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync(Cancellation);
        return source;
    }
}
