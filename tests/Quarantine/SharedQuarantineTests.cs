using Mammoth.Iceberg.Catalogs;
using Mammoth.Iceberg.Manifests;
using Mammoth.Iceberg.Metadata;
using Mammoth.Migration.Plans;
using Mammoth.Migration.Quarantine;
using Mammoth.Migration.Reports;
using Mammoth.Migration.Runs;
using Mammoth.Migration.Staging;
using Mammoth.Migration.Types;
using Mammoth.Tests.EndToEnd.Running;
using Mammoth.Tests.Fixtures;
using Mammoth.Tests.Migrations;

namespace Mammoth.Tests.Quarantine;

/// <summary>One table for the rows of all: what its writers do to one another, and what others do to it.</summary>
public sealed class SharedQuarantineTests(PostgresFixture postgres) : IDisposable
{
    private static readonly MigrationOptions Aside = new() { Policy = TypePolicy.Quarantine };

    private readonly MigrationWarehouse warehouse = new();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public void Dispose() => warehouse.Dispose();

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Rows_that_somebody_took_out_of_it_are_set_aside_again(bool files)
    {
        string source = await Source();
        await warehouse.Migrate(source, Aside, Cancellation);
        MigrationSite site = await warehouse.Site(source, Cancellation);
        if (files)
        {
            foreach (string file in warehouse.Files("mammoth.quarantine"))
                File.Delete(Path.Combine(warehouse.Folder, "mammoth", "quarantine", "data", file));
        }
        else
        {
            await CommitAsSomebody(site, keeps: false, "somebody");
        }

        RunReport report = await warehouse.Migrate(source, Aside, Cancellation);
        Assert.Equal([("a", Outcome.Published, 2L), ("b", Outcome.Published, 1L), ("fine", Outcome.Unchanged, 0L)], report.Tables.Select(t => (t.Name, t.Outcome, t.QuarantinedRows)).Order());
        Assert.Equal(3, (await Live(source)).Sum(f => f.RecordCount));
    }

    [Fact]
    public async Task Rows_that_were_put_right_are_gone_though_the_run_sets_none_aside()
    {
        string source = await Source();
        await warehouse.Migrate(source, Aside, Cancellation);
        await new SourceDatabase(source).Run("UPDATE a SET d = '2024-01-01'", Cancellation);
        RunReport report = await warehouse.Migrate(source, Aside, Cancellation);
        Assert.Equal([("a", Outcome.Published, 0L), ("b", Outcome.Unchanged, 1L), ("fine", Outcome.Unchanged, 0L)], report.Tables.Select(t => (t.Name, t.Outcome, t.QuarantinedRows)).Order());
        Assert.Equal("public.b", Assert.Single(await Live(source)).Partition.Values.Single());
    }

    [Fact]
    public async Task Another_commit_between_ours_and_its_preparation_loses_nothing()
    {
        string source = await Source();
        await warehouse.Migrate(source, Aside with { Include = ["public.a"] }, Cancellation);
        MigrationSite site = await warehouse.Site(source, Cancellation);
        int times = 0;
        warehouse.Store.BeforeWrite = async location =>
        {
            // Ours is prepared: it names the state it builds on.
            if (location.EndsWith("/commit.json", StringComparison.Ordinal) && ++times <= 2)
            {
                await CommitAsSomebody(site, keeps: true, $"other-{times}");
            }
        };

        RunReport report = await warehouse.Migrate(source, Aside, Cancellation);
        Assert.True(report.Succeeded, string.Join('\n', report.Tables.Select(t => t.Error)));
        Assert.Equal(3, times);
        Assert.Equal(["public.a", "public.b"], (await Live(source)).Select(f => f.Partition.Values.Single()).Order());
    }

    [Fact]
    public async Task A_manifest_of_which_no_file_goes_stays_as_it_is()
    {
        string source = await Source();
        await warehouse.Migrate(source, Aside with { Include = ["public.a"] }, Cancellation);
        IReadOnlyList<ManifestFile> first = await Manifests(source);
        await warehouse.Migrate(source, Aside with { Include = ["public.b"] }, Cancellation);
        IReadOnlyList<ManifestFile> second = await Manifests(source);
        Assert.Equal(first.Single().Path, Assert.Single(second, m => m.Path == first.Single().Path).Path);
        Assert.Equal(2, second.Count);
        Assert.Equal("3", (await (await warehouse.Site(source, Cancellation)).Load("mammoth", "quarantine", Cancellation))!.CurrentSnapshot!.Summary["total-records"]);
    }

