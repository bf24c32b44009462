using Apache.Arrow;
using Apache.Arrow.Types;
using Mammoth.Iceberg.Catalogs;
using Mammoth.Iceberg.Data;
using Mammoth.Iceberg.IO;
using Mammoth.Iceberg.Manifests;
using Mammoth.Iceberg.Metadata;
using Mammoth.Iceberg.Schemas;
using Schema = Mammoth.Iceberg.Schemas.Schema;

namespace Mammoth.Tests.Cli;

/// <summary>A local warehouse with the table <c>shop.notes</c>, which has two snapshots: the first, tagged <c>first</c>, of 2 rows and the second of 3; and one empty table.</summary>
internal sealed class SomeWarehouse : IDisposable
{
    private static readonly Schema Columns = new(
        0,
        [
            new(1, "id", true, PrimitiveType.Long),
            new(2, "text", false, PrimitiveType.String, "what it says"),
            new(3, "at", false, PrimitiveType.TimestampTz),
            new(4, "tags", false, new Mammoth.Iceberg.Schemas.ListType(5, PrimitiveType.String, false)),
        ],
        [1]);

    private SomeWarehouse(string path) => Path = path;

    public string Path { get; }

    public long First { get; private set; }

    public long Second { get; private set; }

    public static async Task<SomeWarehouse> CreateAsync(CancellationToken cancellationToken)
    {
        SomeWarehouse some = new(Directory.CreateTempSubdirectory("mammoth-cli-").FullName);
        Warehouse place = Warehouse.Open(some.Path);
        StorageCatalog catalog = await StorageCatalog.Open(place.Io, place.Root, readOnly: false, cancellationToken);
        TableIdentifier notes = new("shop", "notes");
        TableIdentifier empty = new("shop", "v1.2 data");
        await catalog.Commit([Create(catalog, notes), Create(catalog, empty)], "create", cancellationToken);
        some.First = await AppendAsync(place.Io, catalog, notes, "first", [(1, "plain"), (2, null)], cancellationToken);
        some.Second = await AppendAsync(place.Io, catalog, notes, "second", [(3, "a, \"b\"\n🦣")], cancellationToken);
        return some;
    }

    public void Dispose() => Directory.Delete(Path, recursive: true);

    private static TableCommit Create(StorageCatalog catalog, TableIdentifier id) =>
        new(id, [new AssertCreate()], MetadataChanges.CreateTable(Guid.NewGuid(), $"{catalog.Root}/{id.Namespace}/{id.Name.Replace(' ', '_')}", Columns));

    private static async Task<long> AppendAsync(IFileIO io, StorageCatalog catalog, TableIdentifier id, string tag, (long Id, string? Text)[] rows, CancellationToken cancellationToken)
    {
        LoadedTable table = (await catalog.Load(id, cancellationToken))!;
        long snapshotId = Snapshot.NewId();
        DataFile file;
        await using (DataFileWriter writer = new(io, $"{table.Location}/data/{tag}.parquet", Columns))
        {
            using RecordBatch batch = Batch(rows);
            writer.Write(batch);
            file = await writer.Complete(cancellationToken);
        }

        await using ManifestWriter manifest = new(io, $"{table.Location}/metadata/{tag}-m0.avro", Columns, PartitionSpec.Unpartitioned, snapshotId);
        manifest.Add(file);
        ManifestFile written = await manifest.Complete(cancellationToken);
        long sequence = table.Metadata.LastSequenceNumber + 1;
        List<ManifestFile> manifests = table.Metadata.CurrentSnapshot is { } parent ? [.. await ManifestList.Read(io, parent, cancellationToken), written] : [written];
        string list = $"{table.Location}/metadata/{tag}-list.avro";
        await ManifestList.Write(io, list, snapshotId, table.Metadata.CurrentSnapshotId, sequence, manifests, cancellationToken);
        Snapshot snapshot = new()
        {
            SnapshotId = snapshotId,
            ParentSnapshotId = table.Metadata.CurrentSnapshotId,
            SequenceNumber = sequence,
            TimestampMs = DateTimeOffset.UtcNow.ToUnixTimeMilliseconds() + sequence,
            ManifestList = list,
            SchemaId = 0,
            Summary = new Dictionary<string, string> { ["operation"] = "append", ["total-records"] = $"{manifests.Sum(m => m.AddedRowsCount)}", ["total-data-files"] = $"{manifests.Count}" },
        };
        CommitResult result = await catalog.Commit(
            [new(id, [new AssertTableUuid(table.Metadata.TableUuid)], [new AddSnapshot(snapshot), new SetSnapshotRef("main", SnapshotRef.Branch(snapshotId)), new SetSnapshotRef(tag, SnapshotRef.Tag(snapshotId))])],
            tag, cancellationToken);
        Assert.Equal(CommitOutcome.Committed, result.Outcome);
        return snapshotId;
    }

    private static RecordBatch Batch((long Id, string? Text)[] rows)
    {
        Int64Array.Builder ids = new();
        StringArray.Builder texts = new();
        TimestampArray.Builder times = new(new TimestampType(TimeUnit.Microsecond, "UTC"));
        Apache.Arrow.ListArray.Builder tags = new(StringType.Default);
        foreach ((long id, string? text) in rows)
        {
            ids.Append(id);
            if (text is null)
            {
                texts.AppendNull();
                times.AppendNull();
                tags.AppendNull();
            }
            else
            {
                texts.Append(text);
                times.Append(DateTimeOffset.UnixEpoch.AddDays(id));
                tags.Append();
                ((StringArray.Builder)tags.ValueBuilder).Append("x").AppendNull();
            }
        }

        IArrowArray[] columns = [ids.Build(), texts.Build(), times.Build(), tags.Build()];
        return new RecordBatch(
            new Apache.Arrow.Schema(Columns.Fields.Select((f, i) => new Field(f.Name, columns[i].Data.DataType, !f.Required)), null), columns, rows.Length);
    }
}
