using Mammoth.Migration.Reports;
using Mammoth.Tests.EndToEnd.Running;
using Mammoth.Tests.Fixtures;
using Mammoth.Tests.Postgres;
using SourceDatabase = Mammoth.Tests.EndToEnd.Running.SourceDatabase;

namespace Mammoth.Tests.EndToEnd;

/// <summary>Mammoth lives, but its sessions or the server end.</summary>
public sealed class LostSnapshotTests(PostgresFixture postgres, Readers readers)
{
    private const string Copying = "state = 'active' AND query LIKE 'SELECT % FROM ONLY %' AND query NOT LIKE '%count(*)%'";

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    /// <summary>The sessions that keep the snapshot and the locks, by what they last did.</summary>
    [Theory]
    [InlineData("query = 'SELECT 1' OR query LIKE '%pg_export_snapshot%'")]
    [InlineData("query LIKE '%pg_blocking_pids%'")]
    public async Task Where_a_session_that_holds_the_snapshot_or_the_locks_is_ended_tables_not_done_are_read_anew_at_one_later_moment(string holder)
    {
        using var area = new MigrationArea(await SourceDatabase.Create(postgres, "lost", GrowingSource.Sql, Cancellation), readers);
        await using var gate = await Gate.Close(area.Source, Cancellation);
        await using var process = area.Start([.. area.Filter("public.gated", Gate.Filter("id = 5000")), "--slots", "1"]);
        await gate.Reached(process, Cancellation);
        await GrowingSource.Grow(area.Source, 10_001, Cancellation);
        await GrowingSource.Terminate(area.Source, holder, Cancellation);

        // Only what copies is left: the loss was noticed.
        await GrowingSource.UntilSessions(area.Source, 1, Cancellation);
        await gate.Open(Cancellation);

        var report = (await process.End(Cancellation)).Expect(0).Report;
        Assert.Equal(2, report.Snapshots.Count);
        Assert.Equal(Consistency.Table, report.Consistency);
        var rows = await GrowingSource.JudgeAtEpochs(area, report);
        Assert.Equal((10_000, 10_001, 10_001), (rows["public.early"], rows["public.gated"], rows["public.late"]));
        Assert.Equal([1, 2, 2], report.Tables.OrderBy(t => t.Source, StringComparer.Ordinal).Select(t => t.Epoch));
    }

    [Fact]
    public async Task A_copying_session_that_is_ended_is_replaced_under_the_same_snapshot_even_if_there_is_no_connection_for_a_while()
    {
        var owner = await SourceDatabase.Create(postgres, "lost", GrowingSource.Sql, Cancellation);
        await using var role = await TestRole.Create(owner, Cancellation);
        using var area = new MigrationArea(role.Source, readers);
        await using var gate = await Gate.Close(owner, Cancellation);
        await using var process = area.Start([.. area.Filter("public.gated", Gate.Filter("id = 5000")), "--slots", "1"]);
        await gate.Reached(process, Cancellation);
        await GrowingSource.Grow(owner, 10_001, Cancellation);
        await owner.Run($"ALTER ROLE {role.Name} CONNECTION LIMIT 0", Cancellation);
        await GrowingSource.Terminate(owner, Copying, Cancellation);
        await gate.Open(Cancellation);
        await Task.Delay(2500, Cancellation);
        await owner.Run($"ALTER ROLE {role.Name} CONNECTION LIMIT -1", Cancellation);

        var report = (await process.End(Cancellation)).Expect(0).Report;
        Assert.Equal(Consistency.Database, report.Consistency);
        Assert.All(report.Tables, t => Assert.Equal((1, 10_000), (t.Epoch, t.Rows)));
        await GrowingSource.JudgeAtEpochs(area, report);
    }

