using Mammoth.Migration.Copying;
using Mammoth.Migration.Errors;
using Mammoth.Migration.Plans;
using Mammoth.Migration.Runs;
using Mammoth.Migration.Snapshots;
using Mammoth.Migration.Verification;
using Mammoth.Orchestrations.Local;
using Mammoth.Orchestrations.Runtime;
using Mammoth.Postgres.Catalog;
using Mammoth.Tests.Runtime;
using Microsoft.Data.Sqlite;
using Proofs = Mammoth.Orchestrations.Verifications;
using Steps = Mammoth.Orchestrations.Migrations;

namespace Mammoth.Tests.Migrations;

/// <summary>
/// Durable Functions loads an instance's whole history at every step, and puts a payload beyond its limits into a blob of its own. So histories and
/// payloads stay short, whatever the table's size: measured with activities that do nothing, but answer as long as the real ones.
/// </summary>
public sealed class HistoryTests
{
    /// <summary>Events in one history. A call is two events, and each step that hands over an answer is two more.</summary>
    private const int EventLimit = 1_000;

    /// <summary>Characters: 45 KB in a queue's message, and in a table 60 KB at two bytes each.</summary>
    private const int PayloadLimit = 30_000;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task The_history_of_a_table_of_five_thousand_chunks_stays_below_a_thousand_events()
    {
        using var journal = new LocalJournal();
        await using (LocalHost host = await Open(journal, chunks: 5_000, tables: 1))
        {
            await host.Start<Steps.MigrateTable>("table", new Steps.MigrateTable.Input("run", 1, "00000003-0000001B-1", Long("plans"), 0, 8), Cancellation);
            var outcome = await host.WaitForCompletion<TableOutcome>("table", Cancellation).WaitAsync(TimeSpan.FromMinutes(2), Cancellation);
            Assert.Equal(TableState.Staged, outcome.State);
            Assert.Equal(49, (await host.Status("table", Cancellation))!.Turn);
        }

        AssertShort(journal, "calls of CopyChunk", 5_000);
    }

    /// <summary>Ten terabytes at 100 MB/s a copy: 81,920 chunks, of which the tuner makes copies of eight each.</summary>
    [Fact]
    public async Task The_history_of_a_table_of_ten_terabytes_stays_below_a_thousand_events()
    {
        var heap = new Leaf(1, new("public", "huge"), 1_342_177_280, 10L << 40, 7);
        var chunks = new ChunkList(ChunkPlanner.Cut([heap], 150_000, new MigrationOptions().TargetFileSize));
        Assert.Equal(81_920, chunks.Count);
        using var journal = new LocalJournal();
        await using (LocalHost host = await Open(journal, chunks.Count, tables: 1, bytes: 10L << 40))
        {
            await host.Start<Steps.MigrateTable>("table", new Steps.MigrateTable.Input("run", 1, "00000003-0000001B-1", Long("plans"), 0, 8), Cancellation);
            var outcome = await host.WaitForCompletion<TableOutcome>("table", Cancellation).WaitAsync(TimeSpan.FromMinutes(2), Cancellation);
            Assert.Equal(TableState.Staged, outcome.State);
            Assert.Equal(81_920, (await host.Status("table", Cancellation))!.CustomAs<Steps.TableStanding>()!.ChunksDone);
        }

        Assert.InRange(Count(journal, "CopyChunk"), 3_000, 12_000);
        Assert.Equal(1, Count(journal, "KeepSizes"));
        AssertShort(journal, "calls of CopyChunk", 3_000);
    }

    [Fact]
    public async Task Histories_stay_short_for_two_thousand_tables()
    {
        using var journal = new LocalJournal();
        await using (LocalHost host = await Open(journal, chunks: 1, tables: 2_000))
        {
            await host.Start<Steps.MigrateDatabase>("run", new Steps.MigrateDatabase.Input("run", OnError.Continue, 8), Cancellation);
            await host.WaitForCompletion<Steps.MigrateDatabase.Result>("run", Cancellation).WaitAsync(TimeSpan.FromMinutes(2), Cancellation);
        }

        AssertShort(journal, "calls of CopyChunk", 2_000);
    }

