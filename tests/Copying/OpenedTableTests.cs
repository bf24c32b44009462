using Mammoth.Iceberg.Catalogs;
using Mammoth.Iceberg.Metadata;
using Mammoth.Iceberg.Schemas;
using Mammoth.Migration.Plans;
using Mammoth.Migration.Reports;
using Mammoth.Migration.Runs;
using Mammoth.Tests.EndToEnd.Running;
using Mammoth.Tests.Fixtures;
using Mammoth.Tests.Migrations;

namespace Mammoth.Tests.Copying;

/// <summary>What may have happened to the warehouse's table since the plan was made.</summary>
public sealed class OpenedTableTests(PostgresFixture postgres) : IDisposable
{
    private readonly MigrationWarehouse warehouse = new();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public void Dispose() => warehouse.Dispose();

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_table_that_another_database_published_since_the_plan_is_replaced_only_where_that_is_asked_for(bool replace)
    {
        SourceDatabase source = await SourceDatabase.Create(postgres, "opened", "CREATE TABLE t (id int); INSERT INTO t VALUES (1), (2);", Cancellation);
        MigrationSite site = await warehouse.Site(source.ConnectionString, Cancellation);
        bool planned = false;
        warehouse.Store.BeforeWrite = async location =>
        {
            if (!planned && location.EndsWith("/plan.json", StringComparison.Ordinal))
            {
                planned = true;
                await PublishAnothers(site);
            }
        };

        RunReport report = await warehouse.Migrate(source.ConnectionString, new MigrationOptions { ReplaceSource = replace }, Cancellation);

        Assert.True(planned);
        TableReport table = Assert.Single(report.Tables);
        if (replace)
        {
            Assert.Equal((Outcome.Published, 2L), (table.Outcome, table.Rows));
            return;
        }

        Assert.Equal((Outcome.Failed, "other-source"), (table.Outcome, table.ErrorCode));
        Assert.Contains("public.t in the warehouse came from another database, crm (9:9)", table.Error, StringComparison.Ordinal);
        TableMetadata left = (await site.Load("public", "t", Cancellation))!;
        Assert.Equal("crm (9:9)", SourceOrigin.Of(left)!.ToString());
        Assert.Null(left.CurrentSnapshotId);
        Assert.Empty(warehouse.Files("public.t"));
    }

    private async Task PublishAnothers(MigrationSite site)
    {
        IReadOnlyList<Update> updates = MetadataChanges.CreateTable(
            Guid.NewGuid(),
            $"{warehouse.Root}/public/t",
            new Schema(0, [new(1, "id", false, PrimitiveType.Int)], []),
            new Dictionary<string, string> { [SourceOrigin.IdentityProperty] = "9:9", [SourceOrigin.DatabaseProperty] = "crm" });
        Assert.Equal(CommitOutcome.Committed, (await site.Catalog.Commit([new TableCommit(new("public", "t"), [new AssertCreate()], updates)], "another", Cancellation)).Outcome);
    }
}
