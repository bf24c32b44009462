using Mammoth.Iceberg.Catalogs;
using Mammoth.Iceberg.IO;
using Mammoth.Migration.Plans;
using Mammoth.Migration.Runs;
using Mammoth.Orchestrations.Drift;
using Mammoth.Orchestrations.Inspections;
using Mammoth.Orchestrations.Local;
using Mammoth.Orchestrations.Migrations;
using Mammoth.Orchestrations.Recovery;
using Mammoth.Orchestrations.Runtime;
using Mammoth.Orchestrations.Verifications;
using Mammoth.Tests.Fixtures;
using Mammoth.Tests.Migrations;
using Microsoft.Data.Sqlite;
using Npgsql;

namespace Mammoth.Tests.Runtime;

/// <summary>
/// The product's own orchestrations. Real runs are recorded: quiet ones, ones with failing tables, with steps that are tried again, with a lost snapshot, with more
/// tables and chunks than go into one turn. From every beginning of every history the code must ask for the same calls and come to the same end.
/// </summary>
public sealed class MigrationReplayTests(PostgresFixture postgres)
{
    private const string Some = """
        CREATE TABLE a (id int PRIMARY KEY, x text); INSERT INTO a SELECT g, 'a' || g FROM generate_series(1, 500) g;
        CREATE TABLE b (id int PRIMARY KEY REFERENCES a, day date); INSERT INTO b SELECT g, '2026-01-01' FROM generate_series(1, 400) g;
        CREATE TABLE c (id int, span interval);
        """;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_quiet_run_replays_from_every_beginning()
    {
        using Recorded run = await RecordAsync(Some, new MigrationOptions());

        Assert.True(run.Result.Published);
        Assert.True(run.Replay() > 20);
    }

    [Theory]
    [InlineData(OnError.Stop)]
    [InlineData(OnError.Continue)]
    public async Task A_run_with_a_failing_table_replays(OnError onError)
    {
        MigrationOptions options = new()
        {
            OnError = onError,
            Tables = new Dictionary<string, TableSettings> { ["public.b"] = new() { Filter = "1 / (id - 7) < 1000" }, ["public.a"] = new() { Filter = "id < 100" } },
        };
        using Recorded run = await RecordAsync(Some, options);

        Assert.Equal((false, onError == OnError.Continue), (run.Result.Succeeded, run.Result.Published));
        Assert.True(run.Replay() > 20);
    }