    [Fact]
    public async Task Payloads_stay_small_where_every_table_fails_with_a_long_error()
    {
        using var journal = new LocalJournal();
        await using (LocalHost host = await Open(journal, chunks: 1, tables: 200, error: new string('x', 5_000)))
        {
            await host.Start<Steps.MigrateDatabase>("run", new Steps.MigrateDatabase.Input("run", OnError.Continue, 8), Cancellation);
            await host.WaitForCompletion<Steps.MigrateDatabase.Result>("run", Cancellation).WaitAsync(TimeSpan.FromMinutes(2), Cancellation);
        }

        AssertShort(journal, "calls of CopyChunk", 200);
    }

    [Theory]
    [InlineData(2)]
    [InlineData(8)]
    [InlineData(16)]
    public async Task The_history_of_a_table_whose_chunks_are_all_tried_five_times_stays_below_a_thousand_events(int slots)
    {
        using var journal = new LocalJournal();
        await using (LocalHost host = await Open(journal, chunks: 150, tables: 1, failures: 5))
        {
            await host.Start<Steps.MigrateTable>("table", new Steps.MigrateTable.Input("run", 1, "00000003-0000001B-1", Long("plans"), 0, slots), Cancellation);
            var outcome = await host.WaitForCompletion<TableOutcome>("table", Cancellation).WaitAsync(TimeSpan.FromMinutes(4), Cancellation);
            Assert.Equal(TableState.Staged, outcome.State);
        }

        AssertShort(journal, "calls of CopyChunk", 6 * 150);
    }

    [Fact]
    public async Task The_history_of_a_table_that_is_proven_in_thousands_of_parts_stays_below_a_thousand_events()
    {
        using var journal = new LocalJournal();
        await using (LocalHost host = await Open(journal, chunks: 1, tables: 1, parts: 3_000))
        {
            await host.Start<Steps.MigrateTable>("table", new Steps.MigrateTable.Input("run", 1, "00000003-0000001B-1", Long("plans"), 0, 8), Cancellation);
            var outcome = await host.WaitForCompletion<TableOutcome>("table", Cancellation).WaitAsync(TimeSpan.FromMinutes(2), Cancellation);
            Assert.Equal(TableState.Staged, outcome.State);
        }

        AssertShort(journal, "calls of DigestFiles", 3_000, "DigestFiles");
    }

    [Fact]
    public async Task The_history_of_a_snapshot_held_for_hundreds_of_shifts_stays_short()
    {
        using var journal = new LocalJournal();
        await using (LocalHost host = await Open(journal, chunks: 1, tables: 1, shifts: 320))
        {
            await host.Start<Steps.KeepSnapshot>("holder", new Steps.KeepSnapshot.Input("run", 1, 1, TimeSpan.FromMinutes(5)), Cancellation);
            await host.WaitForCompletion<Nothing>("holder", Cancellation).WaitAsync(TimeSpan.FromMinutes(2), Cancellation);
            Assert.Equal(6, (await host.Status("holder", Cancellation))!.Turn);
        }

        AssertShort(journal, "calls of HoldSnapshot", 320, "HoldSnapshot");
    }

    [Fact]
    public async Task Histories_stay_short_where_the_snapshot_is_lost_again_and_again()
    {
        using var journal = new LocalJournal();
        await using (LocalHost host = await Open(journal, chunks: 1, tables: 300, losses: 15))
        {
            await host.Start<Steps.MigrateDatabase>("run", new Steps.MigrateDatabase.Input("run", OnError.Continue, 8), Cancellation);
            await host.WaitForCompletion<Steps.MigrateDatabase.Result>("run", Cancellation).WaitAsync(TimeSpan.FromMinutes(2), Cancellation);
            InstanceStatus status = (await host.Status("run", Cancellation))!;
            Assert.Equal(15, status.Turn);
            Steps.RunStanding standing = status.CustomAs<Steps.RunStanding>()!;
            Assert.Equal(16, standing.Epoch);
            Assert.Equal(10, standing.PlanFolders.Count);
            Assert.Contains("plans-1-", standing.PlanFolders[0], StringComparison.Ordinal);
            Assert.Contains("plans-16-", standing.PlanFolders[^1], StringComparison.Ordinal);
        }

        AssertShort(journal, "calls of MakePlan", 16, "MakePlan");
    }

