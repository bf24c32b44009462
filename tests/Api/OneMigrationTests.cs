using System.Text.Json.Nodes;
using Mammoth.Api;
using Mammoth.Api.Runs;
using Mammoth.Iceberg.IO;
using Mammoth.Migration.Errors;
using Mammoth.Migration.Plans;
using Mammoth.Migration.Reports;
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

/// <summary>One migration of a warehouse at a time, whichever instance of the app is asked: here several sites over one warehouse and one backend.</summary>
public sealed class OneMigrationTests(PostgresFixture postgres) : IDisposable
{
    private readonly MigrationWarehouse warehouse = new();
    private string? source;

    /// <summary>A copy that waits at the gate.</summary>
    private static MigrationOptions Gated => new() { Tables = new Dictionary<string, TableSettings> { ["public.t"] = new() { Filter = Gate.Filter("id = 1") } } };

    private string Claim => Path.Combine(warehouse.Folder, "_mammoth", "runs", ".current");

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public void Dispose() => warehouse.Dispose();

    [Fact]
    public async Task Of_many_that_are_asked_for_at_the_same_time_one_begins_and_the_others_are_told_which()
    {
        await using LocalHost host = await Host();
        MammothApi[] apis = [new(await Site(), host), new(await Site(), host), new(await Site(), host)];
        bool away = true;
        warehouse.Store.BeforeWrite = location => away && location.EndsWith("/plan.json", StringComparison.Ordinal) ? throw Away(location) : Task.CompletedTask;
        (int Status, JsonNode Body)[] answers = await Task.WhenAll(Enumerable.Range(0, 9).Select(i => Task.Run(() => Endpoint.Ask(apis[i % 3].StartMigration), Cancellation)));
        string run = (string)Assert.Single(answers, a => a.Status == 202).Body["run"]!;
        Assert.All(answers.Where(a => a.Status != 202), a => Assert.Equal((409, "run-under-way", run), (a.Status, (string?)a.Body["code"], (string?)a.Body["run"])));

        // However many other runs there are since.
        await Until(apis[0], run, "paused");
        for (int i = 0; i < 60; i++)
            await ScheduledRuns.Verification(await Site(), host, DateTimeOffset.UnixEpoch.AddHours(i), Cancellation);
        (int status, JsonNode refused) = await Endpoint.Ask(apis[1].StartMigration);
        Assert.Equal((409, run), (status, (string?)refused["run"]));

        away = false;
        await Endpoint.Ask(apis[2].ResumeRun, run);
        await Until(apis[2], run, "succeeded");
        (status, JsonNode next) = await Endpoint.Ask(apis[1].StartMigration);
        Assert.Equal(202, status);
        await Until(apis[0], (string)next["run"]!, "succeeded");
    }

    [Fact]
    public async Task A_scheduled_verification_begins_once_for_its_time()
    {
        await using LocalHost host = await Host();
        ApiSite site = await Site();
        var night = DateTimeOffset.Parse("2026-03-01T03:00:00Z", null);
        string[] runs = await Task.WhenAll(Enumerable.Range(0, 4).Select(async _ => await ScheduledRuns.Verification(await Site(), host, night, Cancellation)));
        string first = Assert.Single(runs.Distinct());
        Assert.NotEqual(first, await ScheduledRuns.Verification(site, host, night.AddDays(1), Cancellation));
        Assert.Equal(RunKind.Verification, (await RunIndex.Find(site.Migration, first, Cancellation))!.Kind);
        await Until(new(site, host), first, "succeeded");
    }

    [Theory]
    [InlineData(true, 0, true)]
    [InlineData(false, 600, false)]
    [InlineData(null, 60, false)]
    [InlineData(null, 600, true)]
    public async Task Another_takes_its_place_when_it_has_ended_or_nobody_knows_it_any_more(bool? ended, int secondsLater, bool taken)
    {
        MigrationSite site = await warehouse.Site(await Source(), Cancellation);
        Assert.Null(await CurrentRun.Claim(site, "first", TimeProvider.System, (_, _) => throw new InvalidOperationException("There is no other."), Cancellation));
        Assert.Null(await CurrentRun.Claim(site, "first", TimeProvider.System, (_, _) => throw new InvalidOperationException("It is the same."), Cancellation));
        ClaimedRun? other = await CurrentRun.Claim(site, "second", new Later(TimeSpan.FromSeconds(secondsLater)), (_, _) => Task.FromResult(ended), Cancellation);
        Assert.Equal(taken ? null : "first", other?.Run);
    }

