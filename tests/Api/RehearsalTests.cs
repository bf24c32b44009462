using System.Text.Json.Nodes;
using Mammoth.Api;
using Mammoth.Api.Runs;
using Mammoth.Iceberg.IO;
using Mammoth.Migration.Errors;
using Mammoth.Migration.Plans;
using Mammoth.Migration.Recovery;
using Mammoth.Migration.Runs;
using Mammoth.Orchestrations.Local;
using Mammoth.Orchestrations.Migrations;
using Mammoth.Orchestrations.Runtime;
using Mammoth.Tests.Api.Running;
using Mammoth.Tests.EndToEnd.Running;
using Mammoth.Tests.Fixtures;
using Mammoth.Tests.Migrations;
using Mammoth.Tests.Recovery;
using Microsoft.Extensions.Logging.Abstractions;

namespace Mammoth.Tests.Api;

/// <summary>Rehearsals of recovery as the API and timers start them.</summary>
public sealed class RehearsalTests(PostgresFixture postgres) : IAsyncLifetime
{
    private readonly MigrationWarehouse warehouse = new();
    private RehearsalRole? role;
    private string? source;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        role = await RehearsalRole.Create(postgres, Cancellation);
        source = (await SourceDatabase.Create(postgres, "rehearsed", "CREATE TABLE t AS SELECT i FROM generate_series(1, 50) i; CREATE TABLE u AS SELECT i FROM generate_series(1, 5) i", Cancellation)).ConnectionString;
        await warehouse.Migrate(source, new MigrationOptions(), Cancellation);
    }

    public async ValueTask DisposeAsync()
    {
        warehouse.Dispose();
        await role!.DisposeAsync();
    }

    [Fact]
    public async Task A_rehearsal_says_of_each_table_whether_it_came_back_leaves_no_database_and_no_secret()
    {
        warehouse.RehearsalTarget = role!.Connection;
        await using LocalHost host = await Host();
        MammothApi api = new(await Site(), host);
        (int status, JsonNode started) = await Endpoint.Ask(api.StartRehearsal);
        Assert.Equal((202, "rehearsal"), (status, (string?)started["kind"]));
        JsonNode ended = await Ended(api, (string)started["run"]!);
        Assert.Equal("succeeded", (string?)ended["state"]);
        Assert.Equal([("public.t", "rehearsed", 50L), ("public.u", "rehearsed", 5L)], ended["tables"]!.AsArray().Select(t => ((string)t!["source"]!, (string)t["state"]!, (long)t["rows"]!)).Order());
        Assert.Equal(2, ended["rehearsal"]!["tables"]!.AsArray().Count);
        Assert.Equal((2, 2, 55L, 1.0), ((int)ended["progress"]!["tables"]!, (int)ended["progress"]!["tablesDone"]!, (long)ended["progress"]!["rows"]!, (double)ended["progress"]!["fraction"]!));
        Assert.Empty(await role.Databases(Cancellation));

        string data = Path.Combine(warehouse.Folder, "public", "t", "data", Assert.Single(warehouse.Files("public.t")));
        await File.WriteAllBytesAsync(data, (await File.ReadAllBytesAsync(data, Cancellation))[..^20], Cancellation);
        JsonNode failed = await Ended(api, (string)(await Endpoint.Ask(api.StartRehearsal)).Body["run"]!);
        Assert.Equal("failed", (string?)failed["state"]);
        JsonNode table = failed["tables"]!.AsArray().Single(t => (string?)t!["state"] == "failed")!;
        Assert.StartsWith("public.t: it can't be read", (string?)table["error"]!["message"], StringComparison.Ordinal);
        Assert.StartsWith("public.t did not come back as it was published: it can't be read", (string?)Assert.Single(failed["warnings"]!.AsArray())!["message"], StringComparison.Ordinal);
        foreach (string file in Directory.EnumerateFiles(warehouse.Folder, "*", SearchOption.AllDirectories).Where(f => !f.EndsWith(".lock", StringComparison.Ordinal)))
        {
            await using FileStream open = new(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
            using StreamReader text = new(open, System.Text.Encoding.Latin1);
            Assert.DoesNotContain(RehearsalRole.Password, await text.ReadToEndAsync(Cancellation), StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task What_may_pass_is_tried_again_and_what_does_not_leaves_no_database_either()
    {
        warehouse.RehearsalTarget = role!.Connection;
        await using LocalHost host = await Host();
        MammothApi api = new(await Site(), host);
        int away = 3;
        warehouse.Store.BeforeWrite = location => location.Contains("/rehearsals/", StringComparison.Ordinal) && away-- > 0 ? throw new StorageException($"{location}: the store is away.", location) { MayPass = true } : Task.CompletedTask;
        Assert.Equal("succeeded", (string?)(await Ended(api, (string)(await Endpoint.Ask(api.StartRehearsal)).Body["run"]!))["state"]);
        Assert.True(away < 0);
        warehouse.Store.BeforeWrite = location => location.Contains("/rehearsals/", StringComparison.Ordinal) ? throw new StorageException($"{location}: the store refuses.", location) : Task.CompletedTask;
        JsonNode failed = await Ended(api, (string)(await Endpoint.Ask(api.StartRehearsal)).Body["run"]!);
        Assert.Equal("failed", (string?)failed["state"]);
        Assert.Contains("the store refuses", (string?)failed["error"]!["message"], StringComparison.Ordinal);
        Assert.Empty(await role.Databases(Cancellation));
    }

    [Fact]
    public async Task One_that_is_cancelled_leaves_no_database()
    {
        warehouse.RehearsalTarget = role!.Connection;
        await using LocalHost host = await Host();
        MammothApi api = new(await Site(), host);
        TaskCompletionSource reached = new(TaskCreationOptions.RunContinuationsAsynchronously);
        TaskCompletionSource goOn = new(TaskCreationOptions.RunContinuationsAsynchronously);
        warehouse.Store.BeforeWrite = location =>
        {
            if (!location.Contains("/rehearsals/", StringComparison.Ordinal))
                return Task.CompletedTask;
            reached.TrySetResult();
            return goOn.Task;
        };
        string run = (string)(await Endpoint.Ask(api.StartRehearsal)).Body["run"]!;
        await reached.Task.WaitAsync(Cancellation);
        Assert.Single(await role.Databases(Cancellation));
        Assert.Equal(202, (await Endpoint.Ask(api.CancelRun, run)).Status);
        goOn.SetResult();
        Assert.Equal("cancelled", (string?)(await Ended(api, run))["state"]);
        Assert.Empty(await role.Databases(Cancellation));
    }

    [Fact]
    public async Task A_table_at_which_the_server_fails_again_and_again_keeps_no_other_from_its_turn()
    {
        await new SourceDatabase(source!).Run(
            """
            CREATE FUNCTION public.room(i integer) RETURNS boolean LANGUAGE plpgsql IMMUTABLE AS
              $$ BEGIN IF current_database() LIKE 'mammoth%' THEN RAISE EXCEPTION 'could not extend file "planted": no space left' USING ERRCODE = 'disk_full'; END IF; RETURN true; END $$;
            CREATE DOMAIN public.roomy AS integer CHECK (public.room(VALUE));
            CREATE TABLE large (x public.roomy);
            INSERT INTO large VALUES (1);
            """,
            Cancellation);
        await warehouse.Migrate(source!, new MigrationOptions(), Cancellation);
        warehouse.RehearsalTarget = role!.Connection;
        await using LocalHost host = await Host();
        MammothApi api = new(await Site(), host);
        JsonNode ended = await Ended(api, (string)(await Endpoint.Ask(api.StartRehearsal)).Body["run"]!);
        Assert.Equal("failed", (string?)ended["state"]);
        Assert.Equal([("public.large", false), ("public.t", true), ("public.u", true)], ended["rehearsal"]!["tables"]!.AsArray().Select(t => ((string)t!["table"]!, (bool)t["holds"]!)).Order());
        string problem = (string)ended["rehearsal"]!["tables"]!.AsArray().Single(t => !(bool)t!["holds"]!)!["problem"]!;
        Assert.Contains("the server failed. could not extend file …: no space left [", problem, StringComparison.Ordinal);
        Assert.Equal(3, (await RehearsalTimes.Read(warehouse.Store, warehouse.Root, Cancellation)).Count);
        Assert.Empty(await role.Databases(Cancellation));
    }

    [Fact]
    public async Task One_that_brings_nothing_back_has_failed_and_one_that_never_takes_a_table_says_so()
    {
        warehouse.RehearsalTarget = role!.Connection;
        await using LocalHost host = await Host();
        MammothApi api = new(await Site(), host);
        JsonNode none = await Ended(api, await Started(new JsonObject { ["include"] = new JsonArray("typo.*") }));
        Assert.Equal("failed", (string?)none["state"]);
        Assert.StartsWith("No table of ", (string?)none["error"]!["message"], StringComparison.Ordinal);
        JsonNode small = await Ended(api, await Started(new JsonObject { ["maxBytes"] = 1 }));
        Assert.Equal("failed", (string?)small["state"]);
        Assert.Contains("more than a rehearsal may read", (string?)small["error"]!["message"], StringComparison.Ordinal);

        long[] bytes = [.. (await Task.WhenAll(new[] { "t", "u" }.Select(async t => (await RecoveryChoice.Choose(warehouse.Store, (await Site()).Migration.Catalog, i => i.Name == t, long.MaxValue, Cancellation)).Bytes))).Order()];
        JsonNode some = await Ended(api, await Started(new JsonObject { ["maxBytes"] = bytes[0] }));
        Assert.Equal("succeeded", (string?)some["state"]);
        string left = (string)Assert.Single(some["rehearsal"]!["leftOut"]!.AsArray())!["table"]!;
        Assert.EndsWith($"and never rehearsed: {left}.", (string?)Assert.Single(some["warnings"]!.AsArray())!["message"], StringComparison.Ordinal);

        async Task<string> Started(JsonObject body) => (string)(await Endpoint.Ask(api.StartRehearsal, json: body.ToJsonString())).Body["run"]!;
    }

    [Fact]
    public async Task A_database_that_can_not_be_dropped_is_a_warning_and_not_the_result()
    {
        warehouse.RehearsalTarget = role!.Connection;
        await using LocalHost host = await Host();
        MammothApi api = new(await Site(), host);
        var server = new SourceDatabase(role.Connection);
        int first = 0;
        warehouse.Store.BeforeWrite = async location =>
        {
            if (location.Contains("/rehearsals/", StringComparison.Ordinal) && Interlocked.Exchange(ref first, 1) == 0)
                await server.Run($"ALTER DATABASE {Assert.Single(await role.Databases(Cancellation))} WITH IS_TEMPLATE true", Cancellation);
        };
        JsonNode ended = await Ended(api, (string)(await Endpoint.Ask(api.StartRehearsal)).Body["run"]!);
        string stuck = Assert.Single(await role.Databases(Cancellation));
        await server.Run($"ALTER DATABASE {stuck} WITH IS_TEMPLATE false", Cancellation);
        Assert.Equal("succeeded", (string?)ended["state"]);
        Assert.StartsWith($"The scratch database {stuck} could not be dropped", (string?)Assert.Single(ended["warnings"]!.AsArray())!["message"], StringComparison.Ordinal);
    }

    [Fact]
    public async Task Each_step_delivered_twice_gives_the_same()
    {
        warehouse.RehearsalTarget = role!.Connection;
        await using LocalHost host = await Host(async (_, _, run) => (await Task.WhenAll(run(), run()))[0]);
        MammothApi api = new(await Site(), host);
        JsonNode ended = await Ended(api, (string)(await Endpoint.Ask(api.StartRehearsal)).Body["run"]!);
        Assert.Equal("succeeded", (string?)ended["state"]);
        Assert.Equal(2, ended["rehearsal"]!["tables"]!.AsArray().Count);
        Assert.Empty(await role.Databases(Cancellation));
    }

    [Fact]
    public async Task Without_a_server_to_rehearse_on_it_says_what_to_set()
    {
        await using LocalHost host = await Host();
        (int status, JsonNode refused) = await Endpoint.Ask(new MammothApi(await Site(), host).StartRehearsal);
        Assert.Equal((409, "no-rehearsal-server"), (status, (string?)refused["code"]));
        Assert.Contains(RehearsalServer.Variable, (string?)refused["wayOut"], StringComparison.Ordinal);
        await Assert.ThrowsAsync<UsageException>(async () => await ScheduledRuns.Rehearsal(await Site(), host, DateTimeOffset.UnixEpoch, Cancellation));
    }

    [Fact]
    public async Task A_scheduled_rehearsal_begins_once_for_its_time()
    {
        warehouse.RehearsalTarget = role!.Connection;
        await using LocalHost host = await Host();
        var night = DateTimeOffset.Parse("2026-03-01T03:00:00Z", null);
        string[] runs = await Task.WhenAll(Enumerable.Range(0, 4).Select(async _ => await ScheduledRuns.Rehearsal(await Site(), host, night, Cancellation)));
        string first = Assert.Single(runs.Distinct());
        Assert.Equal(RunKind.Rehearsal, (await RunIndex.Find((await Site()).Migration, first, Cancellation))!.Kind);
        Assert.Equal("succeeded", (string?)(await Ended(new(await Site(), host), first))["state"]);
    }

    private static async Task<JsonNode> Ended(MammothApi api, string run)
    {
        while (true)
        {
            JsonNode status = (await Endpoint.Ask(api.GetRun, run)).Body;
            if ((string?)status["state"] is not "running")
                return status;
            await Task.Delay(50, Cancellation);
        }
    }

    private async Task<ApiSite> Site() => new(await warehouse.Site(source!, Cancellation), new MigrationOptions(), TimeProvider.System, NullLoggerFactory.Instance);

    private async Task<LocalHost> Host(Func<string, System.Text.Json.JsonElement, Func<Task<System.Text.Json.JsonElement>>, Task<System.Text.Json.JsonElement>>? deliver = null) => await LocalHost.Open(
        Path.Combine(Directory.CreateDirectory(Path.Combine(warehouse.Folder, "_mammoth", "local")).FullName, "journal.db"),
        new Registry().AddMigrations(await warehouse.Site(source!, Cancellation)),
        new LocalOptions { Time = new HastyTime(300), Flush = false, Deliver = deliver },
        Cancellation);
}