    [Theory]
    [InlineData(0, 0)]
    [InlineData(0, 3)]
    [InlineData(5, 0)]
    public async Task Histories_stay_short_for_the_verification_of_a_thousand_tables(int failures, int parts)
    {
        using var journal = new LocalJournal();
        int tables = failures + parts == 0 ? 1_000 : 120;
        await using (LocalHost host = await Open(journal, chunks: 1, tables, failures: failures, parts: parts))
        {
            await host.Start<Proofs.VerifyWarehouse>("run", new Proofs.VerifyWarehouse.Input("run"), Cancellation);
            var result = await host.WaitForCompletion<Proofs.VerifyWarehouse.Result>("run", Cancellation).WaitAsync(TimeSpan.FromMinutes(4), Cancellation);
            Assert.Equal((tables, 0), (result.Tables, result.Differing));
        }

        AssertShort(journal, "calls of ProveTable", tables, "ProveTable");
    }

    private static Task<LocalHost> Open(LocalJournal journal, int chunks, int tables, string? error = null, int failures = 0, int parts = 1, int shifts = 0, int losses = 0, long bytes = 0) => journal.Open(
        new LocalOptions { Flush = false, KeepTurns = true, MaxActivities = 20, Time = failures + shifts + losses > 0 ? new FastTime(2_000) : TimeProvider.System },
        new Registry()
            .AddOrchestration<Proofs.VerifyWarehouse>().AddOrchestration<Proofs.SumDigests>()
            .AddActivity(() => new ChooseTables(tables)).AddActivity(() => new ProveTable(failures, parts)).AddActivity<FoldProofs>().AddActivity<DigestFiles>()
            .AddActivity<CountRows>().AddActivity<FoldOutcomes>()
            .AddOrchestration<Steps.MigrateDatabase>().AddOrchestration<Steps.KeepSnapshot>().AddOrchestration<Steps.MigrateTables>().AddOrchestration<Steps.MigrateTable>()
            .AddActivity(() => new HoldSnapshot(shifts)).AddActivity<AwaitSnapshot>().AddActivity<ReleaseSnapshot>()
            .AddActivity(() => new MakePlan(tables)).AddActivity(() => new OpenTable(chunks, bytes)).AddActivity<KeepSizes>().AddEntity<Steps.BatchSizes>().AddActivity(() => new CopyChunk(error, failures, losses))
            .AddActivity<FoldChunks>().AddActivity(() => new StageTable(parts)).AddActivity<VerifyTable>().AddActivity<RecordOutcomes>().AddActivity<PublishRun>()
            .AddActivity<TellFailure>().AddActivity<SweepRun>());

    private static void AssertShort(LocalJournal journal, string what, int expected, string name = "CopyChunk")
    {
        using var connection = new SqliteConnection($"Data Source={journal.Path};Mode=ReadOnly;Pooling=False");
        connection.Open();
        Assert.True(expected <= Number(connection, $"SELECT count(*) FROM calls WHERE name = '{name}'"), what);
        long events = Number(connection, "SELECT max(n) FROM (SELECT 2 * sum(n) AS n FROM (SELECT id, turn, count(*) AS n FROM calls GROUP BY id, turn UNION ALL SELECT id, turn, count(*) FROM deliveries GROUP BY id, turn) GROUP BY id, turn)");
        Assert.InRange(events, 1, EventLimit);
        using var command = new SqliteCommand("SELECT name || ' in ' || id, length(payload) FROM (SELECT id, name, payload FROM calls UNION ALL SELECT id, 'an answer', payload FROM deliveries) ORDER BY 2 DESC LIMIT 1", connection);
        using SqliteDataReader longest = command.ExecuteReader();
        Assert.True(longest.Read());
        Assert.True(longest.GetInt64(1) <= PayloadLimit, $"{longest.GetString(0)} has {longest.GetInt64(1):N0} characters.");
    }

    private static long Count(LocalJournal journal, string name)
    {
        using var connection = new SqliteConnection($"Data Source={journal.Path};Mode=ReadOnly;Pooling=False");
        connection.Open();
        return Number(connection, $"SELECT count(*) FROM calls WHERE name = '{name}'");
    }

    private static int Epoch(string table) => int.Parse(table.Split("tables-")[1].Split('-')[0], System.Globalization.CultureInfo.InvariantCulture);

    private static long Number(SqliteConnection connection, string query)
    {
        using var command = new SqliteCommand(query, connection);
        return (long)command.ExecuteScalar()!;
    }

