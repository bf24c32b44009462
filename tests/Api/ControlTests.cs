using System.Net;
using System.Text.Json.Nodes;
using Mammoth.Tests.Api.Running;
using Mammoth.Tests.EndToEnd.Running;
using Mammoth.Tests.Fixtures;

namespace Mammoth.Tests.Api;

/// <summary>Runs that are paused, resumed, cancelled, and a server that dies beneath them. The copy is halted at one row, so nothing depends on time.</summary>
public sealed class ControlTests(PostgresFixture postgres)
{
    private const string Sql = """
        CREATE TABLE first(id int PRIMARY KEY);
        CREATE TABLE gated(id int PRIMARY KEY, t text);
        CREATE TABLE later(id int PRIMARY KEY REFERENCES gated);
        INSERT INTO first SELECT i FROM generate_series(1, 100) i;
        INSERT INTO gated SELECT i, repeat('x', 20) FROM generate_series(1, 2000) i;
        INSERT INTO later SELECT i FROM generate_series(1, 50) i;
        """;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_paused_run_begins_nothing_and_goes_on_when_resumed()
    {
        using var area = await ServedArea.Create(postgres, Sql);
        await using var gate = await Gate.Close(area.Source, Cancellation);
        await using var server = await area.Serve([.. area.Filter("public.gated", Gate.Filter("id = 1000")), "--slots", "1"]);
        string run = await server.Migrate();
        await gate.Reached(Cancellation);

        var paused = await server.Post($"{run}/pause");
        Assert.Equal(HttpStatusCode.Accepted, paused.Status);
        Assert.Equal("paused", (string?)paused["state"]);
        Assert.Null(paused["links"]!["pause"]);
        await gate.Open(Cancellation);

        // What was under way ends on the server; nobody is there to take its answer, so nothing follows.
        await server.Until("health", _ => true);
        await Task.Delay(1500, Cancellation);
        var still = (await server.Get(run)).Json;
        Assert.Equal("paused", (string?)still["state"]);
        Assert.NotEqual("staged", StateOf(still, "public.gated"));
        Assert.Empty((await server.Get("api/v1/tables"))["tables"]!.AsArray());

        var resumed = await server.Post((string)still["links"]!["resume"]!);
        Assert.Equal("running", (string?)resumed["state"]);
        var ended = await server.Ended(run);
        Assert.Equal("succeeded", (string?)ended["state"]);
        // The snapshot was held all the time.
        Assert.Equal("database", (string?)ended["consistency"]);
        Assert.Single(ended["snapshots"]!.AsArray());
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_cancelled_run_ends_publishes_nothing_and_leaves_no_data(bool whilePaused)
    {
        using var area = await ServedArea.Create(postgres, Sql);
        await using var gate = await Gate.Close(area.Source, Cancellation);
        await using var server = await area.Serve([.. area.Filter("public.later", Gate.Filter("id = 25")), "--slots", "1"]);
        string run = await server.Migrate();
        await gate.Reached(Cancellation);

        // Two tables are copied, and their files are there.
        Assert.Equal("staged", StateOf((await server.Get(run)).Json, "public.gated"));
        Assert.NotEmpty(Directory.EnumerateFiles(area.Warehouse, "*.parquet", SearchOption.AllDirectories));
        if (whilePaused)
            await server.Post($"{run}/pause");

        var answer = await server.Post($"{run}/cancel");
        Assert.Equal(HttpStatusCode.Accepted, answer.Status);
        var ended = await server.Ended(run);
        Assert.Equal("cancelled", (string?)ended["state"]);
        Assert.Equal("cancelled", (string?)ended["error"]!["code"]);
        Assert.False((bool)ended["published"]!);
        Assert.Empty((await server.Get("api/v1/tables"))["tables"]!.AsArray());
        Assert.Empty(Directory.EnumerateFiles(area.Warehouse, "*.parquet", SearchOption.AllDirectories));
        Assert.Equal(HttpStatusCode.Conflict, (await server.Post($"{run}/resume")).Status);

        // It is over: a new one has the way free, and does all the work.
        await gate.Open(Cancellation);
        var next = await server.Ended(await server.Migrate());
        Assert.Equal("succeeded", (string?)next["state"]);
        Assert.Equal(2150, (long)next["progress"]!["rows"]!);
    }

    [Fact]
    public async Task One_migration_runs_at_a_time()
    {
        using var area = await ServedArea.Create(postgres, Sql);
        await using var gate = await Gate.Close(area.Source, Cancellation);
        await using var server = await area.Serve(area.Filter("public.gated", Gate.Filter("id = 1000")));
        string run = await server.Migrate();
        await gate.Reached(Cancellation);
        var second = await server.Post("api/v1/migrations", """{"include": ["public.first"]}""");
        Assert.Equal(HttpStatusCode.Conflict, second.Status);
        Assert.Equal("run-under-way", (string?)second["code"]);
        Assert.EndsWith((string)second["run"]!, run, StringComparison.Ordinal);

        // Looking and planning are not in its way.
        Assert.Equal(HttpStatusCode.OK, (await server.Post("api/v1/plan")).Status);
        Assert.Equal("succeeded", (string?)(await server.Ended(await server.Migrate("""{"dryRun": true}""")))["state"]);
        await gate.Open(Cancellation);
        Assert.Equal("succeeded", (string?)(await server.Ended(run))["state"]);
    }

    [Fact]
    public async Task While_it_copies_each_table_tells_how_far_it_is()
    {
        using var area = await ServedArea.Create(postgres, Sql);
        await using var gate = await Gate.Close(area.Source, Cancellation);
        await using var server = await area.Serve([.. area.Filter("public.gated", Gate.Filter("id = 1000")), "--slots", "2"]);
        string run = await server.Migrate();
        await gate.Reached(Cancellation);
        var status = await server.Until(run, s => StateOf(s, "public.first") == "staged");
        Assert.Equal("copying", (string?)status["stage"]);
        Assert.Equal("copying", StateOf(status, "public.gated"));
        Assert.Equal(100, (long)Table(status, "public.first")["rows"]!);
        Assert.Equal(0, (int)Table(status, "public.gated")["chunksDone"]!);
        Assert.Equal(3, (int)status["progress"]!["tables"]!);
        Assert.InRange((double)status["progress"]!["fraction"]!, 0.01, 0.99);
        Assert.True((double)status["progress"]!["bytesPerSecond"]! > 0);
        Assert.True((double)status["progress"]!["secondsLeft"]! > 0);
        Assert.Single(status["snapshots"]!.AsArray());
        Assert.Null(status["published"]);
        await gate.Open(Cancellation);
        await server.Ended(run);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task What_ran_when_the_server_went_goes_on_when_it_comes_back(bool killed)
    {
        using var area = await ServedArea.Create(postgres, Sql);
        string[] options = [.. area.Filter("public.gated", Gate.Filter("id = 1000")), "--slots", "1"];
        string run;
        await using (var gate = await Gate.Close(area.Source, Cancellation))
        await using (var server = await area.Serve(options))
        {
            run = await server.Migrate();
            await gate.Reached(Cancellation);
            if (killed)
                await server.Kill();
            else
                Assert.Equal(0, await server.Stop());
            await gate.Open(Cancellation);
        }

        await using var again = await area.Serve(options);
        var ended = await again.Ended(run);
        Assert.Equal("succeeded", (string?)ended["state"]);
        Assert.Equal(2150, (long)ended["progress"]!["rows"]!);
        Assert.All(ended["tables"]!.AsArray(), t => Assert.True((bool)t!["verification"]!["holds"]!));
        // Its first snapshot went with the server, and that is said.
        Assert.Equal(2, ended["snapshots"]!.AsArray().Count);
        var verified = await again.Ended((await again.Post("api/v1/verifications")).Location!);
        Assert.Equal("succeeded", (string?)verified["state"]);
    }

    [Fact]
    public async Task A_table_that_can_not_be_copied_fails_the_run_and_says_why()
    {
        using var area = await ServedArea.Create(postgres, Sql + "CREATE TABLE bad(id int, n numeric(4,1)); INSERT INTO bad VALUES (1, 'NaN');");
        await using var server = await area.Serve();
        var ended = await server.Ended(await server.Migrate("""{"policy": "fail"}"""));
        Assert.Equal("failed", (string?)ended["state"]);
        Assert.False((bool)ended["published"]!);
        var bad = Table(ended, "public.bad");
        Assert.Equal("failed", (string?)bad["state"]);
        Assert.Equal("unfit-row", (string?)bad["error"]!["code"]);
        Assert.Equal("failed", (string?)(await server.Get("api/v1/runs"))["runs"]![0]!["state"]);

        var most = await server.Ended(await server.Migrate("""{"policy": "fail", "onError": "continue"}"""));
        Assert.Equal("failed", (string?)most["state"]);
        Assert.True((bool)most["published"]!);
        Assert.Equal(3, (await server.Get("api/v1/tables"))["tables"]!.AsArray().Count);
    }

    [Fact]
    public async Task A_source_that_is_not_there_fails_the_run_with_a_sentence()
    {
        using var area = await ServedArea.Create(postgres, "SELECT 1");
        await using var server = await ApiServer.Start(area.Folder, area.Key, "--source", area.Source.As(s => s.Database = "no_such_database"), "--warehouse", area.Warehouse);
        var ended = await server.Ended(await server.Migrate());
        Assert.Equal("failed", (string?)ended["state"]);
        Assert.Contains("no_such_database", (string)ended["error"]!["message"]!, StringComparison.Ordinal);
        var plan = await server.Post("api/v1/plan");
        Assert.Contains(plan.Status, new[] { HttpStatusCode.BadGateway, HttpStatusCode.ServiceUnavailable });
        Assert.Equal("application/problem+json", plan.Type);
    }

    private static JsonNode Table(JsonNode status, string name) => status["tables"]!.AsArray().Single(t => (string?)t!["source"] == name)!;

    private static string? StateOf(JsonNode status, string name) => (string?)status["tables"]!.AsArray().SingleOrDefault(t => (string?)t!["source"] == name)?["state"];
}
