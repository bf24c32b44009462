using Mammoth.Iceberg.IO;
using Mammoth.Migration.Connections;
using Mammoth.Migration.Plans;
using Mammoth.Migration.Reports;
using Mammoth.Migration.Runs;
using Mammoth.Migration.Snapshots;
using Mammoth.Orchestrations.Local;
using Mammoth.Orchestrations.Migrations;
using Mammoth.Orchestrations.Runtime;
using Mammoth.Tests.Fixtures;
using Mammoth.Tests.Migrations;
using Npgsql;

namespace Mammoth.Tests.Connections;

/// <summary>The snapshot as it is held in Azure: by two at a time on different workers, in shifts; copies run on workers of their own.</summary>
public sealed class HolderTests(PostgresFixture postgres)
{
    /// <summary>What the sessions that hold a snapshot do last, in the order of their exports.</summary>
    private const string Holders = "SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid() AND state = 'idle in transaction' AND (query = 'SELECT 1' OR query LIKE '%pg_export_snapshot%') ORDER BY xact_start";

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Holders_relieve_each_other_many_times_and_the_snapshot_stays_the_same()
    {
        var shifts = new Shifts();
        RunReport report = await Migrate(new Holding(2, TimeSpan.FromSeconds(1)), shifts, async source =>
        {
            await UntilCopied(source);
            await Execute(source, "INSERT INTO t1 SELECT -i FROM generate_series(1, 50) i; INSERT INTO t6 SELECT -i FROM generate_series(1, 50) i;");
        });

        Assert.All(report.Tables, t => Assert.True((t.Outcome, t.Epoch, t.Rows) == (Outcome.Published, 1, 500L), $"{t.Source}: {t.Outcome} {t.Epoch} {t.Rows} {t.Error}"));
        Assert.Equal(Consistency.Database, report.Consistency);
        Assert.True(shifts.Of(ShiftEnd.Relieved) >= 6, $"{shifts.Of(ShiftEnd.Relieved)} were relieved.");

        // At the end there may be a successor beside each.
        Assert.InRange(shifts.Of(ShiftEnd.Released), 2, 4);
        Assert.Equal(0, shifts.Of(ShiftEnd.Lost));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    public async Task A_holder_whose_session_ends_takes_the_snapshot_over_from_the_other(int which)
    {
        var shifts = new Shifts();
        RunReport report = await Migrate(new Holding(2, null), shifts, async source =>
        {
            await UntilCopied(source);
            int[] holders = await UntilHeldBy(source, 2);
            await Execute(source, "INSERT INTO t6 SELECT -i FROM generate_series(1, 50) i;");
            await Execute(source, $"SELECT pg_terminate_backend({holders[which]})");
            await Until(() => Task.FromResult(shifts.Of(ShiftEnd.Lost) == 1));
            int[] others = await UntilHeldBy(source, 2);
            Assert.Contains(holders[1 - which], others);
        });

        Assert.All(report.Tables, t => Assert.True((t.Outcome, t.Epoch, t.Rows) == (Outcome.Published, 1, 500L), $"{t.Source}: {t.Outcome} {t.Epoch} {t.Rows} {t.Error}"));
        Assert.Equal(Consistency.Database, report.Consistency);
        Assert.Equal((1, 2), (shifts.Of(ShiftEnd.Lost), shifts.Of(ShiftEnd.Released)));
    }

    [Fact]
    public async Task Where_all_holders_are_lost_at_once_what_is_not_done_is_read_anew_and_the_report_says_so()
    {
        var shifts = new Shifts();
        RunReport report = await Migrate(new Holding(2, null), shifts, async source =>
        {
            await UntilCopied(source);
            await UntilHeldBy(source, 2);
            await Execute(source, "INSERT INTO t6 SELECT -i FROM generate_series(1, 50) i;");

            // Copies at work keep the snapshot too, and end with it.
            await Execute(source, "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid() AND backend_type = 'client backend'");
        });

        Assert.All(report.Tables, t => Assert.True(t.Outcome == Outcome.Published, $"{t.Source}: {t.Error}"));
        Assert.Equal(2, report.Snapshots.Count);
        Assert.Equal((2, 550L), report.Tables.Where(t => t.Source == "public.t6").Select(t => (t.Epoch, t.Rows)).Single());
        Assert.Contains(report.Tables, t => t.Epoch == 1);
        Assert.Equal(Consistency.Table, report.Consistency);
    }

    private async Task<RunReport> Migrate(Holding holding, Shifts shifts, Func<string, Task> disturb)
    {
        string source = await postgres.CreateDatabaseAsync("holders", Cancellation);
        await Execute(source, string.Join('\n', Enumerable.Range(1, 6).Select(t => $"CREATE TABLE t{t} (id int); INSERT INTO t{t} SELECT i FROM generate_series(1, 500) i;")));
        using var warehouse = new MigrationWarehouse();
        MigrationSite[] workers = [await Worker(warehouse, source, holding, "a"), await Worker(warehouse, source, holding, "b"), await Worker(warehouse, source, holding, "c")];

        // A row takes 3 ms, a table 1.5 s.
        var options = new MigrationOptions { Slots = 1, Tables = new Dictionary<string, TableSettings> { ["public.*"] = new() { Filter = "pg_sleep(0.002) IS NOT NULL" } } };
        var record = new RunRecord(RunRecord.NewId(DateTimeOffset.UtcNow), options, workers[0].SourceName, DateTimeOffset.UtcNow);
        await RunRecord.Begin(workers[0], record, Cancellation);
        Task disturbing = disturb(source);
        await using LocalHost host = await LocalHost.Open(Path.Combine(warehouse.Folder, "journal.db"), shifts.Registry(workers), new LocalOptions { Flush = false, MaxActivities = 20, ReplayAlways = true }, Cancellation);
        await host.Start<MigrateDatabase>(record.RunId, new MigrateDatabase.Input(record.RunId, OnError.Stop, record.Options.Slots) { Holding = holding }, Cancellation);
        MigrateDatabase.Result result = await host.WaitForCompletion<MigrateDatabase.Result>(record.RunId, Cancellation).WaitAsync(TimeSpan.FromMinutes(3), Cancellation);
        await disturbing;
        string held = Path.Combine(warehouse.Folder, "_mammoth", "runs", record.RunId, "holders");
        Assert.True(!Directory.Exists(held) || !Directory.EnumerateFiles(held).Any(), "A holder did not leave.");
        return await workers[0].Folder(record.RunId).Read<RunReport>(result.Report, Cancellation);
    }

    private static async Task<MigrationSite> Worker(MigrationWarehouse warehouse, string source, Holding holding, string name)
    {
        MigrationSite site = await warehouse.Site(source, Cancellation);
        return new MigrationSite(site.Source, site.Io, site.Catalog, site.Progress) { Budget = new ConnectionBudget(new LocalFileIO(), warehouse.Root, 4, TimeProvider.System), Holding = holding, Worker = name };
    }

    private static Task UntilCopied(string source) =>
        Until(async () => (await Query(source, "SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND state = 'active' AND pid <> pg_backend_pid() AND query LIKE 'SELECT % FROM ONLY %t2%' AND query NOT LIKE '%count(*)%'")).Length > 0);

    private static async Task<int[]> UntilHeldBy(string source, int count)
    {
        int[] holders = [];
        await Until(async () => (holders = await Query(source, Holders)).Length == count);
        return holders;
    }

    private static async Task Until(Func<Task<bool>> holds)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(Cancellation);
        patience.CancelAfter(TimeSpan.FromMinutes(1));
        while (!await holds())
            await Task.Delay(20, patience.Token);
    }