    /// <summary>A location as long as those in a deep warehouse are.</summary>
    private static string Long(string name) =>
        $"abfss://a-container-of-a-length@astorageaccountofdlength.dfs.core.windows.net/warehouses/production/shop/_mammoth/runs/20261123T084512-0a1b2c/{name}-{Guid.CreateVersion7():N}.json";

    private sealed class HoldSnapshot(int shifts) : Activity<HoldSnapshot, Steps.HoldSnapshot.Input, Steps.HoldSnapshot.Result>
    {
        public override Task<Steps.HoldSnapshot.Result> Run(ActivityContext context, Steps.HoldSnapshot.Input input) => Task.FromResult(new Steps.HoldSnapshot.Result(input.Shift.Number < shifts ? ShiftEnd.Relieved : ShiftEnd.Released));
    }

    private sealed class AwaitSnapshot : Activity<AwaitSnapshot, Steps.AwaitSnapshot.Input, Steps.AwaitSnapshot.Result>
    {
        public override Task<Steps.AwaitSnapshot.Result> Run(ActivityContext context, Steps.AwaitSnapshot.Input input) => Task.FromResult(new Steps.AwaitSnapshot.Result("00000003-0000001B-1"));
    }

    private sealed class ReleaseSnapshot : Activity<ReleaseSnapshot, Steps.ReleaseSnapshot.Input, Nothing>
    {
        public override Task<Nothing> Run(ActivityContext context, Steps.ReleaseSnapshot.Input input) => Task.FromResult(default(Nothing));
    }

    private sealed class MakePlan(int tables) : Activity<MakePlan, Steps.MakePlan.Input, Steps.MakePlan.Result>
    {
        public override Task<Steps.MakePlan.Result> Run(ActivityContext context, Steps.MakePlan.Input input) => Task.FromResult(new Steps.MakePlan.Result(Long($"plans-{input.Epoch}"), tables));
    }

    private sealed class OpenTable(int chunks, long bytes) : Activity<OpenTable, Steps.OpenTable.Input, Steps.OpenTable.Result>
    {
        public override Task<Steps.OpenTable.Result> Run(ActivityContext context, Steps.OpenTable.Input input) =>
            Task.FromResult(new Steps.OpenTable.Result(Long($"tables-{input.Epoch}"), chunks, "a_schema_of_some_length.a_table_with_a_name_as_long_as_they_may_be_in_postgresql_63")
            {
                Bytes = bytes,
                MaxBytes = bytes > 0 ? 4L << 30 : 0,
                Sizes = bytes > 0 ? Long("sizes") : "",
            });
    }

    private sealed class CopyChunk(string? error, int failures, int losses) : Activity<CopyChunk, Steps.CopyChunk.Input, ChunkResult>
    {
        public override Task<ChunkResult> Run(ActivityContext context, Steps.CopyChunk.Input input) => error is not null
            ? throw new InvalidOperationException(error)
            : context.Attempt <= failures ? throw new TimeoutException(new string('x', 500))
            : Epoch(input.Table) <= losses ? throw new FailureException(new(nameof(SnapshotLostException), "The snapshot is lost."))
            : Task.FromResult(new ChunkResult
            {
                Chunk = input.Chunk,
                Manifest = Long("chunks/20261123T084512-0a1b2c-00000"),
                QuarantineManifest = Long("chunks/20261123T084512-0a1b2c-00000-quarantine"),
                Rows = 123_456_789,
                QuarantinedRows = 1_234,
                Bytes = 12_345_678_901,
                FileBytes = 2_345_678_901,
                Files = 12,
                Digest = $"123456789:{new string('f', 32)}",
                QuarantineDigest = $"1234:{new string('f', 32)}",
                Count = input.Count,
                Memory = 0.123,
                Started = DateTimeOffset.UtcNow,
                Finished = DateTimeOffset.UtcNow.AddSeconds(0.3 + (input.Count * 1.34)),
            });
    }

    private sealed class KeepSizes : Activity<KeepSizes, Steps.KeepSizes.Input, Nothing>
    {
        public override Task<Nothing> Run(ActivityContext context, Steps.KeepSizes.Input input) => Task.FromResult(default(Nothing));
    }