    [Fact]
    public async Task A_run_whose_columns_become_text_on_the_way_replays()
    {
        using Recorded run = await RecordAsync($"{Some} INSERT INTO b VALUES (401, 'infinity'); CREATE TABLE d (t time, u timestamp); INSERT INTO d VALUES ('24:00', '4713-01-01 BC');", new MigrationOptions { Slots = 3 });

        Assert.True(run.Result.Published);
        Assert.True(run.Turns > 0, "No table started again.");
        Assert.True(run.Replay() > 20);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public async Task A_run_over_shaky_storage_replays(int seed)
    {
        using Recorded run = await RecordAsync(Some, new MigrationOptions { Slots = 3 }, io => new ShakyFileIO(io, seed, 0.08));

        Assert.True(run.Shaky!.Broken > 3, $"It broke {run.Shaky.Broken} times.");
        Assert.True(run.Result.Published);
        Assert.True(run.Calls("") > 0, "No step was tried again: there is no timer.");
        Assert.True(run.Replay() > 20);
        await EqualAsync(run);
    }

    [Fact]
    public async Task A_run_that_lost_its_snapshot_replays()
    {
        MigrationOptions options = new() { Slots = 2, Tables = new Dictionary<string, TableSettings> { ["public.a"] = new() { Filter = "pg_sleep(0.01) IS NOT NULL" } } };
        using Recorded run = await RecordAsync(Some, options, disturb: async source =>
        {
            await using NpgsqlConnection connection = await OpenAsync(source);
            while ((long)(await ScalarAsync(connection, "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND state = 'active' AND pid <> pg_backend_pid() AND query LIKE 'SELECT % FROM ONLY %pg_sleep%' AND query NOT LIKE '%count(*)%'"))! == 0)
                await Task.Delay(20, Token);
            await ScalarAsync(connection, "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid() AND backend_type = 'client backend'");
        });

        Assert.True(run.Result.Published);
        Assert.True(run.Calls("HoldSnapshot") > 1, "The snapshot was not lost.");
        Assert.True(run.Replay() > 20);
        await EqualAsync(run);
    }

    /// <summary>A hundred tables are a group of their own, a hundred chunks a turn.</summary>
    [Fact]
    public async Task A_run_of_many_tables_and_chunks_replays()
    {
        string many = $"""
            {string.Join('\n', Enumerable.Range(1, 103).Select(i => $"CREATE TABLE t{i} (id int);"))}
            CREATE TABLE parts (id int) PARTITION BY RANGE (id);
            {string.Join('\n', Enumerable.Range(0, 205).Select(i => $"CREATE TABLE parts_{i} PARTITION OF parts FOR VALUES FROM ({i}) TO ({i + 1});"))}
            INSERT INTO parts SELECT g FROM generate_series(0, 204) g;
            """;
        using Recorded run = await RecordAsync(many, MigrationWarehouse.Apart with { Slots = 6, Include = ["*.t1*", "*.t2*", "*.t3*", "*.t4*", "*.t5*", "*.t6*", "*.t7*", "*.t8*", "*.t9*", "*.parts"] });

        Assert.True(run.Result.Published);
        Assert.Equal(2, run.Calls("MigrateTables"));
        Assert.True(run.Turns >= 2, $"{run.Turns} turns");
        Assert.True(run.Replay() > 500);
    }

    /// <summary>
    /// The process dies right after a commit of the journal, with its sessions; a new one goes on. Whatever the commit, the rows are the source's, each table has one
    /// snapshot, and the history that was written by two processes replays.
    /// </summary>
    [Theory]
    [InlineData(0.03, true)]
    [InlineData(0.15, true)]
    [InlineData(0.3, true)]
    [InlineData(0.45, true)]
    [InlineData(0.6, true)]
    [InlineData(0.75, true)]
    [InlineData(0.3, false)]
    [InlineData(0.45, false)]
    [InlineData(0.6, false)]
    [InlineData(0.75, false)]
    public async Task A_run_that_died_at_a_commit_goes_on_and_replays(double moment, bool small)
    {
        MigrationOptions options = small ? new() : MigrationWarehouse.Apart;
        int commits = 0;
        using (Recorded whole = await RecordAsync(Some, options, change: o => o with { CommitEachStep = true, Committed = _ => commits++ }))
        {
            Assert.True(commits > 30);
            Assert.Equal(small ? 0 : 2, whole.Calls(nameof(VerifyTable)));
            Assert.Equal(small ? 3 : 1, whole.Calls(nameof(CopySmallTable)));
        }

        using Recorded run = await RecordAsync(Some, options, dieAt: (int)(commits * moment));

        Assert.True(run.Died, "It had ended before.");
        Assert.True(run.Result.Published);
        Assert.True(run.Replay() > 20);
        await EqualAsync(run);
    }

    /// <summary>A file a part: a large table as it is in small.</summary>
    [Fact]
    public async Task A_run_whose_proofs_are_divided_replays_and_so_do_the_plan_the_drift_check_the_verification_and_the_rehearsal_of_its_warehouse()
    {
        string parts = $"""
            CREATE TABLE parts (id int, x text) PARTITION BY RANGE (id);
            {string.Join('\n', Enumerable.Range(0, 12).Select(i => $"CREATE TABLE parts_{i} PARTITION OF parts FOR VALUES FROM ({i * 100}) TO ({(i + 1) * 100});"))}
            INSERT INTO parts SELECT g, 'x' || g FROM generate_series(0, 1199) g;
            """;
        using Recorded run = await RecordAsync($"{Some} {parts}", MigrationWarehouse.Apart with { Slots = 3 }, proofBytes: 1);

        Assert.True(run.Result.Published);
        Assert.Equal(12, run.Calls("DigestFiles"));
        Assert.Equal(1, run.Calls("CountRows"));
        Assert.True(run.Replay() > 40);
        await EqualAsync(run);
        await using (NpgsqlConnection connection = await OpenAsync(run.Source))
            await ScalarAsync(connection, "ALTER TABLE a ADD more int");

        foreach (RunKind kind in (RunKind[])[RunKind.DryRun, RunKind.Drift, RunKind.Verification, RunKind.Rehearsal])
        {
            string id = $"{kind}";
            await RunIndex.Add(run.Site, new RunEntry(id, kind, DateTimeOffset.UtcNow, run.Site.SourceName, new MigrationOptions()), Token);
            string path = Path.Combine(run.Warehouse, $"{id}.db");
            await using (LocalHost host = await LocalHost.Open(path, new Registry().AddMigrations(run.Site), new LocalOptions { Flush = false, KeepTurns = true }, Token))
            {
                if (kind == RunKind.DryRun)
                {
                    await host.Start<InspectDatabase>(id, new InspectDatabase.Input(id), Token);
                    Assert.Equal(4, (await host.WaitForCompletion<InspectDatabase.Result>(id, Token)).Tables);
                }
                else if (kind == RunKind.Drift)
                {
                    await host.Start<DetectDrift>(id, new DetectDrift.Input(id), Token);
                    DetectDrift.Result result = await host.WaitForCompletion<DetectDrift.Result>(id, Token);
                    Assert.Equal((4, 1), (result.Tables, result.Changes));
                }
                else if (kind == RunKind.Rehearsal)
                {
                    await host.Start<RehearseRecovery>(id, new RehearseRecovery.Input(id), Token);
                    RehearseRecovery.Result result = await host.WaitForCompletion<RehearseRecovery.Result>(id, Token);
                    Assert.Equal((4, 0), (result.Tables, result.Differing));
                }
                else
                {
                    await host.Start<VerifyWarehouse>(id, new VerifyWarehouse.Input(id), Token);
                    VerifyWarehouse.Result result = await host.WaitForCompletion<VerifyWarehouse.Result>(id, Token);
                    Assert.Equal((4, 0), (result.Tables, result.Differing));
                }
            }

            Assert.True(ReplayCheck.Run(path, new Registry().AddMigrations(run.Site)) >= (kind switch { RunKind.DryRun => 2, RunKind.Drift => 3, RunKind.Rehearsal => 8, _ => 20 }));
        }
    }

    /// <summary>Every table as <c>read</c> prints it has the source's rows, and one snapshot.</summary>
    private static async Task EqualAsync(Recorded run)
    {
        await using NpgsqlConnection connection = await OpenAsync(run.Source);
        foreach (string table in (string[])["a", "b", "c"])
        {
            Cli.CommandLine read = await Cli.CommandLine.RunAsync("read", $"public.{table}", "-w", run.Warehouse, "-o", "csv", "--columns", "id");
            Assert.Equal(0, read.ExitCode);
            IEnumerable<int> ids = read.Out.Split("\r\n", StringSplitOptions.RemoveEmptyEntries).Skip(1).Select(l => int.Parse(l, System.Globalization.CultureInfo.InvariantCulture));
            Assert.Equal((int[])(await ScalarAsync(connection, $"SELECT coalesce(array_agg(id ORDER BY id), '{{}}'::int[]) FROM {table}"))!, ids.Order());
            using System.Text.Json.JsonDocument snapshots = System.Text.Json.JsonDocument.Parse((await Cli.CommandLine.RunAsync("tables", "snapshots", $"public.{table}", "-w", run.Warehouse, "-o", "json")).Out);
            Assert.Equal(1, snapshots.RootElement.GetArrayLength());
        }
    }

    private async Task<Recorded> RecordAsync(
        string sql, MigrationOptions options, Func<IFileIO, ShakyFileIO>? shaky = null, Func<string, Task>? disturb = null, int? dieAt = null, Func<LocalOptions, LocalOptions>? change = null, long? proofBytes = null)
    {
        string source = await postgres.CreateDatabaseAsync("replay", Token);
        await using (NpgsqlConnection connection = await OpenAsync(source))
            await ScalarAsync(connection, $"{sql} SELECT 1");
        MigrationWarehouse warehouse = new() { ProofBytes = proofBytes, RehearsalTarget = source };
        MigrationSite quiet = await warehouse.Site(source, Token);
        ShakyFileIO? io = shaky?.Invoke(quiet.Io);
        MigrationSite site = io is null ? quiet : new MigrationSite(source, io, await StorageCatalog.Open(quiet.Io, warehouse.Root, readOnly: false, Token), warehouse);
        await RunRecord.Begin(quiet, new RunRecord("recorded", options, quiet.SourceName, DateTimeOffset.UtcNow), Token);
        string path = Path.Combine(warehouse.Folder, "journal.db");
        int left = dieAt ?? int.MaxValue;
        LocalOptions local = new() { Flush = false, KeepTurns = true, MaxActivities = options.Slots + 2, Time = new FastTime(30), StopGrace = TimeSpan.FromMinutes(10) };
        if (dieAt is not null)
            local = local with { CommitEachStep = true, Committed = _ => Die(ref left) };
        local = change?.Invoke(local) ?? local;
        Task disturbing = disturb?.Invoke(source) ?? Task.CompletedTask;
        try
        {
            MigrateDatabase.Result result = await RunAsync(path, site, options, local);
            return new(source, warehouse, path, site, result, io, Died: false);
        }
        catch (DiedException)
        {
            // With the process its sessions die.
            await using (NpgsqlConnection connection = await OpenAsync(source))
                await ScalarAsync(connection, "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid() AND backend_type = 'client backend'");
            MigrationSite next = await warehouse.Site(source, Token);
            MigrateDatabase.Result result = await RunAsync(path, next, options, local with { CommitEachStep = false, Committed = null });
            return new(source, warehouse, path, next, result, io, Died: true);
        }
        finally
        {
            await disturbing;
        }
    }

    private static async Task<MigrateDatabase.Result> RunAsync(string path, MigrationSite site, MigrationOptions options, LocalOptions local)
    {
        await using LocalHost host = await LocalHost.Open(path, new Registry().AddMigrations(site), local, Token);
        if (await host.Status("recorded", Token) is null)
            await host.Start<MigrateDatabase>("recorded", new MigrateDatabase.Input("recorded", options.OnError, options.Slots), Token);
        return await host.WaitForCompletion<MigrateDatabase.Result>("recorded", Token).WaitAsync(TimeSpan.FromMinutes(4), Token);
    }

    private static void Die(ref int left)
    {
        if (--left == 0)
            throw new DiedException();
    }

    private static async Task<NpgsqlConnection> OpenAsync(string source)
    {
        NpgsqlConnection connection = new(source);
        await connection.OpenAsync(Token);
        return connection;
    }

    private static async Task<object?> ScalarAsync(NpgsqlConnection connection, string sql)
    {
        await using NpgsqlCommand command = new(sql, connection) { CommandTimeout = 0 };
        return await command.ExecuteScalarAsync(Token);
    }

    private sealed class DiedException : Exception;

    /// <summary>A run that has ended, with all turns of its journal.</summary>
    private sealed record Recorded(string Source, MigrationWarehouse Place, string Journal, MigrationSite Site, MigrateDatabase.Result Result, ShakyFileIO? Shaky, bool Died) : IDisposable
    {
        public string Warehouse => Place.Folder;

        /// <summary>The most turns that an instance took.</summary>
        public int Turns => (int)Ask("SELECT max(turn) FROM instances");

        /// <summary>How often an activity or orchestration was called, in all turns. A timer's name is empty.</summary>
        public long Calls(string name) => Ask("SELECT count(*) FROM calls WHERE name = $1", name);

        public int Replay() => ReplayCheck.Run(Journal, new Registry().AddMigrations(Site));

        public void Dispose() => Place.Dispose();

        private long Ask(string sql, params string[] values)
        {
            using SqliteConnection connection = new(new SqliteConnectionStringBuilder { DataSource = Journal, Pooling = false }.ToString());
            connection.Open();
            using SqliteCommand command = connection.CreateCommand();
#pragma warning disable CA2100 // Constants of this file.
            command.CommandText = sql;
#pragma warning restore CA2100
            foreach ((int i, string value) in values.Index())
                command.Parameters.AddWithValue($"${i + 1}", value);
            return (long)command.ExecuteScalar()!;
        }
    }
}
