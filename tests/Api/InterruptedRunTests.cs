using System.Text.Json.Nodes;
using Mammoth.Api;
using Mammoth.Api.Runs;
using Mammoth.Iceberg.IO;
using Mammoth.Migration.Plans;
using Mammoth.Orchestrations.Local;
using Mammoth.Orchestrations.Migrations;
using Mammoth.Orchestrations.Runtime;
using Mammoth.Tests.EndToEnd.Running;
using Mammoth.Tests.Fixtures;
using Mammoth.Tests.Migrations;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging.Abstractions;

namespace Mammoth.Tests.Api;

/// <summary>A run that met something that lasted, over the API and without a server: a clock that runs fast makes the patience short.</summary>
public sealed class InterruptedRunTests(PostgresFixture postgres) : IDisposable
{
    private readonly MigrationWarehouse warehouse = new();
    private string? source;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public void Dispose() => warehouse.Dispose();

    [Fact]
    public async Task It_says_why_and_goes_on_when_it_is_resumed()
    {
        await using var host = await Host();
        var api = await Api(host);
        bool away = true;
        warehouse.Store.BeforeWrite = location => away && location.EndsWith("/plan.json", StringComparison.Ordinal) ? throw Away(location) : Task.CompletedTask;
        string run = (string)(await Ask(api.StartMigration))["run"]!;
        var status = await Until(api, run, "paused");
        Assert.Equal("interrupted", (string?)status["error"]!["code"]);
        Assert.Contains("away", (string)status["error"]!["message"]!, StringComparison.Ordinal);
        Assert.NotNull(status["links"]!["resume"]);
        Assert.NotNull(status["links"]!["cancel"]);
        Assert.Null(status["links"]!["pause"]);
        Assert.Null(status["ended"]);
        Assert.Equal("paused", (string?)(await Ask(api.ListRuns))["runs"]![0]!["state"]);

        away = false;
        await Ask(api.ResumeRun, run);
        Assert.Equal("succeeded", (string?)(await Until(api, run, "succeeded"))["state"]);
    }

    [Fact]
    public async Task It_is_cancelled_as_any_other()
    {
        await using var host = await Host();
        var api = await Api(host);
        warehouse.Store.BeforeWrite = location => location.EndsWith("/plan.json", StringComparison.Ordinal) ? throw Away(location) : Task.CompletedTask;
        string run = (string)(await Ask(api.StartMigration))["run"]!;
        await Until(api, run, "paused");
        await Ask(api.CancelRun, run);
        Assert.False((bool)(await Until(api, run, "cancelled"))["published"]!);
    }

    [Fact]
    public async Task A_schedule_s_next_time_makes_it_go_on_instead_of_beginning_another()
    {
        await using var host = await Host();
        var site = await Site();
        var api = new MammothApi(site, host);
        bool away = true;
        warehouse.Store.BeforeWrite = location => away && location.EndsWith("/plan.json", StringComparison.Ordinal) ? throw Away(location) : Task.CompletedTask;
        var first = DateTimeOffset.Parse("2026-03-01T03:00:00Z", null);
        string? run = await ScheduledRuns.Migration(site, host, first, Cancellation);
        Assert.Equal(run, await ScheduledRuns.Migration(site, host, first, Cancellation));
        await Until(api, run!, "paused");
        away = false;
        Assert.Equal(run, await ScheduledRuns.Migration(site, host, first.AddDays(1), Cancellation));
        await Until(api, run!, "succeeded");
        Assert.Single((await Ask(api.ListRuns))["runs"]!.AsArray());
    }

    private static StorageException Away(string location) => new($"{location}: the store is away.", location) { MayPass = true };

    private async Task<string> Source() => source ??= (await SourceDatabase.Create(postgres, "api", "CREATE TABLE t(id int); INSERT INTO t VALUES (1);", Cancellation)).ConnectionString;

    private async Task<LocalHost> Host() => await LocalHost.Open(
        Path.Combine(Directory.CreateDirectory(Path.Combine(warehouse.Folder, "_mammoth", "local")).FullName, "journal.db"),
        new Registry().AddMigrations(await warehouse.Site(await Source(), Cancellation)),
        new LocalOptions { Time = new HastyTime(300), Flush = false },
        Cancellation);

    private async Task<ApiSite> Site() => new(await warehouse.Site(await Source(), Cancellation), new MigrationOptions(), TimeProvider.System, NullLoggerFactory.Instance);

    private async Task<MammothApi> Api(LocalHost host) => new(await Site(), host);

    private static async Task<JsonNode> Until(MammothApi api, string run, string state)
    {
        while (true)
        {
            var status = await Ask(api.GetRun, run);
            if ((string?)status["state"] == state)
                return status;
            Assert.True(status["ended"] is null, status.ToJsonString());
            await Task.Delay(50, Cancellation);
        }
    }

    /// <summary>Asks an endpoint as a host does.</summary>
    private static async Task<JsonNode> Ask(Func<HttpRequest, CancellationToken, Task<IResult>> endpoint, string? run = null)
    {
        var context = new DefaultHttpContext();
        context.Request.RouteValues["run"] = run;
        context.Response.Body = new MemoryStream();
        await (await endpoint(context.Request, Cancellation)).ExecuteAsync(context);
        context.Response.Body.Position = 0;
        Assert.InRange(context.Response.StatusCode, 200, 299);
        return (await JsonNode.ParseAsync(context.Response.Body, cancellationToken: Cancellation))!;
    }
}
