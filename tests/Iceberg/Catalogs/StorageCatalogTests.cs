using System.Text;
using Mammoth.Iceberg.Catalogs;
using Mammoth.Iceberg.IO;
using Mammoth.Iceberg.Metadata;
using Mammoth.Iceberg.Schemas;

namespace Mammoth.Tests.Iceberg.Catalogs;

/// <summary>What the catalog must do on every store; a class for each store runs it.</summary>
public abstract class StorageCatalogTests
{
    private static readonly Schema Columns = new(0, [new(1, "id", true, PrimitiveType.Long)], [1]);

    protected abstract IFileIO Files { get; }

    /// <summary>An empty place of this test's own, without a slash at the end.</summary>
    protected abstract string Root { get; }

    protected static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_commit_makes_many_tables_at_one_moment()
    {
        var catalog = await Open();
        var ids = Enumerable.Range(0, 5).Select(i => new TableIdentifier("public", $"t{i}")).ToList();
        var result = await catalog.Commit([.. ids.Select(id => Create(catalog, id))], "c1", Cancellation);

        Assert.Equal((CommitOutcome.Committed, null), (result.Outcome, result.Reason));
        Assert.All(result.Tables, t => Assert.Equal((MirrorState.InStep, null), (t.Mirror, t.MirrorProblem)));
        Assert.Equal(ids, await catalog.List(Cancellation));
        var other = await Open();
        foreach (var table in await other.LoadAll(Cancellation))
        {
            Assert.Equal(1, table.Version);
            Assert.Equal($"{Root}/public/{table.Identifier.Name}", table.Location);
            Assert.Equal("1", await Text($"{table.Location}/metadata/version-hint.text"));
            Assert.Equal(await Text(table.MetadataLocation), await Text($"{table.Location}/metadata/v1.metadata.json"));
        }
        Assert.Null(await other.Load(new("public", "t9"), Cancellation));
    }

    [Fact]
    public async Task A_second_commit_moves_the_table_on_and_names_the_file_before()
    {
        var catalog = await Open();
        var id = new TableIdentifier("public", "orders");
        await catalog.Commit([Create(catalog, id)], "c1", Cancellation);
        var before = (await catalog.Load(id, Cancellation))!;
        var result = await catalog.Commit([Append(before)], "c2", Cancellation);

        var after = Assert.Single(result.Tables).Table;
        Assert.Equal(2, after.Version);
        Assert.Equal(1, after.Metadata.LastSequenceNumber);
        Assert.Equal([$"{before.Location}/metadata/v1.metadata.json"], after.Metadata.MetadataLog.Select(e => e.MetadataFile));
        Assert.Equal("2", await Text($"{before.Location}/metadata/version-hint.text"));
        Assert.Equal(await Text(after.MetadataLocation), await Text($"{before.Location}/metadata/v2.metadata.json"));
    }

    [Fact]
    public async Task A_requirement_that_does_not_hold_moves_no_table()
    {
        var catalog = await Open();
        var (a, b) = (new TableIdentifier("public", "a"), new TableIdentifier("public", "b"));
        await catalog.Commit([Create(catalog, a)], "c1", Cancellation);
        var result = await catalog.Commit([Create(catalog, b), Create(catalog, a)], "c2", Cancellation);
        Assert.Equal(CommitOutcome.Rejected, result.Outcome);
        Assert.Equal("public.a was changed by somebody else: the table already exists.", result.Reason);
        Assert.Equal([a], await catalog.List(Cancellation));
        Assert.Single(await Locations($"{Root}/_mammoth/metadata/"));
        Assert.Empty(await Locations($"{Root}/public/b/"));
    }

    [Fact]
    public async Task The_same_commit_again_decides_nothing_twice()
    {
        var catalog = await Open();
        var id = new TableIdentifier("public", "a");
        var commit = Create(catalog, id);
        await catalog.Commit([commit], "c1", Cancellation);
        var again = await (await Open()).Commit([commit], "c1", Cancellation);
        Assert.Equal(CommitOutcome.Committed, again.Outcome);
        Assert.Equal(1, Assert.Single(again.Tables).Table.Version);
    }

    protected Task<StorageCatalog> Open(IFileIO? files = null) => StorageCatalog.Open(files ?? Files, Root, readOnly: false, Cancellation);

    protected static TableCommit Create(StorageCatalog catalog, TableIdentifier id) =>
        new(id, [new AssertCreate()], MetadataChanges.CreateTable(Guid.NewGuid(), $"{catalog.Root}/{id.Namespace}/{id.Name}", Columns));

    protected static TableCommit Append(LoadedTable table, string key = "k")
    {
        var snapshot = new Snapshot
        {
            SnapshotId = Snapshot.NewId(),
            ParentSnapshotId = table.Metadata.CurrentSnapshotId,
            SequenceNumber = table.Metadata.LastSequenceNumber + 1,
            TimestampMs = DateTimeOffset.UtcNow.ToUnixTimeMilliseconds(),
            ManifestList = $"{table.Location}/metadata/snap.avro",
            Summary = new Dictionary<string, string> { ["operation"] = "append", ["key"] = key },
        };
        return new(
            table.Identifier,
            [new AssertTableUuid(table.Metadata.TableUuid), new AssertRefSnapshotId("main", table.Metadata.CurrentSnapshotId)],
            [new AddSnapshot(snapshot), new SetSnapshotRef("main", SnapshotRef.Branch(snapshot.SnapshotId))]);
    }

    protected async Task<string> Text(string location) => Encoding.UTF8.GetString((await Files.Read(location, Cancellation))!.Bytes.Span);

    protected async Task<List<string>> Locations(string prefix)
    {
        var found = new List<string>();
        await foreach (var entry in Files.List(prefix, Cancellation))
            found.Add(entry.Location);
        return found;
    }
}
