using System.Net;
using Mammoth.Tests.Api.Running;

namespace Mammoth.Tests.Api;

/// <summary>A migration over HTTP, from its start to its tables.</summary>
public sealed class MigrationTests(ServedShop shop) : IClassFixture<ServedShop>
{
    private ApiServer Server => shop.Server;

    [Fact]
    public void A_run_tells_of_every_table_when_it_has_ended()
    {
        var status = shop.Status;
        Assert.Equal("succeeded", (string?)status["state"]);
        Assert.Equal("done", (string?)status["stage"]);
        Assert.Equal("database", (string?)status["consistency"]);
        Assert.True((bool)status["published"]!);
        Assert.Equal($"mammoth-{status["run"]}", (string?)status["tag"]);
        Assert.Equal(3, status["tables"]!.AsArray().Count);
        var orders = status["tables"]!.AsArray().Single(t => (string?)t!["source"] == "shop.orders")!;
        Assert.Equal("published", (string?)orders["state"]);
        Assert.Equal(3000, (long)orders["rows"]!);
        Assert.True((bool)orders["verification"]!["holds"]!);
        Assert.Equal(1, (int)orders["batch"]!);
        Assert.Equal((int)orders["chunks"]!, (int)orders["chunksDone"]!);
        var progress = status["progress"]!;
        Assert.Equal((3, 3, 0), ((int)progress["tables"]!, (int)progress["tablesDone"]!, (int)progress["tablesFailed"]!));
        Assert.Equal(3200, (long)progress["rows"]!);
        Assert.Equal(1, (double)progress["fraction"]!);
        Assert.Single(status["snapshots"]!.AsArray());
        Assert.Null(status["error"]);
    }

    [Fact]
    public async Task Its_links_lead_to_its_report()
    {
        var report = await Server.Get((string)shop.Status["links"]!["report"]!);
        Assert.Equal(HttpStatusCode.OK, report.Status);
        Assert.Equal((string?)shop.Status["run"], (string?)report["runId"]);
        Assert.Contains(report["leftOut"]!.AsArray(), l => (string?)l!["name"] == "shop.view");
        Assert.Null(shop.Status["links"]!["pause"]);
        Assert.Null(shop.Status["links"]!["cancel"]);
    }

    [Fact]
    public async Task The_plan_it_followed_is_there()
    {
        var plan = await Server.Get($"{shop.Run}/plan");
        Assert.Equal(HttpStatusCode.OK, plan.Status);
        Assert.Equal(3, plan["tables"]!.AsArray().Count);
    }

    [Fact]
    public async Task Tables_are_listed_with_their_rows_and_snapshots()
    {
        var tables = (await Server.Get("api/v1/tables"))["tables"]!.AsArray();
        Assert.Equal(3, tables.Count);
        var orders = tables.Single(t => (string?)t!["name"] == "orders")!;
        Assert.Equal(3000, (long)orders["rows"]!);

        var table = await Server.Get((string)orders["url"]!);
        Assert.Equal(["id", "customer", "total"], table["columns"]!.AsArray().Select(c => (string?)c!["name"]));
        Assert.Equal("decimal(10, 2)", (string?)table["columns"]![2]!["type"]);
        Assert.True((bool)table["columns"]![0]!["identifier"]!);
        Assert.Equal((string?)orders["snapshot"], (string?)table["refs"]![(string)shop.Status["tag"]!]!["snapshot"]);

        var snapshots = (await Server.Get((string)table["snapshotsUrl"]!))["snapshots"]!.AsArray();
        var only = Assert.Single(snapshots)!;
        Assert.True((bool)only["current"]!);
        Assert.Equal((string?)orders["snapshot"], (string?)only["id"]);
        Assert.Contains((string?)shop.Status["tag"], only["refs"]!.AsArray().Select(r => (string?)r));
    }

    [Fact]
    public async Task Every_table_is_found_by_the_url_that_its_list_gives_whatever_its_name()
    {
        foreach (var table in (await Server.Get("api/v1/tables"))["tables"]!.AsArray())
        {
            var found = await Server.Get((string)table!["url"]!);
            Assert.True(found.Status == HttpStatusCode.OK, $"{table["url"]}: {found.Text}");
            Assert.Equal((string?)table["name"], (string?)found["table"]!["name"]);
        }
    }

