using System.Text.Json.Nodes;
using Mammoth.Api;
using Mammoth.Api.Runs;
using Mammoth.Migration.Plans;
using Mammoth.Migration.Runs;
using Mammoth.Orchestrations.Local;
using Mammoth.Orchestrations.Migrations;
using Mammoth.Orchestrations.Runtime;
using Mammoth.Tests.Api.Running;
using Mammoth.Tests.EndToEnd.Running;
using Mammoth.Tests.Fixtures;
using Mammoth.Tests.Migrations;
using Microsoft.Extensions.Logging.Abstractions;

namespace Mammoth.Tests.Api;

/// <summary>Drift checks over the API, and by a timer; without a server.</summary>
public sealed class DriftCheckTests(PostgresFixture postgres) : IDisposable
{
    private readonly MigrationWarehouse warehouse = new();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public void Dispose() => warehouse.Dispose();

    [Fact]
    public async Task Its_status_has_the_differences_and_a_request_that_is_made_again_is_the_same_run()
    {
        var database = await SourceDatabase.Create(postgres, "drift_check", "CREATE TABLE a(id int); CREATE TABLE b(id int); CREATE TABLE c(id int)", Cancellation);
        MigrationSite migration = await warehouse.Site(database.ConnectionString, Cancellation);
        await using LocalHost host = await Host(migration);

        // The server leaves c out.
        ApiSite site = new(migration, new MigrationOptions { Exclude = ["c"] }, TimeProvider.System, NullLoggerFactory.Instance);
        MammothApi api = new(site, host);
        (int status, JsonNode started) = await Endpoint.Ask(api.StartDriftCheck, json: """{"include": ["public.?"]}""", key: "once");
        Assert.Equal((202, "drift"), (status, (string?)started["kind"]));
        string run = (string)started["run"]!;
        JsonNode ended = await Ended(api, run);
        Assert.Equal(("succeeded", "done", 2), ((string?)ended["state"], (string?)ended["stage"], (int)ended["drift"]!["tables"]!));
        Assert.Equal(["a", "b"], ended["drift"]!["differences"]!.AsArray().Select(d => (string)d!["table"]!));
        JsonNode first = ended["drift"]!["differences"]![0]!;
        Assert.Equal(("tableAdded", "public", null, "table public.a is new", "The next run copies it to public.a."), ((string?)first["kind"], (string?)first["schema"], (string?)first["column"], (string?)first["summary"], (string?)first["next"]));
        Assert.All(["report", "plan", "pause", "cancel"], link => Assert.Null(ended["links"]![link]));

        (status, JsonNode again) = await Endpoint.Ask(api.StartDriftCheck, json: """{"exclude": ["c"], "include": ["public.?"]}""", key: "once");
        Assert.Equal((202, run), (status, (string?)again["run"]));
        (status, JsonNode other) = await Endpoint.Ask(api.StartDriftCheck, json: """{"include": ["public.b"]}""", key: "once");
        Assert.Equal((422, "key-reused"), (status, (string?)other["code"]));
        (status, JsonNode unknown) = await Endpoint.Ask(api.StartDriftCheck, json: """{"dryRun": true}""");
        Assert.Equal(400, status);

        // What can't be planned is the run's failure.
        (_, JsonNode none) = await Endpoint.Ask(api.StartDriftCheck, json: """{"include": ["public.none"]}""");
        JsonNode failed = await Ended(api, (string)none["run"]!);
        Assert.Equal(("failed", null), ((string?)failed["state"], failed["drift"]));
        Assert.Contains("public.none", (string?)failed["error"]!["message"], StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_scheduled_one_begins_once_for_its_time()
    {
        var database = await SourceDatabase.Create(postgres, "drift_check", "CREATE TABLE a(id int)", Cancellation);
        MigrationSite migration = await warehouse.Site(database.ConnectionString, Cancellation);
        await using LocalHost host = await Host(migration);
        ApiSite site = new(migration, new MigrationOptions(), TimeProvider.System, NullLoggerFactory.Instance);
        var night = DateTimeOffset.Parse("2026-03-01T03:00:00Z", null);
        string[] runs = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => ScheduledRuns.Drift(site, host, night, Cancellation)));
        string first = Assert.Single(runs.Distinct());
        Assert.NotEqual(first, await ScheduledRuns.Drift(site, host, night.AddDays(1), Cancellation));
        Assert.NotEqual(first, await ScheduledRuns.Verification(site, host, night, Cancellation));
        Assert.Equal(RunKind.Drift, (await RunIndex.Find(migration, first, Cancellation))!.Kind);
        Assert.Equal("succeeded", (string?)(await Ended(new(site, host), first))["state"]);
    }

    [Fact]
    public async Task A_source_that_is_to_take_anothers_place_is_held_against_that_ones_tables()
    {
        var former = await SourceDatabase.Create(postgres, "drift_check", "CREATE TABLE a(id int); CREATE TABLE b(id int)", Cancellation);
        await warehouse.Migrate(former.ConnectionString, new MigrationOptions(), Cancellation);
        var database = await SourceDatabase.Create(postgres, "drift_check", "CREATE TABLE a(id int)", Cancellation);
        MigrationSite migration = await warehouse.Site(database.ConnectionString, Cancellation);
        await using LocalHost host = await Host(migration);
        MammothApi api = new(new(migration, new MigrationOptions(), TimeProvider.System, NullLoggerFactory.Instance), host);
        (_, JsonNode refused) = await Endpoint.Ask(api.StartDriftCheck, json: "{}");
        Assert.Equal("failed", (string?)(await Ended(api, (string)refused["run"]!))["state"]);
        (_, JsonNode started) = await Endpoint.Ask(api.StartDriftCheck, json: """{"replaceSource": true}""");
        JsonNode ended = await Ended(api, (string)started["run"]!);
        Assert.Equal(["table public.b is gone"], ended["drift"]!["differences"]!.AsArray().Select(d => (string?)d!["summary"]));
    }

    private async Task<LocalHost> Host(MigrationSite site) => await LocalHost.Open(
        Path.Combine(Directory.CreateDirectory(Path.Combine(warehouse.Folder, "_mammoth", "local")).FullName, "journal.db"),
        new Registry().AddMigrations(site),
        new LocalOptions { Time = new HastyTime(300), Flush = false },
        Cancellation);

    private static async Task<JsonNode> Ended(MammothApi api, string run)
    {
        while (true)
        {
            JsonNode status = (await Endpoint.Ask(api.GetRun, run)).Body;
            if (status["ended"] is not null)
                return status;
            await Task.Delay(50, Cancellation);
        }
    }
}
