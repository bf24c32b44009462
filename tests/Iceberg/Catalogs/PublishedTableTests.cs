using Apache.Arrow;
using Mammoth.Iceberg.Catalogs;
using Mammoth.Iceberg.Data;
using Mammoth.Iceberg.IO;
using Mammoth.Iceberg.Manifests;
using Mammoth.Iceberg.Metadata;
using Mammoth.Iceberg.Schemas;
using Mammoth.Tests.Fixtures;
using Schema = Mammoth.Iceberg.Schemas.Schema;

namespace Mammoth.Tests.Iceberg.Catalogs;

/// <summary>Readers that know no catalog see what was committed, and only that.</summary>
public sealed class PublishedTableTests(Readers readers, AzuriteFixture azurite)
{
    private static readonly Schema Columns = new(0, [new(1, "id", true, PrimitiveType.Long), new(2, "name", false, PrimitiveType.String)], [1]);
    private static readonly TableIdentifier Orders = new("public", "orders");

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task ClickHouse_and_icebird_read_each_version_of_a_local_table()
    {
        using var folder = new TemporaryFolder();
        var files = new LocalFileIO();
        var catalog = await StorageCatalog.Open(files, folder.Location, readOnly: false, Cancellation);
        var location = $"{folder.Location}/public/orders";

        await Append(files, catalog, location, [(1, "one"), (2, null), (3, "ünï 🐘")]);
        Assert.Equal(["1|one", "2|", "3|ünï 🐘"], await ClickHouse($"icebergLocal('{folder.Path}/public/orders')", folder.Path));
        Assert.Equal(["1|one", "2|", "3|ünï 🐘"], await Icebird(location, null));

        await Append(files, catalog, location, [(4, "four")]);
        Assert.Equal(["1|one", "2|", "3|ünï 🐘", "4|four"], await ClickHouse($"icebergLocal('{folder.Path}/public/orders')", folder.Path));

        await ReplaceAll(files, catalog, location, [(9, "nine")]);
        Assert.Equal(["9|nine"], await ClickHouse($"icebergLocal('{folder.Path}/public/orders')", folder.Path));
        Assert.Equal(["9|nine"], await Icebird(location, null));
    }

    [Fact]
    public async Task ClickHouse_reads_each_version_of_a_table_in_Azure_storage()
    {
        var container = await azurite.CreateContainer(Cancellation);
        var warehouse = container.Open();
        var (files, root) = (warehouse.Io, $"{warehouse.Root}/lake");
        var catalog = await StorageCatalog.Open(files, root, readOnly: false, Cancellation);
        var location = $"{root}/public/orders";
        var table = $"icebergAzure('{container.ConnectionString}', '{container.Name}', 'lake/public/orders')";

        await Append(files, catalog, location, [(1, "one"), (2, null)]);
        await Append(files, catalog, location, [(3, "three")]);
        Assert.Equal(["1|one", "2|", "3|three"], await ClickHouse(table, null));
        await ReplaceAll(files, catalog, location, [(9, "nine")]);
        Assert.Equal(["9|nine"], await ClickHouse(table, null));
    }

    private static async Task Append(IFileIO files, StorageCatalog catalog, string location, (long Id, string? Name)[] rows)
    {
        var current = await catalog.Load(Orders, Cancellation);
        var kept = current?.Metadata.CurrentSnapshot is { } snapshot ? await ManifestList.Read(files, snapshot, Cancellation) : [];
        await Commit(files, catalog, current?.Metadata, location, rows, "append", _ => Task.FromResult(kept));
    }

