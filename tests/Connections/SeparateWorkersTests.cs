using Mammoth.Iceberg.IO;
using Mammoth.Migration.Connections;
using Mammoth.Migration.Plans;
using Mammoth.Migration.Reports;
using Mammoth.Migration.Runs;
using Mammoth.Orchestrations.Local;
using Mammoth.Orchestrations.Migrations;
using Mammoth.Orchestrations.Runtime;
using Mammoth.Tests.Fixtures;
using Mammoth.Tests.Migrations;
using Npgsql;

namespace Mammoth.Tests.Connections;

/// <summary>A migration as in Azure: the snapshot is held on one worker, copies and proofs run on two others, which share nothing but the warehouse.</summary>
public sealed class SeparateWorkersTests(PostgresFixture postgres)
{
    private const int Budget = 2;

    /// <summary>The holder's snapshot and its locks, and pg_dump's for the schema.</summary>
    private const int Beside = 4;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Copies_on_other_workers_read_the_holders_snapshot_and_stay_within_the_budget()
    {
        string source = await postgres.CreateDatabaseAsync("separate_workers", Cancellation);
        await Run(source, string.Join('\n', Enumerable.Range(1, 8).Select(t => $"CREATE TABLE t{t} AS SELECT i AS id, repeat(md5(i::text), 10) AS text FROM generate_series(1, 20000) i;")));
        using var warehouse = new MigrationWarehouse();
        MigrationSite holder = await Worker(warehouse, source);
        MigrationSite[] copiers = [await Worker(warehouse, source), await Worker(warehouse, source)];
        var record = new RunRecord(RunRecord.NewId(DateTimeOffset.UtcNow), new MigrationOptions { Slots = 8 }, holder.SourceName, DateTimeOffset.UtcNow);
        await RunRecord.Begin(holder, record, Cancellation);

        using var watching = CancellationTokenSource.CreateLinkedTokenSource(Cancellation);
        Task<int> most = MostConnections(source, watching.Token);
        MigrateDatabase.Result result;
        await using (LocalHost host = await LocalHost.Open(Path.Combine(warehouse.Folder, "journal.db"), Registry(holder, copiers), new LocalOptions { Flush = false, MaxActivities = 20 }, Cancellation))
        {
            await host.Start<MigrateDatabase>(record.RunId, new MigrateDatabase.Input(record.RunId, OnError.Stop, record.Options.Slots), Cancellation);
            result = await host.WaitForCompletion<MigrateDatabase.Result>(record.RunId, Cancellation).WaitAsync(TimeSpan.FromMinutes(3), Cancellation);
        }

        await watching.CancelAsync();
        RunReport report = await holder.Folder(record.RunId).Read<RunReport>(result.Report, Cancellation);
        Assert.All(report.Tables, t => Assert.True(t.Outcome == Outcome.Published, $"{t.Source}: {t.Error}"));
        Assert.Equal((160_000L, Consistency.Database), (report.Rows, report.Consistency));
        Assert.InRange(await most, 1, Budget + Beside);
    }

    private static async Task<MigrationSite> Worker(MigrationWarehouse warehouse, string source)
    {
        MigrationSite site = await warehouse.Site(source, Cancellation);
        return new MigrationSite(site.Source, site.Io, site.Catalog, site.Progress) { Budget = new ConnectionBudget(new LocalFileIO(), warehouse.Root, Budget, TimeProvider.System) };
    }

    private static Registry Registry(MigrationSite holder, MigrationSite[] copiers)
    {
        int turn = 0;
        MigrationSite Other() => copiers[Interlocked.Increment(ref turn) % copiers.Length];
        return new Registry()
            .AddOrchestration<MigrateDatabase>().AddOrchestration<KeepSnapshot>().AddOrchestration<MigrateTables>().AddOrchestration<MigrateTable>()
            .AddActivity(() => new HoldSnapshot(holder))
            .AddActivity(() => new AwaitSnapshot(Other())).AddActivity(() => new ReleaseSnapshot(Other()))
            .AddActivity(() => new MakePlan(Other())).AddActivity(() => new OpenTable(Other())).AddActivity(() => new CopyChunk(Other())).AddActivity(() => new CopySmallTable(Other())).AddActivity(() => new KeepSizes(Other())).AddEntity<BatchSizes>()
            .AddActivity(() => new FoldChunks(Other())).AddActivity(() => new StageTable(Other())).AddActivity(() => new VerifyTable(Other()))
            .AddActivity(() => new RecordOutcomes(Other())).AddActivity(() => new PublishRun(Other()))
            .AddActivity(() => new FoldOutcomes(Other())).AddActivity(() => new TellFailure(Other())).AddActivity(() => new SweepRun(Other()))
            .Classify(FailureText.Classify);
    }

    /// <summary>The most sessions that the database had at a time, until cancelled.</summary>
    private static async Task<int> MostConnections(string source, CancellationToken until)
    {
        var admin = new NpgsqlConnectionStringBuilder(source);
        string database = admin.Database!;
        admin.Database = "postgres";
        admin.Pooling = false;
        await using var connection = new NpgsqlConnection(admin.ConnectionString);
        await connection.OpenAsync(until);
        int most = 0;
        while (!until.IsCancellationRequested)
        {
            await using var command = new NpgsqlCommand("SELECT count(*)::int FROM pg_stat_activity WHERE datname = $1 AND backend_type = 'client backend'", connection) { Parameters = { new() { Value = database } } };
            most = Math.Max(most, (int)(await command.ExecuteScalarAsync(CancellationToken.None))!);
            await Task.Delay(20, CancellationToken.None);
        }

        return most;
    }

    private static async Task Run(string source, string sql)
    {
        await using var connection = new NpgsqlConnection(new NpgsqlConnectionStringBuilder(source) { Pooling = false }.ConnectionString);
        await connection.OpenAsync(Cancellation);
        await using var command = new NpgsqlCommand(sql, connection) { CommandTimeout = 0 };
        await command.ExecuteNonQueryAsync(Cancellation);
    }
}