    private static async Task<int[]> Query(string source, string sql)
    {
        await using var connection = new NpgsqlConnection(source);
        await connection.OpenAsync(Cancellation);
        await using var command = new NpgsqlCommand(sql, connection);
        await using NpgsqlDataReader reader = await command.ExecuteReaderAsync(Cancellation);
        List<int> rows = [];
        while (await reader.ReadAsync(Cancellation))
            rows.Add(reader.GetInt32(0));
        return [.. rows];
    }

    private static async Task Execute(string source, string sql)
    {
        await using var connection = new NpgsqlConnection(source);
        await connection.OpenAsync(Cancellation);
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync(Cancellation);
    }

    /// <summary>How the shifts ended; seat 1 is worker a's, seat 2 worker b's, all else worker c's.</summary>
    private sealed class Shifts
    {
        private readonly List<ShiftEnd> _ends = [];

        public int Of(ShiftEnd end)
        {
            lock (_ends)
                return _ends.Count(e => e == end);
        }

        public Registry Registry(MigrationSite[] workers)
        {
            MigrationSite other = workers[2];
            return new Registry()
                .AddOrchestration<MigrateDatabase>().AddOrchestration<KeepSnapshot>().AddOrchestration<MigrateTables>().AddOrchestration<MigrateTable>()
                .AddActivity(() => new HoldSnapshot(workers, this))
                .AddActivity(() => new AwaitSnapshot(other)).AddActivity(() => new ReleaseSnapshot(other))
                .AddActivity(() => new MakePlan(other)).AddActivity(() => new OpenTable(other)).AddActivity(() => new CopyChunk(other)).AddActivity(() => new CopySmallTable(other)).AddActivity(() => new KeepSizes(other)).AddEntity<BatchSizes>()
                .AddActivity(() => new FoldChunks(other)).AddActivity(() => new StageTable(other)).AddActivity(() => new VerifyTable(other))
                .AddActivity(() => new RecordOutcomes(other)).AddActivity(() => new PublishRun(other))
                .AddActivity(() => new FoldOutcomes(other)).AddActivity(() => new TellFailure(other)).AddActivity(() => new SweepRun(other))
                .Classify(FailureText.Classify);
        }

        private sealed class HoldSnapshot(MigrationSite[] workers, Shifts shifts) : Activity<HoldSnapshot, Mammoth.Orchestrations.Migrations.HoldSnapshot.Input, Mammoth.Orchestrations.Migrations.HoldSnapshot.Result>
        {
            public override async Task<Mammoth.Orchestrations.Migrations.HoldSnapshot.Result> Run(ActivityContext context, Mammoth.Orchestrations.Migrations.HoldSnapshot.Input input)
            {
                ShiftEnd end = await SnapshotHold.Run(workers[input.Shift.Seat - 1], input.Run, input.Shift, context.Cancellation);
                lock (shifts._ends)
                    shifts._ends.Add(end);
                return new(end);
            }
        }
    }
}
