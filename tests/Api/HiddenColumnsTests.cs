using System.Net;
using Mammoth.Tests.Api.Running;
using Mammoth.Tests.Fixtures;

namespace Mammoth.Tests.Api;

/// <summary>A request may hide more than the server's owner does, and shows nothing that is hidden.</summary>
public sealed class HiddenColumnsTests(PostgresFixture postgres)
{
    [Fact]
    public async Task What_the_servers_configuration_hides_stays_hidden_whatever_is_asked()
    {
        using var area = await ServedArea.Create(postgres, "CREATE TABLE people (id int PRIMARY KEY, name text, email text, password text); INSERT INTO people VALUES (1, 'n', 'e', 'p')");
        string config = Path.Combine(area.Folder, "hidden.json");
        await File.WriteAllTextAsync(config, """{"tables": {"public.p*": {"omit": ["password"], "mask": {"email": "hash"} } } }""", TestContext.Current.CancellationToken);
        await using var server = await area.Serve("--config", config);
        foreach (string asked in new[]
        {
            """{"*": {"omit": [], "mask": {} } }""",
            """{"public.people": {"omit": ["name"], "mask": {"email": "constant:shown"} } }""",
            """{"public.peopl?": {"mask": {"password": "constant:shown"} } }""",
        })
        {
            var plan = await server.Post("api/v1/plan", $$"""{"tables": {{asked}} }""");
            Assert.True(plan.Status == HttpStatusCode.OK, plan.Text);
            var table = plan["tables"]![0]!;
            Assert.Contains("password", table["omittedColumns"]!.AsArray().Select(c => (string?)c));
            Assert.Contains("SHA-256", (string?)table["columns"]!.AsArray().Single(c => (string?)c!["name"] == "email")!["note"], StringComparison.Ordinal);
        }

        var same = await server.Post("api/v1/plan", """{"tables": {"public.p*": {"omit": []} } }""");
        Assert.Equal(HttpStatusCode.BadRequest, same.Status);
        var filter = await server.Post("api/v1/plan", """{"tables": {"*": {"filter": "pg_sleep(1) IS NULL"} } }""");
        Assert.Equal(HttpStatusCode.BadRequest, filter.Status);
    }
}