    private static async Task ReplaceAll(IFileIO files, StorageCatalog catalog, string location, (long Id, string? Name)[] rows)
    {
        var current = (await catalog.Load(Orders, Cancellation))!.Metadata;
        await Commit(files, catalog, current, location, rows, "overwrite", async snapshotId =>
        {
            await using var removed = new ManifestWriter(files, $"{location}/metadata/{Guid.NewGuid()}-d0.avro", Columns, PartitionSpec.Unpartitioned, snapshotId);
            foreach (var manifest in await ManifestList.Read(files, current.CurrentSnapshot!, Cancellation))
                await foreach (var entry in ManifestReader.Read(files, manifest, Cancellation))
                    removed.Delete(entry);
            return [await removed.Complete(Cancellation)];
        });
    }

    private static async Task Commit(
        IFileIO files,
        StorageCatalog catalog,
        TableMetadata? current,
        string location,
        (long Id, string? Name)[] rows,
        string operation,
        Func<long, Task<IReadOnlyList<ManifestFile>>> others)
    {
        var id = Snapshot.NewId();
        await using var chunk = new ManifestWriter(files, $"{location}/metadata/{Guid.NewGuid()}-c.avro", Columns, PartitionSpec.Unpartitioned);
        chunk.Add(await WriteRows(files, $"{location}/data/{Guid.NewGuid()}.parquet", rows));
        var chunkFile = await chunk.Complete(Cancellation);
        var merged = await new ManifestMerger(files, Columns, PartitionSpec.Unpartitioned).Merge([chunkFile.Path], id, n => $"{location}/metadata/{Guid.NewGuid()}-m{n}.avro", Cancellation);
        var (list, sequence) = ($"{location}/metadata/snap-{id}.avro", (current?.LastSequenceNumber ?? 0) + 1);
        await ManifestList.Write(files, list, id, current?.CurrentSnapshotId, sequence, [.. merged, .. await others(id)], Cancellation);
        var snapshot = new Snapshot
        {
            SnapshotId = id,
            ParentSnapshotId = current?.CurrentSnapshotId,
            SequenceNumber = sequence,
            TimestampMs = DateTimeOffset.UtcNow.ToUnixTimeMilliseconds(),
            ManifestList = list,
            SchemaId = 0,
            Summary = new Dictionary<string, string> { ["operation"] = operation },
        };
        var made = current is null ? MetadataChanges.CreateTable(Guid.NewGuid(), location, Columns) : [];
        var result = await catalog.Commit(
            [new(Orders, [new AssertRefSnapshotId("main", current?.CurrentSnapshotId)], [.. made, new AddSnapshot(snapshot), new SetSnapshotRef("main", SnapshotRef.Branch(id))])],
            $"commit-{id}",
            Cancellation);
        Assert.Equal((CommitOutcome.Committed, MirrorState.InStep), (result.Outcome, result.Tables[0].Mirror));
    }

    private static async Task<DataFile> WriteRows(IFileIO files, string location, (long Id, string? Name)[] rows)
    {
        await using var writer = new DataFileWriter(files, location, Columns);
        var ids = new Int64Array.Builder().AppendRange(rows.Select(r => r.Id)).Build();
        var names = new StringArray.Builder();
        foreach (var (_, name) in rows)
            _ = name is null ? names.AppendNull() : names.Append(name);
        var schema = new Apache.Arrow.Schema(
            [new Field("id", Apache.Arrow.Types.Int64Type.Default, false), new Field("name", Apache.Arrow.Types.StringType.Default, true)], null);
        using var batch = new RecordBatch(schema, [ids, names.Build()], rows.Length);
        writer.Write(batch);
        return await writer.Complete(Cancellation);
    }

    private async Task<List<string>> ClickHouse(string table, string? folder)
    {
        var answer = await readers.ClickHouse($"SELECT id, name FROM {table} ORDER BY id", folder, Cancellation);
        return [.. answer.Rows.Select(row => $"{row[0]}|{row[1]}")];
    }

    private async Task<List<string>> Icebird(string table, Dictionary<string, string>? paths)
    {
        var answer = await readers.Icebird(table, paths, Cancellation);
        return [.. answer.Rows.Select(row => $"{row[0]}|{row[1]}").Order(StringComparer.Ordinal)];
    }
}
