using Mammoth.Iceberg.IO;
using Mammoth.Migration.Errors;
using Mammoth.Migration.Plans;
using Mammoth.Migration.Reports;
using Mammoth.Migration.Runs;
using Mammoth.Postgres.Errors;
using Mammoth.Tests.Fixtures;
using Npgsql;

namespace Mammoth.Tests.Migrations;

/// <summary>Failures that may pass and do not in time: the run is interrupted, and loses nothing. Those that can't pass end it.</summary>
public sealed class InterruptedMigrationTests(PostgresFixture postgres) : IDisposable
{
    private readonly MigrationWarehouse _warehouse = new();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public void Dispose() => _warehouse.Dispose();

    [Fact]
    public async Task A_catalog_that_is_away_for_long_leaves_the_run_to_be_resumed_with_all_that_was_copied()
    {
        string source = await Source();
        RunRecord run = MigrationWarehouse.New(source, new MigrationOptions());
        FailWrites("/_mammoth/metadata/");
        RunInterruptedException interrupted = await Assert.ThrowsAsync<RunInterruptedException>(() => _warehouse.Migrate(source, run, Cancellation));
        Assert.Contains("Run the same command again", interrupted.WayOut, StringComparison.Ordinal);
        Assert.Equal(run.RunId, Assert.Single((await _warehouse.Local(source, Cancellation)).Unfinished()).RunId);
        string[] copied = _warehouse.Files("public.a");
        Assert.NotEmpty(copied);

        // Still away: interrupted again, and not taken for gone on with.
        await Assert.ThrowsAsync<RunInterruptedException>(() => _warehouse.Migrate(source, run, Cancellation));

        Heal();
        RunReport report = await _warehouse.Migrate(source, run, Cancellation);
        Assert.Equal([("public.a", Outcome.Published, 1), ("public.b", Outcome.Published, 1)], Outcomes(report));
        Assert.Equal(copied, _warehouse.Files("public.a"));
        Assert.Empty((await _warehouse.Local(source, Cancellation)).Unfinished());
    }

    [Fact]
    public async Task A_plan_that_can_not_be_written_for_long_is_made_when_the_run_goes_on()
    {
        string source = await Source();
        RunRecord run = MigrationWarehouse.New(source, new MigrationOptions());
        FailWrites("/plan.json");
        await Assert.ThrowsAsync<RunInterruptedException>(() => _warehouse.Migrate(source, run, Cancellation));

        Heal();
        RunReport report = await _warehouse.Migrate(source, run, Cancellation);
        Assert.Equal(Consistency.Database, report.Consistency);
        Assert.Equal([("public.a", Outcome.Published, 2), ("public.b", Outcome.Published, 2)], Outcomes(report));
    }

    [Fact]
    public async Task One_table_that_can_not_be_staged_for_long_keeps_nobody_elses_work_from_being_kept()
    {
        string source = await Source();
        RunRecord run = MigrationWarehouse.New(source, new MigrationOptions { Slots = 1 });

        // The second of two: the first one is done by then.
        FailWrites("/proven/1-");
        RunInterruptedException interrupted = await Assert.ThrowsAsync<RunInterruptedException>(() => _warehouse.Migrate(source, run, Cancellation));
        Assert.Contains("the store is away", interrupted.Message, StringComparison.Ordinal);

        Heal();
        RunReport report = await _warehouse.Migrate(source, run, Cancellation);
        Assert.True(report.Succeeded);
        Assert.Equal(Consistency.Table, report.Consistency);
        Assert.Equal([1, 2], report.Tables.Select(t => t.Epoch).Order());
        Assert.All(report.Tables, t => Assert.Equal(t.Files, _warehouse.Files(t.Source).Length));
    }

    [Fact]
    public async Task With_on_error_continue_a_table_interrupted_again_holds_up_nobody()
    {
        string source = await Source();
        RunRecord run = MigrationWarehouse.New(source, new MigrationOptions { OnError = OnError.Continue });
        string failing = "";
        _warehouse.Watching = e => failing = e is ProgressEvent.Planned planned ? $"/proven/{planned.Plan.Tables.Single(t => t.Name == "b").Index}-" : failing;
        _warehouse.Store.BeforeWrite = location => failing.Length > 0 && location.Contains(failing, StringComparison.Ordinal) ? throw Away(location) : Task.CompletedTask;
        await Assert.ThrowsAsync<RunInterruptedException>(() => _warehouse.Migrate(source, run, Cancellation));

        RunReport report = await _warehouse.Migrate(source, run, Cancellation);
        Assert.Equal([("public.a", Outcome.Published, 1), ("public.b", Outcome.Failed, 2)], Outcomes(report));
        Assert.Contains("the store is away", report.Tables.Single(t => t.Name == "b").Error, StringComparison.Ordinal);
        Assert.Empty(_warehouse.Files("public.b"));
    }

