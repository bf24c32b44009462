using System.Text.Json.Nodes;
using Mammoth.Api;
using Mammoth.Iceberg.IO;
using Mammoth.Migration.Connections;
using Mammoth.Migration.Plans;
using Mammoth.Migration.Runs;
using Mammoth.Migration.Snapshots;
using Mammoth.Orchestrations.Local;
using Mammoth.Orchestrations.Migrations;
using Mammoth.Orchestrations.Runtime;
using Mammoth.Tests.Api.Running;
using Mammoth.Tests.EndToEnd.Running;
using Mammoth.Tests.Fixtures;
using Mammoth.Tests.Migrations;
using Microsoft.Extensions.Logging.Abstractions;

namespace Mammoth.Tests.Api;

/// <summary>A pause that is longer than a shift: who holds the snapshot must be relieved all the same.</summary>
public sealed class PausedHoldersTests(PostgresFixture postgres) : IDisposable
{
    private const string Sql = """
        CREATE TABLE gated(id int PRIMARY KEY);
        CREATE TABLE later(id int PRIMARY KEY);
        INSERT INTO gated SELECT i FROM generate_series(1, 200) i;
        INSERT INTO later SELECT i FROM generate_series(1, 50) i;
        """;

    private readonly MigrationWarehouse warehouse = new();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public void Dispose() => warehouse.Dispose();

    [Fact]
    public async Task While_a_run_is_paused_its_snapshots_holders_relieve_each_other_and_nothing_else_goes_on()
    {
        SourceDatabase source = await SourceDatabase.Create(postgres, "paused", Sql, Cancellation);
        await using Gate gate = await Gate.Close(source, Cancellation);
        MigrationSite site = await Site(source);
        await using LocalHost host = await LocalHost.Open(
            Path.Combine(warehouse.Folder, "journal.db"), new Registry().AddMigrations(site), new LocalOptions { Flush = false, MaxActivities = 20 }, Cancellation);
        MammothApi api = new(new ApiSite(site, Options(), TimeProvider.System, NullLoggerFactory.Instance), host);
        string run = (string)(await Endpoint.Ask(api.StartMigration)).Body["run"]!;
        await gate.Reached(Cancellation);

        Assert.Equal("paused", (string?)(await Endpoint.Ask(api.PauseRun, run)).Body["state"]);
        InstanceStatus[] instances = [.. (await host.List(run, Cancellation)).Where(i => !i.HasEnded)];
        Assert.Equal(
            [(nameof(KeepSnapshot), InstanceState.Running), (nameof(KeepSnapshot), InstanceState.Running), (nameof(MigrateDatabase), InstanceState.Suspended), (nameof(MigrateTable), InstanceState.Suspended), (nameof(MigrateTables), InstanceState.Suspended)],
            instances.Select(i => (i.Name, i.State)).Order());

        int[] shifts = await Shifts(site, run);
        await Until(async () => (await Shifts(site, run)) is [var first, var second] && first > shifts[0] + 1 && second > shifts[1] + 1);
        await source.Run("INSERT INTO later SELECT -i FROM generate_series(1, 50) i", Cancellation);

        await gate.Open(Cancellation);
        await Endpoint.Ask(api.ResumeRun, run);
        JsonNode ended = new JsonObject();
        await Until(async () => (ended = (await Endpoint.Ask(api.GetRun, run)).Body)["ended"] is not null);
        Assert.Equal(("succeeded", "database", 250L), ((string?)ended["state"], (string?)ended["consistency"], (long)ended["progress"]!["rows"]!));
    }

    /// <summary>The latest shift of each seat.</summary>
    private static async Task<int[]> Shifts(MigrationSite site, string run) =>
        [.. (await SnapshotHolders.Of(site.Folder(run), site.Io, 1, Cancellation)).GroupBy(h => h.Seat).OrderBy(s => s.Key).Select(s => s.Max(h => h.Shift))];

    private static async Task Until(Func<Task<bool>> holds)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(Cancellation);
        patience.CancelAfter(TimeSpan.FromMinutes(1));
        while (!await holds())
            await Task.Delay(50, patience.Token);
    }

    private static MigrationOptions Options() => new() { Slots = 1, Tables = new Dictionary<string, TableSettings> { ["public.gated"] = new() { Filter = Gate.Filter("id = 100") } } };

    private async Task<MigrationSite> Site(SourceDatabase source)
    {
        MigrationSite site = await warehouse.Site(source.ConnectionString, Cancellation);
        return new(site.Source, site.Io, site.Catalog, site.Progress)
        {
            Budget = new ConnectionBudget(new LocalFileIO(), warehouse.Root, 4, TimeProvider.System),
            Holding = new Holding(2, TimeSpan.FromSeconds(1)),
        };
    }
}
