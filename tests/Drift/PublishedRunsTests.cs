using Mammoth.Migration.Drift;
using Mammoth.Migration.Plans;
using Mammoth.Migration.Reports;
using Mammoth.Migration.Runs;
using Mammoth.Postgres.Catalog;
using Mammoth.Tests.Migrations;

namespace Mammoth.Tests.Drift;

/// <summary>Which of a warehouse's runs says what a table was last: in files, as hosts leave them.</summary>
public sealed class PublishedRunsTests : IDisposable
{
    private static readonly SourceOrigin Shop = new("7:1", "shop");
    private static readonly QualifiedName Orders = new("shop", "orders");
    private readonly MigrationWarehouse warehouse = new();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public void Dispose() => warehouse.Dispose();

    [Fact]
    public async Task The_last_run_by_time_that_published_this_database_and_chose_the_table()
    {
        MigrationSite site = await warehouse.Site("Host=nowhere", Cancellation);
        await AddAsync(site, "20260101T000000-aaaaaa", "first");
        await AddAsync(site, "20260103T000000-aaaaaa", "third");
        await AddAsync(site, "zz-chosen-by-somebody", "second", at: "2026-01-02");
        await AddAsync(site, "20260104T000000-aaaaaa", "other tables", include: "crm.*");
        await AddAsync(site, "20260105T000000-aaaaaa", "nothing published", consistency: null);
        await AddAsync(site, "20260106T000000-aaaaaa", "other database", identity: "8:8");
        await AddAsync(site, "20260107T000000-aaaaaa", "read again", kind: RunKind.Verification);
        await RunIndex.Add(site, new RunEntry("20260108T000000-aaaaaa", RunKind.Migration, DateTimeOffset.UtcNow, "", new MigrationOptions()), Cancellation);

        Assert.Equal("third", await LastAsync(site, Shop, Orders));
        Assert.Equal("other tables", await LastAsync(site, Shop, new("crm", "people")));
        Assert.Equal("other database", await LastAsync(site, new("8:8", "shop"), Orders));
        await RunIndex.Remove(site, "20260103T000000-aaaaaa", Cancellation);
        Assert.Equal("second", await LastAsync(site, Shop, Orders));
        Assert.Null(await LastAsync(site, new("9:9", "crm"), Orders));
    }

    [Fact]
    public async Task Checks_since_the_last_migration_are_read_side_by_side()
    {
        MigrationSite site = await warehouse.Site("Host=nowhere", Cancellation);
        await AddAsync(site, "20260101T000000-aaaaaa", "the migration");
        foreach (string check in Enumerable.Range(0, 40).Select(i => i % 2 == 0 ? $"20260102T0000{i:00}-aaaaaa" : $"chosen-{i:00}"))
        {
            await RunIndex.Add(site, new RunEntry(check, RunKind.Drift, DateTimeOffset.Parse("2026-01-03", null), "", new MigrationOptions()), Cancellation);
        }

        var reading = new Lock();
        (int now, int most) = (0, 0);
        warehouse.Store.BeforeRead = async _ =>
        {
            lock (reading)
                most = Math.Max(most, ++now);
            await Task.Delay(20, Cancellation);
            lock (reading)
                now--;
        };
        Assert.Equal("the migration", await LastAsync(site, Shop, Orders));
        Assert.InRange(most, 10, 16);
    }

    private static async Task<string?> LastAsync(MigrationSite site, SourceOrigin origin, QualifiedName table)
    {
        await using PublishedRuns runs = PublishedRuns.Of(site, origin, Cancellation);
        return (await runs.LastThatChose(table))?.LeftOut["shop.view"];
    }

    /// <param name="says">The reason why it left out a view.</param>
    private static async Task AddAsync(MigrationSite site, string run, string says, string? at = null, string? include = null, Consistency? consistency = Consistency.Database, string identity = "7:1", RunKind kind = RunKind.Migration)
    {
        DateTimeOffset time = DateTimeOffset.Parse(at ?? $"{run[..4]}-{run[4..6]}-{run[6..8]}", null);
        await RunIndex.Add(site, new RunEntry(run, kind, time, "", new MigrationOptions { Include = include is null ? [] : [include] }), Cancellation);
        RunFolder folder = site.Folder(run);
        var report = new RunReport
        {
            RunId = run,
            Database = "shop",
            SourceIdentity = identity,
            Source = "",
            Warehouse = site.Root,
            Started = time,
            Finished = time,
            Consistency = consistency,
            Snapshots = [],
            Tables = [],
            LeftOut = [new LeftOutReport("shop.view", "view", says)],
        };
        await folder.Write(folder.Fresh("report"), report, Cancellation);
    }
}