    [Fact]
    public async Task A_plan_is_answered_at_once_and_changes_nothing()
    {
        var before = (await Server.Get("api/v1/runs"))["runs"]!.AsArray().Count;
        var plan = await Server.Post("api/v1/plan", """{"include": ["shop.*"], "exclude": ["shop.odd*"], "tables": {"shop.customers": {"mask": {"email": "null"}, "omit": ["name"]} } }""");
        Assert.Equal(HttpStatusCode.OK, plan.Status);
        Assert.Equal(["shop.customers", "shop.orders"], plan["tables"]!.AsArray().Select(t => (string?)t!["source"]));
        var customers = plan["tables"]![0]!;
        Assert.Equal(["name"], customers["omittedColumns"]!.AsArray().Select(c => (string?)c));
        Assert.True((bool)customers["columns"]!.AsArray().Single(c => (string?)c!["name"] == "email")!["masked"]!);
        Assert.Equal(before, (await Server.Get("api/v1/runs"))["runs"]!.AsArray().Count);
    }

    [Fact]
    public async Task A_dry_run_ends_with_its_plan_and_copies_nothing()
    {
        var tables = (await Server.Get("api/v1/tables")).Text;
        string run = await Server.Migrate("""{"dryRun": true, "include": ["shop.orders"]}""");
        var status = await Server.Ended(run);
        Assert.Equal(("dryRun", "succeeded"), ((string?)status["kind"], (string?)status["state"]));
        Assert.Equal("planned", (string?)Assert.Single(status["tables"]!.AsArray())!["state"]);
        Assert.False((bool)status["published"]!);
        var plan = await Server.Get((string)status["links"]!["plan"]!);
        Assert.Equal("shop.orders", (string?)Assert.Single(plan["tables"]!.AsArray())!["source"]);
        Assert.Equal(HttpStatusCode.NotFound, (await Server.Get($"{run}/report")).Status);
        Assert.Equal(tables, (await Server.Get("api/v1/tables")).Text);
    }

    [Fact]
    public async Task A_verification_reads_what_was_published()
    {
        var answer = await Server.Post("api/v1/verifications", """{"exclude": ["shop.orders"]}""");
        Assert.Equal(HttpStatusCode.Accepted, answer.Status);
        var status = await Server.Ended(answer.Location!);
        Assert.Equal(("verification", "succeeded"), ((string?)status["kind"], (string?)status["state"]));
        Assert.Equal(2, status["tables"]!.AsArray().Count);
        Assert.All(status["tables"]!.AsArray(), t => Assert.Equal("verified", (string?)t!["state"]));
        Assert.Equal(200, (long)status["progress"]!["rows"]!);
    }

    [Fact]
    public async Task Runs_are_listed_the_latest_first_page_by_page()
    {
        for (int i = 0; i < 3; i++)
            await Server.Ended((await Server.Post("api/v1/verifications", """{"include": ["nothing"]}""")).Location!);
        var all = (await Server.Get("api/v1/runs?limit=100"))["runs"]!.AsArray().Select(r => (string)r!["run"]!).ToArray();
        Assert.Equal(all.OrderDescending(StringComparer.Ordinal), all);
        var paged = new List<string>();
        string? next = "api/v1/runs?limit=1";
        while (next is not null && paged.Count < all.Length)
        {
            var page = await Server.Get(next);
            paged.Add((string)Assert.Single(page["runs"]!.AsArray())!["run"]!);
            next = (string?)page["next"];
        }

        Assert.Equal(all, paged);
    }

    [Fact]
    public async Task What_the_command_line_ran_is_listed_too()
    {
        var (code, said) = await ApiServer.Command(
            shop.Area.Folder, "migrate", "--source", shop.Area.Source.ConnectionString, "--warehouse", shop.Area.Warehouse, "--include", "shop.customers", "--run-id", "0-by-hand");
        Assert.True(code == 0, said);
        var runs = (await Server.Get("api/v1/runs?limit=100"))["runs"]!.AsArray();
        Assert.Equal("succeeded", (string?)runs.Single(r => (string?)r!["run"] == "0-by-hand")!["state"]);
        var status = await Server.Get("api/v1/runs/0-by-hand");
        Assert.Equal("unchanged", (string?)Assert.Single(status["tables"]!.AsArray())!["state"]);
        Assert.Equal(HttpStatusCode.Conflict, (await Server.Post("api/v1/runs/0-by-hand/cancel")).Status);
    }
}
