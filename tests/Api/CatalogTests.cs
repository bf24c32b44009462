using System.Net;
using Mammoth.Iceberg.IO;
using Mammoth.Tests.Api.Running;
using Mammoth.Tests.Fixtures;

namespace Mammoth.Tests.Api;

/// <summary>Iceberg's REST catalog, asked by clients that others wrote.</summary>
public sealed class CatalogTests(ServedShop shop, PostgresFixture postgres, AzuriteFixture azurite, Readers readers) : IClassFixture<ServedShop>
{
    private const string Odd = "odd name_with.dots %2F";

    private ApiServer Server => shop.Server;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_client_lists_and_loads_every_table()
    {
        var found = await readers.Catalog(new Uri(Server.Url, "iceberg"), Server.Key!, Cancellation);
        Assert.Equal(["namespace", "name", "snapshot", "location"], found.Columns);
        var listed = (await Server.Get("api/v1/tables"))["tables"]!.AsArray();
        Assert.Equal(
            listed.Select(t => $"{t!["namespace"]} {t["name"]} {t["snapshot"]}"),
            found.Rows.Select(r => $"{r[0]} {r[1]} {r[2]}").Order(StringComparer.Ordinal));
        Assert.Contains(found.Rows, r => r[1] == Odd);
    }

    [Fact]
    public async Task A_reader_finds_the_rows_through_it()
    {
        var orders = await readers.Icebird(new Uri(Server.Url, "iceberg"), Server.Key!, "shop", "orders", null, Cancellation);
        Assert.Equal(["id", "customer", "total"], orders.Columns);
        Assert.Equal(3000, orders.Rows.Count);
    }

    [Fact]
    public async Task A_reader_finds_the_rows_in_azure_storage_through_it()
    {
        var container = await azurite.CreateContainer(Cancellation);
        using var area = await ServedArea.Create(postgres, ServedShop.Sql, $"{container.Url}/lake");
        await using var server = await ApiServer.Start(
            area.Folder, area.Key, new Dictionary<string, string> { [AzureCredentials.OwnConnection] = container.ConnectionString }, ["--source", area.Source.ConnectionString, "--warehouse", area.Warehouse]);
        var ended = await server.Ended(await server.Migrate());
        Assert.Equal("succeeded", (string?)ended["state"]);
        Assert.DoesNotContain("AccountKey", server.Said, StringComparison.Ordinal);

        var signed = container.Client.GenerateSasUri(Azure.Storage.Sas.BlobContainerSasPermissions.Read | Azure.Storage.Sas.BlobContainerSasPermissions.List, DateTimeOffset.UtcNow.AddHours(1));
        var location = (string)(await server.Get("iceberg/v1/namespaces/shop/tables/orders"))["metadata"]!["location"]!;
        var prefix = location[..location.IndexOf("/lake/", StringComparison.Ordinal)];
        var paths = new Dictionary<string, string> { [prefix] = $"{container.Url}{signed.Query}" };
        var orders = await readers.Icebird(new Uri(server.Url, "iceberg"), server.Key!, "shop", "orders", paths, Cancellation);
        Assert.Equal(3000, orders.Rows.Count);
    }

    [Fact]
    public async Task A_table_is_told_as_the_catalog_has_it()
    {
        var table = await Server.Get("iceberg/v1/namespaces/shop/tables/orders");
        Assert.Equal(HttpStatusCode.OK, table.Status);
        var described = await Server.Get("api/v1/tables/shop/orders");
        Assert.Equal((string?)described["metadataLocation"], (string?)table["metadata-location"]);
        Assert.Equal((string?)described["uuid"], (string?)table["metadata"]!["table-uuid"]);
        Assert.Equal((string?)described["table"]!["snapshot"], table["metadata"]!["current-snapshot-id"]!.ToJsonString());

        // Who has it already is told no more than that.
        using var request = new HttpRequestMessage(HttpMethod.Get, "iceberg/v1/namespaces/shop/tables/orders");
        request.Headers.TryAddWithoutValidation("If-None-Match", table.Headers.ETag!.ToString());
        Assert.Equal(HttpStatusCode.NotModified, (await Server.Client.SendAsync(request, Cancellation)).StatusCode);
    }