    private sealed class FoldChunks : Activity<FoldChunks, Steps.FoldChunks.Input, string>
    {
        public override Task<string> Run(ActivityContext context, Steps.FoldChunks.Input input) => Task.FromResult(Long("chunks/fold"));
    }

    private sealed class StageTable(int parts) : Activity<StageTable, Steps.StageTable.Input, Steps.StageTable.Result>
    {
        public override Task<Steps.StageTable.Result> Run(ActivityContext context, Steps.StageTable.Input input) =>
            Task.FromResult(new Steps.StageTable.Result(Long("staged"), new ProofParts(parts, 1L << 30)));
    }

    private sealed class VerifyTable : Activity<VerifyTable, Steps.VerifyTable.Input, string>
    {
        public override Task<string> Run(ActivityContext context, Steps.VerifyTable.Input input) => Task.FromResult(Long("proven"));
    }

    private sealed class RecordOutcomes : Activity<RecordOutcomes, Steps.RecordOutcomes.Input, string>
    {
        public override Task<string> Run(ActivityContext context, Steps.RecordOutcomes.Input input) => Task.FromResult(Long("outcomes"));
    }

    private sealed class PublishRun : Activity<PublishRun, Steps.PublishRun.Input, Steps.PublishRun.Result>
    {
        public override Task<Steps.PublishRun.Result> Run(ActivityContext context, Steps.PublishRun.Input input) => Task.FromResult(new Steps.PublishRun.Result(Long("report"), true, true));
    }

    private sealed class TellFailure : Activity<TellFailure, Steps.TellFailure.Input, Nothing>
    {
        public override Task<Nothing> Run(ActivityContext context, Steps.TellFailure.Input input) => Task.FromResult(default(Nothing));
    }

    private sealed class SweepRun : Activity<SweepRun, Steps.SweepRun.Input, Steps.SweepRun.Result>
    {
        public override Task<Steps.SweepRun.Result> Run(ActivityContext context, Steps.SweepRun.Input input) => Task.FromResult(new Steps.SweepRun.Result(12, null));
    }

    private sealed class FoldOutcomes : Activity<FoldOutcomes, Steps.FoldOutcomes.Input, string>
    {
        public override Task<string> Run(ActivityContext context, Steps.FoldOutcomes.Input input) => Task.FromResult(Long("outcomes"));
    }

    private sealed class CountRows : Activity<CountRows, Steps.CountRows.Input, Steps.CountRows.Result>
    {
        public override Task<Steps.CountRows.Result> Run(ActivityContext context, Steps.CountRows.Input input) => Task.FromResult(new Steps.CountRows.Result(123_456_789));
    }

    private sealed class DigestFiles : Activity<DigestFiles, Proofs.DigestFiles.Input, Proofs.DigestFiles.Result>
    {
        public override Task<Proofs.DigestFiles.Result> Run(ActivityContext context, Proofs.DigestFiles.Input input) =>
            Task.FromResult(new Proofs.DigestFiles.Result($"123456789:{new string('f', 32)}", null));
    }

    private sealed class ChooseTables(int tables) : Activity<ChooseTables, Proofs.ChooseTables.Input, Proofs.ChooseTables.Result>
    {
        public override Task<Proofs.ChooseTables.Result> Run(ActivityContext context, Proofs.ChooseTables.Input input) =>
            Task.FromResult(new Proofs.ChooseTables.Result(Long("tables"), tables));
    }

    private sealed class ProveTable(int failures, int parts) : Activity<ProveTable, Proofs.ProveTable.Input, Proofs.ProveTable.Result>
    {
        public override Task<Proofs.ProveTable.Result> Run(ActivityContext context, Proofs.ProveTable.Input input) => context.Attempt <= failures
            ? throw new TimeoutException(new string('x', 500))
            : Task.FromResult(parts > 1 && input.Divided is null
                ? new Proofs.ProveTable.Result(Long("divided"), false, 0, new ProofParts(parts, 1L << 30))
                : new Proofs.ProveTable.Result(Long("proofs"), true, 123_456_789));
    }

    private sealed class FoldProofs : Activity<FoldProofs, Proofs.FoldProofs.Input, string>
    {
        public override Task<string> Run(ActivityContext context, Proofs.FoldProofs.Input input) => Task.FromResult(Long("proofs"));
    }
}
