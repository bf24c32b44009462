using Mammoth.Migration.Reports;
using Mammoth.Tests.EndToEnd.Running;
using Mammoth.Tests.Fixtures;
using Mammoth.Tests.Network;
using Mammoth.Tests.Postgres;
using Npgsql;
using SourceDatabase = Mammoth.Tests.EndToEnd.Running.SourceDatabase;

namespace Mammoth.Tests.EndToEnd;

/// <summary>The source is several servers: one takes another's place in the middle of a run, or is read instead of it.</summary>
public sealed class FailoverTests(Readers readers)
{
    /// <summary>So that it can have a standby.</summary>
    private static readonly (string, string)[] Primary = [("wal_level", "replica"), ("max_wal_senders", "4"), ("synchronous_commit", "on"), ("autovacuum", "off")];

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_standby_that_takes_over_in_mid_copy_is_gone_on_with_and_the_report_says_at_which_moment_each_table_was_read()
    {
        await using var primary = await OwnCluster.StartAsync(Primary);
        var source = new SourceDatabase(primary.ConnectionString);
        await source.Run(GrowingSource.Sql, Cancellation);
        await using var standby = await primary.StandbyAsync();
        await using var address = new Switch(PortOf(primary.ConnectionString));
        using var area = new MigrationArea(Behind(address, primary.ConnectionString), readers);
        await using var process = await UntilGate(area, source, async () =>
        {
            await GrowingSource.Grow(source, 10_001, Cancellation);
            await standby.CatchUpAsync(primary.ConnectionString);
            address.To(null);
            await primary.StopAsync();
            await standby.PromoteAsync();
            address.To(standby.Port);
        });

        var report = (await process.End(Cancellation)).Expect(0).Report;
        Assert.Equal((Consistency.Table, 2), (report.Consistency, report.Snapshots.Count));
        var rows = await GrowingSource.JudgeAtEpochs(area, report);
        Assert.Equal((10_000, 10_001, 10_001), (rows["public.early"], rows["public.gated"], rows["public.late"]));
        Assert.Equal([1, 2, 2], report.Tables.OrderBy(t => t.Source, StringComparer.Ordinal).Select(t => t.Epoch));
    }

    [Fact]
    public async Task Another_server_that_takes_the_place_in_mid_copy_is_refused_by_name_and_nothing_is_published()
    {
        await using var first = await OwnCluster.StartAsync();
        await using var second = await OwnCluster.StartAsync();
        var source = new SourceDatabase(first.ConnectionString);
        await source.Run(GrowingSource.Sql, Cancellation);
        await new SourceDatabase(second.ConnectionString).Run(GrowingSource.Sql, Cancellation);
        var password = new NpgsqlConnectionStringBuilder(first.ConnectionString).Password;
        await second.ExecuteAsync($"ALTER ROLE {new NpgsqlConnectionStringBuilder(second.ConnectionString).Username} PASSWORD '{password}'");
        await using var address = new Switch(PortOf(first.ConnectionString));
        using var area = new MigrationArea(Behind(address, first.ConnectionString), readers);
        await using var process = await UntilGate(area, source, () =>
        {
            address.To(PortOf(second.ConnectionString));
            return Task.CompletedTask;
        });

        (await process.End(Cancellation)).SaysTo(2, "began with database postgres", "what is there now is postgres", "Start a new run");
        Assert.Empty(await area.Warehouse.VisibleTables(Cancellation));

        // And so a new run does: nothing of the other server's is there to be replaced.
        var report = (await area.Migrate()).Expect(0).Report;
        Assert.Equal(Consistency.Database, report.Consistency);
        Assert.Equal(30_000, report.Rows);
    }

    [Fact]
    public async Task A_standby_that_ends_what_is_in_the_way_of_its_recovery_costs_only_the_tables_not_done()
    {
        await using var primary = await OwnCluster.StartAsync(Primary);
        var source = new SourceDatabase(primary.ConnectionString);
        await source.Run(GrowingSource.Sql, Cancellation);
        await using var standby = await primary.StandbyAsync(("max_standby_streaming_delay", "0"), ("max_standby_archive_delay", "0"));
        await standby.CatchUpAsync(primary.ConnectionString);
        using var area = new MigrationArea(new SourceDatabase(standby.ConnectionString), readers);
        await using var process = await UntilGate(area, area.Source, async () =>
        {
            // Rows that the snapshot still sees are taken away for good.
            await source.Run("DELETE FROM public.late WHERE id <= 100; DELETE FROM public.gated WHERE id NOT IN (SELECT id FROM public.late) AND id <= 50", Cancellation);
            await source.Run("VACUUM public.late", Cancellation);
            await source.Run("VACUUM public.gated", Cancellation);
            await standby.CatchUpAsync(primary.ConnectionString);
        });

        var report = (await process.End(Cancellation)).Expect(0).Report;
        Assert.Equal((Consistency.Table, 2), (report.Consistency, report.Snapshots.Count));
        Assert.Equal([("public.early", 1, 10_000L), ("public.gated", 2, 9_950L), ("public.late", 2, 9_900L)], report.Tables.OrderBy(t => t.Source, StringComparer.Ordinal).Select(t => (t.Source, t.Epoch, t.Rows)));
        await area.JudgeAll(report);
    }

    /// <summary>Starts a run and does something while it copies the second of three tables.</summary>
    private static async Task<MammothProcess> UntilGate(MigrationArea area, SourceDatabase gated, Func<Task> meanwhile)
    {
        await using var gate = await Gate.Close(gated, Cancellation);
        var process = area.Start([.. area.Filter("public.gated", Gate.Filter("id = 5000")), "--slots", "1"]);
        try
        {
            await gate.Reached(process, Cancellation);
            await meanwhile();
            return process;
        }
        catch
        {
            await process.DisposeAsync();
            throw;
        }
    }

    private static SourceDatabase Behind(Switch address, string server) => new(new NpgsqlConnectionStringBuilder(server) { Host = "127.0.0.1", Port = address.Port, Pooling = false }.ConnectionString);

    private static int PortOf(string server) => new NpgsqlConnectionStringBuilder(server).Port;
}