    [Theory]
    [InlineData("GET", "iceberg/v1/namespaces/none", 404, "NoSuchNamespaceException")]
    [InlineData("GET", "iceberg/v1/namespaces/none/tables", 404, "NoSuchNamespaceException")]
    [InlineData("GET", "iceberg/v1/namespaces?parent=none", 404, "NoSuchNamespaceException")]
    [InlineData("GET", "iceberg/v1/namespaces/shop/tables/none", 404, "NoSuchTableException")]
    [InlineData("GET", "iceberg/v1/namespaces/shop/views/none", 404, "NoSuchViewException")]
    [InlineData("GET", "iceberg/v1/elsewhere", 404, "NotFoundException")]
    [InlineData("POST", "iceberg/v1/namespaces", 406, "UnsupportedOperationException")]
    [InlineData("DELETE", "iceberg/v1/namespaces/shop", 406, "UnsupportedOperationException")]
    [InlineData("POST", "iceberg/v1/namespaces/shop/tables", 406, "UnsupportedOperationException")]
    [InlineData("POST", "iceberg/v1/namespaces/shop/tables/orders", 406, "UnsupportedOperationException")]
    [InlineData("DELETE", "iceberg/v1/namespaces/shop/tables/orders", 406, "UnsupportedOperationException")]
    [InlineData("POST", "iceberg/v1/transactions/commit", 406, "UnsupportedOperationException")]
    [InlineData("POST", "iceberg/v1/oauth/tokens", 406, "UnsupportedOperationException")]
    public async Task What_is_not_there_or_would_write_is_refused_in_the_protocol_s_own_form(string method, string path, int status, string type)
    {
        using var request = new HttpRequestMessage(new HttpMethod(method), path);
        var answer = await Answer.Of(await Server.Client.SendAsync(request, Cancellation));
        Assert.Equal(status, (int)answer.Status);
        Assert.Equal((status, type), ((int)answer["error"]!["code"]!, (string?)answer["error"]!["type"]));
        Assert.NotEmpty((string)answer["error"]!["message"]!);
    }

    [Theory]
    [InlineData("iceberg/v1/namespaces/shop", 204)]
    [InlineData("iceberg/v1/namespaces/none", 404)]
    [InlineData("iceberg/v1/namespaces/shop/tables/orders", 204)]
    [InlineData("iceberg/v1/namespaces/shop/tables/none", 404)]
    [InlineData("iceberg/v1/namespaces/shop/views/none", 404)]
    public async Task Whether_something_is_there_is_told_without_a_body(string path, int status)
    {
        using var request = new HttpRequestMessage(HttpMethod.Head, path);
        var answer = await Answer.Of(await Server.Client.SendAsync(request, Cancellation));
        Assert.Equal(status, (int)answer.Status);
        Assert.Empty(answer.Text);
    }

    [Fact]
    public async Task A_publish_shows_all_its_tables_at_one_moment()
    {
        // Two tables that are written together, and a reader that asks for both all the time: what it sees first of the one it never sees older of the other.
        using var area = await ServedArea.Create(postgres, "CREATE TABLE a(n int); CREATE TABLE b(n int); INSERT INTO a VALUES (0); INSERT INTO b VALUES (0);");
        await using var server = await area.Serve();
        await server.Ended(await server.Migrate());
        using var enough = CancellationTokenSource.CreateLinkedTokenSource(Cancellation);
        var reading = Read(server, enough.Token);
        for (int i = 1; i <= 4; i++)
        {
            await area.Source.Run($"UPDATE a SET n = {i}; UPDATE b SET n = {i};", Cancellation);
            Assert.Equal("succeeded", (string?)(await server.Ended(await server.Migrate()))["state"]);
        }

        await enough.CancelAsync();
        var (asked, steps) = await reading;
        Assert.True(asked > 10, $"Only {asked} questions were asked.");
        Assert.True(steps >= 3, $"Only {steps} publishes were seen.");
    }

    /// <summary>Asks for one table and then the other: the second answer is of the same run as the first, or a later one.</summary>
    private static async Task<(int Asked, int Steps)> Read(ApiServer server, CancellationToken enough)
    {
        int asked = 0;
        var runs = new SortedSet<string>(StringComparer.Ordinal);
        while (!enough.IsCancellationRequested)
        {
            foreach (var (first, second) in new[] { ("a", "b"), ("b", "a") })
            {
                string before = await Run(server, first);
                string after = await Run(server, second);
                Assert.True(string.CompareOrdinal(after, before) >= 0, $"{first} was of run {before}, and {second}, asked for later, of {after}.");
                runs.Add(before);
                asked++;
            }
        }

        return (asked, runs.Count);
    }

    /// <summary>When the source was read for a table's current snapshot: later runs read later, and the text sorts as the time does.</summary>
    private static async Task<string> Run(ApiServer server, string table)
    {
        var metadata = (await server.Get($"iceberg/v1/namespaces/public/tables/{table}"))["metadata"]!;
        string current = metadata["current-snapshot-id"]!.ToJsonString();
        return (string)metadata["snapshots"]!.AsArray().Single(s => s!["snapshot-id"]!.ToJsonString() == current)!["summary"]!["mammoth.source-time"]!;
    }
}
