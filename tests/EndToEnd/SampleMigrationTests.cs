using Mammoth.Migration.Reports;
using Mammoth.Tests.EndToEnd.Running;
using Mammoth.Tests.Fixtures;

namespace Mammoth.Tests.EndToEnd;

/// <summary>The whole sample (every type, odd names, partitions, inheritance, cycles, empty tables), held against PostgreSQL value for value.</summary>
public sealed class SampleMigrationTests(SampleSource sample, AzuriteFixture azurite, Readers readers) : IClassFixture<SampleSource>
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Every_table_in_a_folder_is_what_PostgreSQL_says()
    {
        using var area = new MigrationArea(await sample.Clone(Cancellation), readers);
        await Migrates(area);
    }

    [Fact]
    public async Task Every_table_on_Azure_is_what_PostgreSQL_says()
    {
        using var area = new MigrationArea(await sample.Clone(Cancellation), readers, await azurite.CreateContainer(Cancellation));
        await Migrates(area);
    }

    private static async Task Migrates(MigrationArea area)
    {
        var report = (await area.Migrate()).Expect(0).Report;
        Assert.All(report.Tables, t => Assert.Equal(Outcome.Published, t.Outcome));
        Assert.All(report.Tables, t => Assert.True(t.Verification!.Holds));
        Assert.Equal(Consistency.Database, report.Consistency);
        Assert.Single(report.Snapshots);
        Assert.Contains(report.LeftOut, l => l.Name == "shop.order_totals");
        Assert.Contains(report.LeftOut, l => l.Name == "shop.sales_by_month");
        await area.JudgeAll(report);
        foreach (var table in report.Tables)
        {
            var metadata = await area.Warehouse.Metadata(table.Location!, Cancellation);
            Assert.Equal(table.SnapshotId, metadata.CurrentSnapshotId);
            Assert.Equal(table.SnapshotId, metadata.FindSnapshot(report.Tag!)!.SnapshotId);
            Assert.Equal("append", metadata.CurrentSnapshot!.Operation);
        }
    }
}
