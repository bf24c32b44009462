using System.Text;
using Mammoth.Iceberg.Catalogs;
using Mammoth.Iceberg.IO;
using Mammoth.Iceberg.Metadata;
using Mammoth.Iceberg.Schemas;
using Mammoth.Tests.Fixtures;

namespace Mammoth.Tests.Iceberg.Catalogs;

/// <summary>What tests of the catalog share. Each abstract class of tests runs on every store: see the end of its file.</summary>
/// <param name="azurite">Where the emulator's container comes from; null: a local folder.</param>
public abstract class CatalogTests(AzuriteFixture? azurite) : IAsyncLifetime
{
    private static readonly Schema Columns = new(0, [new(1, "id", true, PrimitiveType.Long)], [1]);
    private TemporaryFolder? _folder;

    /// <summary>An empty place of this test's own, without a slash at the end.</summary>
    protected string Root { get; private set; } = "";

    /// <summary>The emulator's container; null for a local folder.</summary>
    private protected AzuriteContainer? Container { get; private set; }

    protected IFileIO Files { get; private set; } = null!;

    protected static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        if (azurite is null)
        {
            _folder = new();
            (Root, Files) = ($"{_folder.Location}/lake", new LocalFileIO());
            return;
        }
        Container = await azurite.CreateContainer(Cancellation);
        var warehouse = Container.Open();
        (Root, Files) = ($"{warehouse.Root}/lake", warehouse.Io);
    }

    public ValueTask DisposeAsync()
    {
        _folder?.Dispose();
        GC.SuppressFinalize(this);
        return ValueTask.CompletedTask;
    }

    protected Task<StorageCatalog> Open(IFileIO? files = null, bool readOnly = false) => StorageCatalog.Open(files ?? Files, Root, readOnly, Cancellation);

    /// <summary>A warehouse that holds one table with one version.</summary>
    protected async Task<(StorageCatalog Catalog, LoadedTable Table)> OneTable(string name = "orders")
    {
        var catalog = await Open();
        var result = await catalog.Commit([Create(new("public", name))], $"made-{name}", Cancellation);
        return (catalog, Assert.Single(result.Tables).Table);
    }

    protected TableCommit Create(TableIdentifier id) =>
        new(id, [new AssertCreate()], MetadataChanges.CreateTable(Guid.NewGuid(), $"{Root}/{id.Namespace}/{id.Name}", Columns));

    /// <summary>Adds a snapshot with a mark in its summary.</summary>
    protected internal static TableCommit Append(LoadedTable table, string mark = "")
    {
        var snapshot = new Snapshot
        {
            SnapshotId = Snapshot.NewId(),
            ParentSnapshotId = table.Metadata.CurrentSnapshotId,
            SequenceNumber = table.Metadata.LastSequenceNumber + 1,
            TimestampMs = DateTimeOffset.UtcNow.ToUnixTimeMilliseconds(),
            ManifestList = $"{table.Location}/metadata/snap.avro",
            Summary = new Dictionary<string, string> { ["operation"] = "append", ["mark"] = mark },
        };
        return new(
            table.Identifier,
            [new AssertTableUuid(table.Metadata.TableUuid), new AssertRefSnapshotId("main", table.Metadata.CurrentSnapshotId)],
            [new AddSnapshot(snapshot), new SetSnapshotRef("main", SnapshotRef.Branch(snapshot.SnapshotId))]);
    }

    /// <summary>A change that fits whatever state the table is in.</summary>
    protected static TableCommit SetProperty(TableIdentifier table, string key, string value) =>
        new(table, [], [new SetProperties(new Dictionary<string, string> { [key] = value })]);

    protected async Task<string?> Text(string location) =>
        await Files.Read(location, Cancellation) is { } read ? Encoding.UTF8.GetString(read.Bytes.Span) : null;

    protected async Task Put(string location, string text, bool replace = false)
    {
        var condition = replace ? WriteCondition.IfUnchanged((await Files.Read(location, Cancellation))!.ETag) : WriteCondition.IfAbsent;
        await Files.Write(location, Encoding.UTF8.GetBytes(text), condition, Cancellation);
    }

    protected async Task<List<string>> Locations(string prefix)
    {
        var found = new List<string>();
        await foreach (var entry in Files.List(prefix, Cancellation))
            found.Add(entry.Location);
        return found;
    }
}
