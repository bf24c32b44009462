using Mammoth.Migration.Copying;
using Mammoth.Migration.Plans;
using Mammoth.Migration.Runs;
using Mammoth.Migration.Snapshots;
using Mammoth.Orchestrations.Local;
using Mammoth.Orchestrations.Runtime;
using Mammoth.Tests.Runtime;
using Microsoft.Data.Sqlite;
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

    private static Task<LocalHost> Open(LocalJournal journal, int chunks, int tables, string? error = null) => journal.Open(
        new LocalOptions { Flush = false, KeepTurns = true, MaxActivities = 12 },
        new Registry()
            .AddOrchestration<Steps.MigrateDatabase>().AddOrchestration<Steps.KeepSnapshot>().AddOrchestration<Steps.MigrateTables>().AddOrchestration<Steps.MigrateTable>()
            .AddActivity<HoldSnapshot>().AddActivity<AwaitSnapshot>().AddActivity<ReleaseSnapshot>()
            .AddActivity(() => new MakePlan(tables)).AddActivity(() => new OpenTable(chunks)).AddActivity(() => new CopyChunk(error))
            .AddActivity<FoldChunks>().AddActivity<StageTable>().AddActivity<VerifyTable>().AddActivity<RecordOutcomes>().AddActivity<PublishRun>()
            .AddActivity<TellFailure>().AddActivity<SweepRun>());

    private static void AssertShort(LocalJournal journal, string what, int expected)
    {
        using var connection = new SqliteConnection($"Data Source={journal.Path};Mode=ReadOnly;Pooling=False");
        connection.Open();
        Assert.True(expected <= Number(connection, "SELECT count(*) FROM calls WHERE name = 'CopyChunk'"), what);
        long events = Number(connection, "SELECT max(n) FROM (SELECT 2 * sum(n) AS n FROM (SELECT id, turn, count(*) AS n FROM calls GROUP BY id, turn UNION ALL SELECT id, turn, count(*) FROM deliveries GROUP BY id, turn) GROUP BY id, turn)");
        Assert.InRange(events, 1, EventLimit);
        using var command = new SqliteCommand("SELECT name || ' in ' || id, length(payload) FROM (SELECT id, name, payload FROM calls UNION ALL SELECT id, 'an answer', payload FROM deliveries) ORDER BY 2 DESC LIMIT 1", connection);
        using SqliteDataReader longest = command.ExecuteReader();
        Assert.True(longest.Read());
        Assert.True(longest.GetInt64(1) <= PayloadLimit, $"{longest.GetString(0)} has {longest.GetInt64(1):N0} characters.");
    }

    private static long Number(SqliteConnection connection, string query)
    {
        using var command = new SqliteCommand(query, connection);
        return (long)command.ExecuteScalar()!;
    }

    /// <summary>A location as long as those in a deep warehouse are.</summary>
    private static string Long(string name) =>
        $"abfss://a-container-of-a-length@astorageaccountofdlength.dfs.core.windows.net/warehouses/production/shop/_mammoth/runs/20261123T084512-0a1b2c/{name}-{Guid.CreateVersion7():N}.json";

    private sealed class HoldSnapshot : Activity<HoldSnapshot, Steps.HoldSnapshot.Input, Steps.HoldSnapshot.Result>
    {
        public override Task<Steps.HoldSnapshot.Result> Run(ActivityContext context, Steps.HoldSnapshot.Input input) => Task.FromResult(new Steps.HoldSnapshot.Result(ShiftEnd.Released));
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
        public override Task<Steps.MakePlan.Result> Run(ActivityContext context, Steps.MakePlan.Input input) => Task.FromResult(new Steps.MakePlan.Result(Long("plans"), tables));
    }

    private sealed class OpenTable(int chunks) : Activity<OpenTable, Steps.OpenTable.Input, Steps.OpenTable.Result>
    {
        public override Task<Steps.OpenTable.Result> Run(ActivityContext context, Steps.OpenTable.Input input) =>
            Task.FromResult(new Steps.OpenTable.Result(Long("tables"), chunks, "a_schema_of_some_length.a_table_with_a_name_as_long_as_they_may_be_in_postgresql_63"));
    }

    private sealed class CopyChunk(string? error) : Activity<CopyChunk, Steps.CopyChunk.Input, ChunkResult>
    {
        public override Task<ChunkResult> Run(ActivityContext context, Steps.CopyChunk.Input input) => error is not null
            ? throw new InvalidOperationException(error)
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
                Started = DateTimeOffset.UtcNow,
                Finished = DateTimeOffset.UtcNow,
            });
    }

    private sealed class FoldChunks : Activity<FoldChunks, Steps.FoldChunks.Input, string>
    {
        public override Task<string> Run(ActivityContext context, Steps.FoldChunks.Input input) => Task.FromResult(Long("chunks/fold"));
    }

    private sealed class StageTable : Activity<StageTable, Steps.StageTable.Input, string>
    {
        public override Task<string> Run(ActivityContext context, Steps.StageTable.Input input) => Task.FromResult(Long("staged"));
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
}