    [Fact]
    public async Task A_copy_that_an_administrator_or_a_timeout_of_the_server_cancels_is_asked_again_under_the_same_snapshot()
    {
        using var area = new MigrationArea(await SourceDatabase.Create(postgres, "cancelled", GrowingSource.Sql, Cancellation), readers);
        await using var gate = await Gate.Close(area.Source, Cancellation);
        await using var process = area.Start([.. area.Filter("public.gated", Gate.Filter("id = 5000")), "--slots", "1"]);
        for (var i = 0; i < 2; i++)
        {
            await gate.Reached(process, Cancellation);
            await GrowingSource.Grow(area.Source, 10_001 + i, Cancellation);
            Assert.NotEmpty(await area.Source.Query<bool>($"SELECT pg_cancel_backend(pid) FROM pg_stat_activity WHERE application_name = 'mammoth' AND datname = current_database() AND {Copying}", Cancellation));
            while ((await area.Source.Query<long>($"SELECT count(*) FROM pg_stat_activity WHERE application_name = 'mammoth' AND datname = current_database() AND {Copying}", Cancellation)).Single() > 0)
                await Task.Delay(20, Cancellation);
        }

        await gate.Open(Cancellation);
        var report = (await process.End(Cancellation)).Expect(0).Report;
        Assert.Equal(Consistency.Database, report.Consistency);
        Assert.All(report.Tables, t => Assert.Equal((1, 10_000), (t.Epoch, t.Rows)));
        await GrowingSource.JudgeAtEpochs(area, report);
    }

    [Theory]
    [InlineData("fast")]
    [InlineData("immediate")]
    public async Task A_server_that_restarts_in_mid_copy_costs_only_the_tables_not_done(string mode)
    {
        await using var cluster = await OwnCluster.StartAsync(("synchronous_commit", "on"));
        var source = new SourceDatabase(cluster.ConnectionString);
        await source.Run(GrowingSource.Sql, Cancellation);
        using var area = new MigrationArea(source, readers);
        await using var gate = await Gate.Close(source, Cancellation);
        await using var process = area.Start([.. area.Filter("public.gated", Gate.Filter("id = 5000")), "--slots", "1"]);
        await gate.Reached(process, Cancellation);
        await GrowingSource.Grow(source, 10_001, Cancellation);

        // The gate goes with the server.
        await cluster.RestartAsync(mode);

        var report = (await process.End(Cancellation)).Expect(0).Report;
        Assert.Equal(2, report.Snapshots.Count);
        Assert.Contains(report.Tables, t => t.Epoch == 1);
        Assert.Contains(report.Tables, t => t.Epoch == 2);
        Assert.Equal(Consistency.Table, report.Consistency);
        var rows = await GrowingSource.JudgeAtEpochs(area, report);
        Assert.Equal(10_001, rows["public.gated"]);
    }

    [Fact]
    public async Task A_standby_that_cancels_a_copy_over_a_conflict_with_its_recovery_is_asked_again()
    {
        var source = await SourceDatabase.Create(
            postgres,
            "conflict",
            GrowingSource.Sql + """
            ;
            CREATE FUNCTION public.conflict() RETURNS boolean LANGUAGE plpgsql AS $$
            BEGIN
                IF NOT pg_try_advisory_xact_lock_shared(99) THEN
                    RAISE EXCEPTION 'canceling statement due to conflict with recovery' USING ERRCODE = '40001', DETAIL = 'User query might have needed to see row versions that must be removed.';
                END IF;
                RETURN true;
            END $$
            """,
            Cancellation);
        using var area = new MigrationArea(source, readers);
        await using var conflict = await source.Open(Cancellation);
        await using (var hold = new Npgsql.NpgsqlCommand("SELECT pg_advisory_lock(99)", conflict))
            await hold.ExecuteNonQueryAsync(Cancellation);
        await using var gate = await Gate.Close(source, Cancellation);
        await using var process = area.Start([.. area.Filter("public.gated", $"{Gate.Filter("id = 5000")} AND (id < 5000 OR public.conflict())"), "--slots", "1"]);
        await gate.Reached(process, Cancellation);
        await gate.Open(Cancellation);
        while ((await source.Query<long>($"SELECT count(*) FROM pg_stat_activity WHERE application_name = 'mammoth' AND datname = current_database() AND {Copying}", Cancellation)).Single() > 0)
            await Task.Delay(50, Cancellation);
        await conflict.CloseAsync();

        var report = (await process.End(Cancellation)).Expect(0).Report;
        Assert.Equal(Consistency.Database, report.Consistency);
        await area.JudgeAll(report);
    }
}
