using System.Net;
using System.Net.Sockets;
using System.Text.Json.Nodes;
using Mammoth.Tests.Api.Running;
using Mammoth.Tests.Fixtures;

namespace Mammoth.Tests.Api;

/// <summary>Whether the server knows what it lacks.</summary>
public sealed class HealthTests(PostgresFixture postgres)
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task All_is_there_until_the_warehouse_is_moved_away()
    {
        using var area = await ServedArea.Create(postgres, "SELECT 1");
        await using var server = await area.Serve();
        var well = await server.Get("api/v1/health");
        Assert.Equal(HttpStatusCode.OK, well.Status);
        Assert.True((bool)well["ok"]!);
        Assert.All(new[] { "source", "catalog", "runtime" }, part => Assert.True((bool)well[part]!["ok"]!));

        Directory.Move(area.Warehouse, $"{area.Warehouse}-moved");
        var moved = await server.Get("api/v1/health");
        Assert.Equal(HttpStatusCode.ServiceUnavailable, moved.Status);
        Assert.Equal((true, false, true), Parts(moved.Json));
        Assert.Contains("is gone", (string)moved["catalog"]!["problem"]!, StringComparison.Ordinal);

        // It answers all the same, which is all that this one says.
        Assert.Equal(HttpStatusCode.OK, (await server.Get("health")).Status);
        Directory.Move($"{area.Warehouse}-moved", area.Warehouse);
        Assert.Equal(HttpStatusCode.OK, (await server.Get("api/v1/health")).Status);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_source_that_is_not_there_or_says_nothing_is_told_in_time_and_without_its_password(bool silent)
    {
        using var area = await ServedArea.Create(postgres, "SELECT 1");
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        int port = ((IPEndPoint)listener.LocalEndpoint).Port;
        if (!silent)
            listener.Stop();
        await using var server = await ApiServer.Start(area.Folder, area.Key, "--source", $"Host=127.0.0.1;Port={port};Username=ann;Password=hunter2;Database=shop", "--warehouse", area.Warehouse);
        var answer = await server.Get("api/v1/health").WaitAsync(TimeSpan.FromSeconds(30), Cancellation);
        Assert.Equal(HttpStatusCode.ServiceUnavailable, answer.Status);
        Assert.Equal((false, true, true), Parts(answer.Json));
        Assert.NotEmpty((string)answer["source"]!["problem"]!);
        Assert.DoesNotContain("hunter2", answer.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task It_is_not_for_everybody()
    {
        using var area = await ServedArea.Create(postgres, "SELECT 1");
        await using var server = await area.Serve();
        server.Client.DefaultRequestHeaders.Authorization = null;
        Assert.Equal(HttpStatusCode.Unauthorized, (await server.Get("api/v1/health")).Status);
    }

    private static (bool Source, bool Catalog, bool Runtime) Parts(JsonNode health) => ((bool)health["source"]!["ok"]!, (bool)health["catalog"]!["ok"]!, (bool)health["runtime"]!["ok"]!);
}
