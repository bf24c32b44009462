using System.Net;
using System.Reflection;
using System.Text.Json.Nodes;
using Mammoth.Api;
using Mammoth.Api.OpenApi;
using Mammoth.Api.Routes;
using Mammoth.Tests.Api.Running;
using Mammoth.Tests.Fixtures;
using Microsoft.AspNetCore.Http;

namespace Mammoth.Tests.Api;

/// <summary>The description of the API, and whether the API is what it says.</summary>
public sealed class OpenApiTests(ServedShop shop, Readers readers) : IClassFixture<ServedShop>
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task The_document_is_valid()
    {
        var served = (await shop.Server.Get("openapi.json")).Json;
        Assert.True(JsonNode.DeepEquals(OpenApiDocument.Create(), served));
        Assert.Empty((await readers.OpenApi(served, [], Cancellation)).Rows.Select(r => string.Join(": ", r)));
    }

    [Fact]
    public async Task Every_route_answers_as_the_document_says()
    {
        var document = OpenApiDocument.Create();
        string run = shop.Run.TrimStart('/');
        string verification = (await shop.Server.Post("api/v1/verifications")).Location!.TrimStart('/');
        await shop.Server.Ended(verification);
        string dryRun = (await shop.Server.Migrate("""{"dryRun": true}""")).TrimStart('/');
        await shop.Server.Ended(dryRun);
        string drift = (await shop.Server.Post("api/v1/drift-checks")).Location!.TrimStart('/');
        await shop.Server.Ended(drift);
        (string Operation, string Method, string Path, string? Body)[] requests =
        [
            ("StartMigration", "POST", "api/v1/migrations", """{"dryRun": true}"""),
            ("StartMigration", "POST", "api/v1/migrations", """{"no": 1}"""),
            ("StartVerification", "POST", "api/v1/verifications", null),
            ("StartDriftCheck", "POST", "api/v1/drift-checks", null),
            ("StartRehearsal", "POST", "api/v1/rehearsals", null),
            ("Plan", "POST", "api/v1/plan", "{}"),
            ("ListRuns", "GET", "api/v1/runs", null),
            ("ListRuns", "GET", "api/v1/runs?limit=0", null),
            ("GetRun", "GET", run, null),
            ("GetRun", "GET", verification, null),
            ("GetRun", "GET", dryRun, null),
            ("GetRun", "GET", drift, null),
            ("GetRun", "GET", "api/v1/runs/none", null),
            ("GetReport", "GET", $"{run}/report", null),
            ("GetReport", "GET", $"{dryRun}/report", null),
            ("GetRunPlan", "GET", $"{run}/plan", null),
            ("PauseRun", "POST", $"{run}/pause", null),
            ("ResumeRun", "POST", $"{run}/resume", null),
            ("CancelRun", "POST", $"{run}/cancel", null),
            ("ListTables", "GET", "api/v1/tables", null),
            ("GetTable", "GET", "api/v1/tables/shop/orders", null),
            ("GetTable", "GET", "api/v1/tables/shop/none", null),
            ("ListSnapshots", "GET", "api/v1/tables/shop/orders/snapshots", null),
            ("Info", "GET", "api/v1/info", null),
            ("Health", "GET", "health", null),
            ("CheckHealth", "GET", "api/v1/health", null),
            ("CatalogConfig", "GET", "iceberg/v1/config", null),
            ("CatalogNamespaces", "GET", "iceberg/v1/namespaces", null),
            ("CatalogNamespace", "GET", "iceberg/v1/namespaces/shop", null),
            ("CatalogNamespace", "GET", "iceberg/v1/namespaces/none", null),
            ("CatalogTables", "GET", "iceberg/v1/namespaces/shop/tables", null),
            ("CatalogTable", "GET", "iceberg/v1/namespaces/shop/tables/orders", null),
        ];
        var values = new List<(string, JsonNode?)>();
        foreach (var (operation, method, path, body) in requests)
        {
            var route = ApiRoutes.All.Single(r => r.Operation == operation);
            var answer = method == "POST" ? await shop.Server.Post(path, body) : await shop.Server.Get(path);
            var said = document["paths"]![$"/{route.Path}"]![method.ToLowerInvariant()]!["responses"]![((int)answer.Status).ToString(System.Globalization.CultureInfo.InvariantCulture)];
            Assert.True(said is not null, $"{method} {path} answered {(int)answer.Status}, of which the document says nothing.");
            values.Add((said["content"]![answer.Type!]!["schema"]!["$ref"]!.GetValue<string>(), answer.Json));
        }

        // Every documented operation was asked.
        Assert.Equal(ApiRoutes.All.Where(r => r.Documented).Select(r => r.Operation).Order(StringComparer.Ordinal), requests.Select(r => r.Operation).Distinct().Order(StringComparer.Ordinal));
        Assert.Empty((await readers.OpenApi(document, values, Cancellation)).Rows.Select(r => string.Join(": ", r)));

        // The check can fail.
        Assert.Single((await readers.OpenApi(document, [("#/components/schemas/HealthStatus", new JsonObject { ["status"] = 1 })], Cancellation)).Rows);
    }

    [Fact]
    public async Task Bodies_that_the_document_allows_are_those_that_the_server_takes()
    {
        var document = OpenApiDocument.Create();
        const string schema = "#/components/schemas/MigrationBody";
        foreach (string body in new[] { "{}", """{"include": null}""", """{"include": ["shop.*"], "profile": "spark", "slots": 3, "tables": {"shop.customers": {"omit": ["name"], "mask": {"email": "hash"} } } }""" })
        {
            Assert.Empty((await readers.OpenApi(document, [(schema, JsonNode.Parse(body))], Cancellation)).Rows.Select(r => string.Join(": ", r)));
            var answer = await shop.Server.Post("api/v1/plan", body);
            Assert.True(answer.Status == HttpStatusCode.OK, answer.Text);
        }

        foreach (string body in new[] { """{"slotts": 1}""", """{"profile": "sparc"}""", """{"include": [7]}""", """{"dryRun": null}""" })
        {
            Assert.NotEmpty((await readers.OpenApi(document, [(schema, JsonNode.Parse(body))], Cancellation)).Rows);
            Assert.Equal(HttpStatusCode.BadRequest, (await shop.Server.Post("api/v1/plan", body)).Status);
        }
    }

    [Fact]
    public void Every_route_has_a_method_of_its_own_and_every_method_a_route()
    {
        var methods = typeof(MammothApi).GetMethods(BindingFlags.Public | BindingFlags.Instance | BindingFlags.DeclaredOnly);
        Assert.Equal(methods.Select(m => m.Name).Order(StringComparer.Ordinal), ApiRoutes.All.Select(r => r.Operation).Order(StringComparer.Ordinal));
        Assert.All(methods, m => Assert.Equal([typeof(HttpRequest), typeof(CancellationToken)], m.GetParameters().Select(p => p.ParameterType)));
        Assert.All(methods, m => Assert.Equal(typeof(Task<IResult>), m.ReturnType));
        Assert.All(ApiRoutes.All, r => Assert.False(r.Path.StartsWith('/')));
        Assert.Equal(ApiRoutes.All.Count, ApiRoutes.All.Select(r => r.Path).Distinct().Count());
        // What is open is listed here, so that nothing opens unseen.
        Assert.Equal(["Health", "OpenApi", "Page", "PageFile"], ApiRoutes.All.Where(r => r.Access == Access.Open).Select(r => r.Operation).Order(StringComparer.Ordinal));
    }
}