    [Fact]
    public async Task A_snapshot_that_can_not_be_made_known_at_first_is_taken_again()
    {
        string source = await Source();
        int failures = 3;
        _warehouse.Store.BeforeWrite = location => location.EndsWith("/snapshots/1.json", StringComparison.Ordinal) && failures-- > 0 ? throw Away(location) : Task.CompletedTask;
        RunReport report = await _warehouse.Migrate(source, new MigrationOptions(), Cancellation);
        Assert.Equal(-1, failures);
        Assert.Equal([("public.a", Outcome.Published, 1), ("public.b", Outcome.Published, 1)], Outcomes(report));
    }

    [Fact]
    public async Task A_snapshot_that_can_not_be_taken_at_all_ends_the_run_and_whoever_waits_for_it()
    {
        string source = await Source();
        _warehouse.Store.BeforeWrite = location => location.EndsWith("/snapshots/1.json", StringComparison.Ordinal) ? throw new UnauthorizedAccessException("not for you") : Task.CompletedTask;
        RunFailedException failed = await Assert.ThrowsAsync<RunFailedException>(() => _warehouse.Migrate(source, new MigrationOptions(), Cancellation));
        Assert.Contains("not for you", failed.Message, StringComparison.Ordinal);
        Assert.Empty((await _warehouse.Local(source, Cancellation)).Unfinished());
    }

    [Fact]
    public async Task A_source_that_is_away_when_the_run_is_to_go_on_costs_it_nothing()
    {
        string source = await Source();
        RunRecord run = MigrationWarehouse.New(source, new MigrationOptions());
        FailWrites("/_mammoth/metadata/");
        await Assert.ThrowsAsync<RunInterruptedException>(() => _warehouse.Migrate(source, run, Cancellation));
        Heal();
        string name = new NpgsqlConnectionStringBuilder(source).Database!;
        string other = await postgres.CreateDatabaseAsync("bystander", Cancellation);
        await Run(other, $"ALTER DATABASE \"{name}\" ALLOW_CONNECTIONS false");
        await Assert.ThrowsAsync<SourceConnectionException>(() => _warehouse.Migrate(source, run, Cancellation));
        Assert.Single((await _warehouse.Local(source, Cancellation)).Unfinished());

        await Run(other, $"ALTER DATABASE \"{name}\" ALLOW_CONNECTIONS true");
        Assert.True((await _warehouse.Migrate(source, run, Cancellation)).Succeeded);
    }

    [Fact]
    public async Task Another_database_under_the_same_name_is_not_mixed_with_what_was_copied_before()
    {
        string source = await Source();
        RunRecord run = MigrationWarehouse.New(source, new MigrationOptions { Slots = 1 });

        // One table is done, and recorded; nothing is published, so the warehouse does not tell whose it is.
        FailWrites("/staged/1-");
        await Assert.ThrowsAsync<RunInterruptedException>(() => _warehouse.Migrate(source, run, Cancellation));
        Heal();
        string name = new NpgsqlConnectionStringBuilder(source).Database!;
        string other = new NpgsqlConnectionStringBuilder(await Source()).Database!;
        await Run(await postgres.GetConnectionStringAsync(Cancellation), $"""
            ALTER DATABASE "{name}" RENAME TO "{name}_before";
            ALTER DATABASE "{other}" RENAME TO "{name}";
            ALTER DATABASE "{name}_before" RENAME TO "{other}";
            """);

        RunFailedException refused = await Assert.ThrowsAsync<RunFailedException>(() => _warehouse.Migrate(source, run, Cancellation));
        Assert.Contains("began with database", refused.Message, StringComparison.Ordinal);
        Assert.Contains("would be mixed", refused.Message, StringComparison.Ordinal);
        Assert.Contains("Start a new run", refused.WayOut, StringComparison.Ordinal);
        Assert.Null(await (await _warehouse.Site(source, Cancellation)).Load("public", "a", Cancellation));
    }