    [Fact]
    public async Task A_table_of_its_name_that_is_somebody_elses_is_left_alone()
    {
        string source = await Source();
        MigrationSite site = await warehouse.Site(source, Cancellation);
        string location = await site.NewLocation("mammoth", "quarantine", Cancellation);
        await site.Catalog.Commit([new(QuarantineTable.Identifier, [new AssertCreate()], MetadataChanges.CreateTable(Guid.NewGuid(), location, new(0, [], [])))], "others", Cancellation);

        RunReport report = await warehouse.Migrate(source, Aside with { OnError = OnError.Continue }, Cancellation);
        Assert.Equal([("a", Outcome.Failed), ("b", Outcome.Failed), ("fine", Outcome.Published)], report.Tables.Select(t => (t.Name, t.Outcome)).Order());
        Assert.All(report.Tables.Where(t => t.Outcome == Outcome.Failed), t => Assert.Contains("mammoth.quarantine in the warehouse is not the table in which Mammoth keeps them", t.Error, StringComparison.Ordinal));
        Assert.Empty((await site.Load("mammoth", "quarantine", Cancellation))!.Snapshots);
    }

    [Fact]
    public async Task Copies_of_a_table_end_once_too_many_rows_do_not_fit()
    {
        string partitions = string.Concat(Enumerable.Range(0, 20).Select(i => $"CREATE TABLE t_{i} PARTITION OF t FOR VALUES FROM ({i * 10}) TO ({(i + 1) * 10});"));
        var database = await SourceDatabase.Create(
            postgres, "budget", $"CREATE TABLE t (id int, d date) PARTITION BY RANGE (id); {partitions} INSERT INTO t SELECT i, CASE WHEN i % 10 = 0 THEN 'infinity'::date ELSE '2024-01-01' END FROM generate_series(0, 199) i", Cancellation);
        RunReport report = await warehouse.Migrate(database.ConnectionString, MigrationWarehouse.Apart with { Policy = TypePolicy.Quarantine, Slots = 1, MaxErrors = "3" }, Cancellation);
        TableReport failed = Assert.Single(report.Tables);
        Assert.Equal((Outcome.Failed, "max-errors"), (failed.Outcome, failed.ErrorCode));
        Assert.Contains("4 rows do not fit so far, and 3 may be set aside", failed.Error, StringComparison.Ordinal);
        Assert.Contains("column d: infinity; column d: infinity; column d: infinity.", failed.Error, StringComparison.Ordinal);
        Assert.InRange(warehouse.Events.OfType<ProgressEvent.Copied>().Sum(e => e.Rows), 40, 50);
        Assert.Empty(warehouse.Files("public.t"));
        Assert.Empty(warehouse.Files("mammoth.quarantine"));
    }

    private async Task<string> Source() => (await SourceDatabase.Create(
        postgres,
        "shared_quarantine",
        """
        CREATE TABLE a (id int PRIMARY KEY, d date);
        INSERT INTO a VALUES (1, '2024-01-01'), (2, 'infinity'), (3, '-infinity');
        CREATE TABLE b (id int, d date);
        INSERT INTO b VALUES (1, '2024-01-01'), (2, 'infinity');
        CREATE TABLE fine (id int, d date);
        INSERT INTO fine VALUES (1, '2024-01-01');
        """,
        Cancellation)).ConnectionString;

    private static async Task CommitAsSomebody(MigrationSite site, bool keeps, string id)
    {
        TableMetadata current = (await site.Load("mammoth", "quarantine", Cancellation))!;
        StagedSnapshot other = await new SnapshotStaging(site.Io, current, current.Location, current.CurrentSchema) { Spec = QuarantineTable.Spec, Keeps = (_, _) => keeps }
            .Replace([], id, new Dictionary<string, string>(), new Dictionary<string, string>(), Cancellation);
        await site.Commit([StagedCommit.Of("mammoth", "quarantine", other)], id, Cancellation);
    }

    private async Task<IReadOnlyList<ManifestFile>> Manifests(string source) =>
        await ManifestList.Read(warehouse.Store, (await (await warehouse.Site(source, Cancellation)).Load("mammoth", "quarantine", Cancellation))!.CurrentSnapshot!, Cancellation);

    private async Task<IReadOnlyList<DataFile>> Live(string source)
    {
        var live = new List<DataFile>();
        foreach (ManifestFile manifest in await Manifests(source))
            await foreach (ManifestEntry entry in ManifestReader.Read(warehouse.Store, manifest, Cancellation))
                if (entry.IsLive)
                    live.Add(entry.File);
        return live;
    }
}
