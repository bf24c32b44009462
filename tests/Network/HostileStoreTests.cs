using Mammoth.Iceberg.Catalogs;
using Mammoth.Iceberg.IO;
using Mammoth.Migration.Errors;
using Mammoth.Migration.Plans;
using Mammoth.Migration.Reports;
using Mammoth.Migration.Runs;
using Mammoth.Orchestrations.Local;
using Mammoth.Orchestrations.Migrations;
using Mammoth.Tests.Cli;
using Mammoth.Tests.EndToEnd.Running;
using Mammoth.Tests.Fixtures;
using Mammoth.Tests.Migrations;
using Microsoft.AspNetCore.Http;

namespace Mammoth.Tests.Network;

/// <summary>A store that answers badly: the command ends with every row once, or says in bounded time that it can't.</summary>
[LongRunning]
public sealed class HostileStoreTests(SampleSource sample, PostgresFixture postgres, AzuriteFixture azurite, Readers readers) : IClassFixture<SampleSource>
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(5);

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(StoreFault.LoseAnswer, StoreFault.Truncate)]
    [InlineData(StoreFault.ServedAsFailed, StoreFault.Status429)]
    [InlineData(StoreFault.Status500, StoreFault.Status503)]
    [InlineData(StoreFault.Status409, StoreFault.Status412)]
    public async Task A_run_over_a_store_that_answers_badly_now_and_then_ends_with_every_row_once(StoreFault one, StoreFault other)
    {
        using var area = new MigrationArea(await sample.Clone(Cancellation), readers, await azurite.CreateContainer(Cancellation));
        var random = new Random((int)one + 1);
        var store = new Uri(area.Warehouse.Argument);
        int[] disturbed = [0, 0], left = [0, 0];
        var lied = new HashSet<string>();
        await using var proxy = await StoreProxy.Start(store, Choose, Cancellation);
        StoreFault? Choose(HttpRequest request)
        {
            StoreFault[] faults = [one, other];
            foreach (int i in (int[])[0, 1])
            {
                if (Fits(faults[i], request) && Happens(request, faults[i], random, ref left[i], lied))
                {
                    Interlocked.Increment(ref disturbed[i]);
                    return faults[i];
                }
            }

            return null;
        }

        await using var process = area.Mammoth("migrate", "--source", area.Source.ConnectionString, "--warehouse", new UriBuilder(store) { Port = proxy.Port }.Uri.AbsoluteUri, "--include", "shop.*", "--output", "json");
        Assert.True(await process.EndsWithin(Patience, Cancellation), "It hangs.");
        var report = (await process.End(Cancellation)).Expect(0).Report;

        Assert.True(disturbed[0] >= 8 && disturbed[1] >= (other == StoreFault.Status412 ? 3 : 8), $"{disturbed[0]} and {disturbed[1]} requests were disturbed: the test shows nothing.");
        Assert.Equal((Consistency.Database, true), (report.Consistency, report.Tables.All(t => t is { Outcome: Outcome.Published, Verification.Holds: true })));
        foreach (var table in (string[])["shop.order_lines", "shop.events", "shop.customers"])
            Assert.Equal(await area.Judge(report, table), report.Tables.Single(t => t.Source == table).Rows);
        var catalog = await StorageCatalog.Open(area.Warehouse.Io, area.Warehouse.Root, readOnly: true, Cancellation);
        Assert.All(await catalog.LoadAll(Cancellation), t => Assert.Single(t.Metadata.Snapshots));
        var verified = await CommandLine.RunAsync("verify", "--warehouse", area.Warehouse.Argument);
        Assert.True(verified.ExitCode == 0, verified.Out + verified.Error);
    }

    [Fact]
    public async Task A_store_that_is_busy_for_ever_is_told_when_nothing_is_begun()
    {
        using var area = new MigrationArea(await sample.Clone(Cancellation), readers, await azurite.CreateContainer(Cancellation));
        var store = new Uri(area.Warehouse.Argument);
        await using var proxy = await StoreProxy.Start(store, _ => StoreFault.Status503, Cancellation);
        await using var process = area.Mammoth("migrate", "--source", area.Source.ConnectionString, "--warehouse", new UriBuilder(store) { Port = proxy.Port }.Uri.AbsoluteUri, "--output", "json");

        Assert.True(await process.EndsWithin(TimeSpan.FromMinutes(2), Cancellation), "It hangs.");

        (await process.End(Cancellation)).SaysTo(2, "is busy or failing (ServerBusy)", "Run the same command again");
    }

    [Theory]
    [InlineData(OnError.Stop)]
    [InlineData(OnError.Continue)]
    public async Task A_store_that_is_busy_for_ever_from_the_middle_of_a_run_on_interrupts_it_in_bounded_time_and_it_can_be_resumed(OnError onError)
    {
        // Many tables, of which each would wait for the store by itself.
        string source = await postgres.CreateDatabaseAsync("busy_store", Cancellation);
        await new EndToEnd.Running.SourceDatabase(source).Run(string.Join(';', Enumerable.Range(0, 30).Select(i => $"CREATE TABLE t{i:00} AS SELECT i AS id FROM generate_series(1, 100) i")), Cancellation);
        var container = await azurite.CreateContainer(Cancellation);
        int manifests = 0, requests = 0;
        var isBusy = true;
        await using var proxy = await StoreProxy.Start(new(container.Url), request =>
        {
            // The fifth table's is the last thing that it takes.
            manifests += request.Method == "PUT" && request.Path.Value!.Contains("/chunks/", StringComparison.Ordinal) ? 1 : 0;
            if (!isBusy || Volatile.Read(ref manifests) < 5)
                return null;
            Interlocked.Increment(ref requests);
            return StoreFault.Status503;
        }, Cancellation);
        var warehouse = Warehouse.Open($"{new UriBuilder(container.Url) { Port = proxy.Port }.Uri.AbsoluteUri}/lake", _ => null, options =>
        {
            options.Retry.Delay = TimeSpan.FromMilliseconds(100);
            options.Retry.MaxDelay = TimeSpan.FromSeconds(1);
        });
        using var state = new MigrationWarehouse();
        var record = MigrationWarehouse.New(source, new MigrationOptions { Slots = 2, OnError = onError });
        async Task<RunReport> Run() => await new LocalMigration(
            new MigrationSite(source, warehouse.Io, await StorageCatalog.Open(warehouse.Io, warehouse.Root, readOnly: false, Cancellation), state), Path.Combine(state.Folder, "local"), new LocalOptions { Time = new HastyTime(300), Flush = false })
            .Run(record, Cancellation);

        var interrupted = await Assert.ThrowsAsync<RunInterruptedException>(() => Run().WaitAsync(TimeSpan.FromMinutes(2), Cancellation));

        Assert.Contains("is busy or failing (ServerBusy)", interrupted.Message, StringComparison.Ordinal);

        // Were each table to wait for it by itself, and each request to be sent seven times, they would be thousands.
        Assert.InRange(requests, 20, 700);
        isBusy = false;
        var report = await Run();
        Assert.All(report.Tables, t => Assert.True(t.Outcome == Outcome.Published && t.Verification!.Holds, $"{t.Source}: {t.Outcome} {t.Error}"));
        Assert.Equal(30, report.Tables.Count);
    }

    /// <summary>What a fault may say of a request: a lie about a condition only where there is one.</summary>
    private static bool Fits(StoreFault fault, HttpRequest request) => fault switch
    {
        StoreFault.Status412 => StoreProxy.IsConditional(request) && request.Headers.IfMatch.Count > 0,
        StoreFault.Status409 => StoreProxy.IsConditional(request) && request.Headers.IfNoneMatch.Count > 0,
        StoreFault.Truncate => request.Method == "GET",
        _ => true,
    };

    /// <summary>Now and then, but never to the next request, and never the same lie twice about one file: a store that insists is believed.</summary>
    /// <param name="left">Requests that it leaves alone.</param>
    private static bool Happens(HttpRequest request, StoreFault fault, Random random, ref int left, HashSet<string> lied)
    {
        lock (random)
        {
            if (left-- > 0 || (fault is StoreFault.Status409 or StoreFault.Status412 && !lied.Add($"{fault} {request.Path} {request.Headers.IfMatch}")))
                return false;
            left = fault switch
            {
                // Few requests are such that it could happen to them.
                StoreFault.Status412 => random.Next(1, 3),
                StoreFault.Status409 => random.Next(5, 12),
                _ => random.Next(10, 30),
            };
            return true;
        }
    }
}