    [Fact]
    public async Task A_source_that_is_away_at_the_start_is_told_at_once_and_nothing_is_begun()
    {
        string source = new NpgsqlConnectionStringBuilder(await Source()) { Port = 1 }.ConnectionString;
        await Assert.ThrowsAsync<SourceConnectionException>(() => _warehouse.Migrate(source, new MigrationOptions(), Cancellation));
        Assert.Empty((await _warehouse.Local(source, Cancellation)).Unfinished());
        Assert.False(Directory.Exists(Path.Combine(_warehouse.Folder, "_mammoth", "runs")));
    }

    [Fact]
    public async Task A_commit_that_is_refused_ends_the_run_and_deletes_what_it_had_staged()
    {
        string source = await Source();
        _warehouse.Watching = e => Intrude(e);
        RunFailedException failed = await Assert.ThrowsAsync<RunFailedException>(() => _warehouse.Migrate(source, new MigrationOptions(), Cancellation));
        Assert.Contains("somebody else writes public.a", failed.Message, StringComparison.Ordinal);
        Assert.Contains("was deleted", failed.Message, StringComparison.Ordinal);
        Assert.Empty((await _warehouse.Local(source, Cancellation)).Unfinished());
        Assert.Empty(_warehouse.Files("public.a"));
        Assert.Empty(_warehouse.Files("public.b"));
        Assert.Equal(["v1.metadata.json"], _warehouse.Files("public.a", "metadata"));
        Assert.Empty(_warehouse.Files("public.b", "metadata"));
    }

    [Fact]
    public async Task Files_of_a_commit_that_may_have_taken_place_are_kept_whatever_came_after()
    {
        string source = await Source();
        RunRecord run = MigrationWarehouse.New(source, new MigrationOptions());

        // Of the first attempt nobody knows what became of it; the second one is refused.
        FailWrites("/_mammoth/metadata/");
        await Assert.ThrowsAsync<RunInterruptedException>(() => _warehouse.Migrate(source, run, Cancellation));
        Heal();
        _warehouse.Watching = e => Intrude(e);
        string[] copied = _warehouse.Files("public.b");
        RunFailedException failed = await Assert.ThrowsAsync<RunFailedException>(() => _warehouse.Migrate(source, run, Cancellation));
        Assert.Contains("is not known", failed.Message, StringComparison.Ordinal);
        Assert.Equal(copied, _warehouse.Files("public.b"));
        Assert.NotEmpty(copied);
    }

    /// <summary>Somebody else puts a table where ours is about to be published.</summary>
    private void Intrude(ProgressEvent progress)
    {
        if (progress is ProgressEvent.Publishing)
        {
            string metadata = Directory.CreateDirectory(Path.Combine(_warehouse.Folder, "public", "a", "metadata")).FullName;
            File.WriteAllText(Path.Combine(metadata, "v1.metadata.json"), "{}");
        }
    }

    private void FailWrites(string part) =>
        _warehouse.Store.BeforeWrite = location => location.Contains(part, StringComparison.Ordinal) ? throw Away(location) : Task.CompletedTask;

    private void Heal() => _warehouse.Store.BeforeWrite = _ => Task.CompletedTask;

    private static StorageException Away(string location) => new($"{location}: the store is away.", location) { MayPass = true };

    private static IEnumerable<(string, Outcome, int)> Outcomes(RunReport report) =>
        report.Tables.Select(t => (t.Source, t.Outcome, t.Epoch)).OrderBy(t => t.Source, StringComparer.Ordinal);

    private async Task<string> Source()
    {
        string source = await postgres.CreateDatabaseAsync("interrupted", Cancellation);
        await Run(source, """
            CREATE TABLE a (id int PRIMARY KEY, t text);
            CREATE TABLE b (id int PRIMARY KEY, t text);
            INSERT INTO a SELECT i, 'a' || i FROM generate_series(1, 2000) i;
            INSERT INTO b SELECT i, 'b' || i FROM generate_series(1, 1000) i;
            """);
        return source;
    }

    private static async Task Run(string source, string sql)
    {
        await using var connection = new NpgsqlConnection(source);
        await connection.OpenAsync(Cancellation);
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync(Cancellation);
    }
}
