using System.Net;
using System.Text.Json.Nodes;
using Mammoth.Tests.Api.Running;
using Mammoth.Tests.EndToEnd.Running;
using Mammoth.Tests.Fixtures;

namespace Mammoth.Tests.Api;

/// <summary>Rows that are set aside, as the API counts and bounds them.</summary>
public sealed class QuarantineStatusTests(PostgresFixture postgres)
{
    private const string Sql = """
        CREATE TABLE gated(id int, d date) PARTITION BY RANGE (id);
        CREATE TABLE gated_1 PARTITION OF gated FOR VALUES FROM (0) TO (100);
        CREATE TABLE gated_2 PARTITION OF gated FOR VALUES FROM (100) TO (200);
        INSERT INTO gated SELECT i, CASE WHEN i % 40 = 1 THEN 'infinity' ELSE '2024-01-01'::date END FROM generate_series(0, 199) i;
        """;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Are_counted_while_it_runs_and_when_it_has_ended()
    {
        using var area = await ServedArea.Create(postgres, Sql);
        await using var gate = await Gate.Close(area.Source, Cancellation);
        await using var server = await area.Serve([.. area.FilterApart("public.gated", Gate.Filter("id = 150")), "--slots", "1"]);
        string run = await server.Migrate("""{"policy": "quarantine"}""");
        await gate.Reached(Cancellation);
        JsonNode running = (await server.Get(run)).Json;
        Assert.Equal((3, 3), ((int)running["tables"]![0]!["quarantinedRows"]!, (int)running["progress"]!["quarantinedRows"]!));

        await gate.Open(Cancellation);
        JsonNode ended = await server.Ended(run);
        Assert.Equal(("succeeded", 5, 5, 195), ((string?)ended["state"], (int)ended["tables"]![0]!["quarantinedRows"]!, (int)ended["progress"]!["quarantinedRows"]!, (int)ended["progress"]!["rows"]!));
        JsonNode report = (await server.Get((string)ended["links"]!["report"]!)).Json;
        Assert.Equal((5, "mammoth.quarantine"), ((int)report["quarantinedRows"]!, (string?)report["quarantine"]));
        JsonArray tables = (await server.Get("api/v1/tables"))["tables"]!.AsArray();
        Assert.Equal(5, (int)tables.Single(t => (string?)t!["namespace"] == "mammoth")!["rows"]!);
    }

    [Fact]
    public async Task More_than_a_body_allows_fail_their_table()
    {
        using var area = await ServedArea.Create(postgres, Sql);
        await using var server = await area.Serve();
        foreach (string budget in (string[])["\"maxErrors\": \"4\"", "\"maxErrors\": \"2.4%\"", "\"maxErrors\": \"100%\", \"tables\": {\"public.*\": {\"maxErrors\": \"0\"}}"])
        {
            JsonNode ended = await server.Ended(await server.Migrate($$"""{"policy": "quarantine", {{budget}}}"""));
            Assert.Equal(("failed", "max-errors"), ((string?)ended["state"], (string?)ended["tables"]![0]!["error"]!["code"]));
        }

        Assert.Equal("succeeded", (string?)(await server.Ended(await server.Migrate("""{"policy": "quarantine", "maxErrors": "2.5%"}""")))["state"]);
        foreach (string body in (string[])["""{"maxErrors": "some"}""", """{"maxErrors": "101%"}""", """{"tables": {"a": {"maxErrors": "-1"}}}"""])
        {
            Answer refused = await server.Post("api/v1/migrations", body);
            Assert.Equal(HttpStatusCode.BadRequest, refused.Status);
            Assert.Contains("maxErrors", refused.Text, StringComparison.Ordinal);
        }
    }
}