    [Fact]
    public async Task A_run_of_the_command_and_one_of_the_app_are_in_each_others_way()
    {
        var database = new SourceDatabase(await Source());
        await using LocalHost host = await Host();
        MammothApi api = new(new ApiSite(await warehouse.Site(database.ConnectionString, Cancellation), Gated, TimeProvider.System, NullLoggerFactory.Instance), host);
        RunRecord command = MigrationWarehouse.New(database.ConnectionString, Gated);
        await using (Gate gate = await Gate.Close(database, Cancellation))
        {
            Task<RunReport> running = warehouse.Migrate(database.ConnectionString, command, Cancellation);
            await gate.Reached(Cancellation);
            (int status, JsonNode refused) = await Endpoint.Ask(api.StartMigration);
            Assert.Equal((409, "run-under-way", command.RunId), (status, (string?)refused["code"], (string?)refused["run"]));
            Assert.Contains($"process {Environment.ProcessId} on {Environment.MachineName}", (string?)refused["detail"], StringComparison.Ordinal);
            await gate.Open(Cancellation);
            Assert.True((await running).Succeeded);
        }

        await using (Gate gate = await Gate.Close(database, Cancellation))
        {
            string run = (string)(await Endpoint.Ask(api.StartMigration)).Body["run"]!;
            await gate.Reached(Cancellation);
            RunUnderWayException refused = await Assert.ThrowsAsync<RunUnderWayException>(() => warehouse.Migrate(database.ConnectionString, Gated, Cancellation));
            Assert.Contains($"Run {run} has been under way", refused.Message, StringComparison.Ordinal);

            // However long it takes: whoever holds its snapshot renews the claim.
            File.Delete(Claim);
            using var patience = CancellationTokenSource.CreateLinkedTokenSource(Cancellation);
            patience.CancelAfter(TimeSpan.FromMinutes(1));
            while (!File.Exists(Claim))
                await Task.Delay(100, patience.Token);
            Assert.Contains(run, await File.ReadAllTextAsync(Claim, Cancellation), StringComparison.Ordinal);
            await gate.Open(Cancellation);
            await Until(api, run, "succeeded");
        }

        Assert.True((await warehouse.Migrate(database.ConnectionString, new MigrationOptions(), Cancellation)).Succeeded);
    }

    [Fact]
    public async Task An_interrupted_run_of_the_app_that_is_resumed_while_the_command_works_waits_for_it()
    {
        var database = new SourceDatabase(await Source());
        await using LocalHost host = await Host();
        MammothApi api = new(await Site(), host);
        warehouse.Store.BeforeWrite = location => location.EndsWith("/plan.json", StringComparison.Ordinal) ? throw Away(location) : Task.CompletedTask;
        string run = (string)(await Endpoint.Ask(api.StartMigration)).Body["run"]!;
        await Until(api, run, "paused");
        warehouse.Store.BeforeWrite = _ => Task.CompletedTask;

        // For as long as nobody works at it, its claim runs out.
        await File.WriteAllTextAsync(Claim, JsonNode.Parse($$"""{"run": "{{run}}", "at": "2026-01-02T03:04:05Z", "until": "2026-01-02T03:05:05Z"}""")!.ToJsonString(), Cancellation);
        await using Gate gate = await Gate.Close(database, Cancellation);
        RunRecord command = MigrationWarehouse.New(database.ConnectionString, Gated);
        Task<RunReport> running = warehouse.Migrate(database.ConnectionString, command, Cancellation);
        await gate.Reached(Cancellation);

        await Endpoint.Ask(api.ResumeRun, run);
        await Until(api, run, "running");
        await Until(api, run, "paused");
        Assert.Contains($"Run {command.RunId} has been under way", (string?)(await Endpoint.Ask(api.GetRun, run)).Body["error"]!["message"], StringComparison.Ordinal);

        await gate.Open(Cancellation);
        Assert.True((await running).Succeeded);
        await Endpoint.Ask(api.ResumeRun, run);
        await Until(api, run, "succeeded");
    }

    private static StorageException Away(string location) => new($"{location}: the store is away.", location) { MayPass = true };

    private async Task<string> Source() => source ??= (await SourceDatabase.Create(postgres, "one_migration", "CREATE TABLE t(id int); INSERT INTO t VALUES (1);", Cancellation)).ConnectionString;

    private async Task<LocalHost> Host() => await LocalHost.Open(
        Path.Combine(Directory.CreateDirectory(Path.Combine(warehouse.Folder, "_mammoth", "local")).FullName, "journal.db"),
        new Registry().AddMigrations(await warehouse.Site(await Source(), Cancellation)),
        new LocalOptions { Time = new HastyTime(300), Flush = false },
        Cancellation);

    private async Task<ApiSite> Site() => new(await warehouse.Site(await Source(), Cancellation), new MigrationOptions(), TimeProvider.System, NullLoggerFactory.Instance);

    private static async Task Until(MammothApi api, string run, string state)
    {
        while (true)
        {
            JsonNode status = (await Endpoint.Ask(api.GetRun, run)).Body;
            if ((string?)status["state"] == state)
                return;
            Assert.True(status["ended"] is null, status.ToJsonString());
            await Task.Delay(50, Cancellation);
        }
    }

    private sealed class Later(TimeSpan by) : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => DateTimeOffset.UtcNow + by;
    }
}
