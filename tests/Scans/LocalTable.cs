using System.Globalization;
using Mammoth.Iceberg.Data;
using Mammoth.Iceberg.IO;
using Mammoth.Iceberg.Manifests;
using Mammoth.Iceberg.Metadata;
using Mammoth.Iceberg.Scans;
using Mammoth.Iceberg.Schemas;
using Mammoth.Tests.Data;
using Mammoth.Tests.Iceberg;

namespace Mammoth.Tests.Scans;

/// <summary>A table in a folder, committed without a catalog: <c>vN.metadata.json</c> and a version hint, as other engines look for.</summary>
internal sealed class LocalTable : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly List<ManifestFile> _manifests = [];
    private int _files;
    private int _version;
    private long _clock = 1_700_000_000_000;

    public LocalTable(Schema schema, PartitionSpec? spec = null, int formatVersion = 2)
    {
        Location = $"{_folder.Location}/table";
        Metadata = new TableMetadata
        {
            FormatVersion = formatVersion,
            TableUuid = Guid.NewGuid(),
            Location = Location,
            Schemas = [schema],
            CurrentSchemaId = schema.SchemaId,
            LastColumnId = schema.HighestId(),
            PartitionSpecs = [spec ?? PartitionSpec.Unpartitioned],
            DefaultSpecId = spec?.SpecId ?? 0,
            LastPartitionId = spec?.Fields.Max(f => f.FieldId) ?? PartitionSpec.LastIdBeforeFirst,
            SortOrders = [new SortOrder(0, [])],
        };
    }

    public LocalFileIO IO { get; } = new();
    public string Location { get; }
    public string Path => LocalPath.Of(Location);
    public TableMetadata Metadata { get; set; }

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public string NewFile(string extension = "parquet") => $"{Location}/data/{++_files}.{extension}";

    /// <summary>Writes a data file of the current schema.</summary>
    public Task<DataFile> DataFile(object?[][] rows, IReadOnlyDictionary<int, object?>? partition = null, int rowGroupRows = 1 << 20) =>
        Parquet(Metadata.CurrentSchema, rows, partition, rowGroupRows);

    public async Task<DataFile> PositionDeletes(IEnumerable<(string Path, long Position)> rows, IReadOnlyDictionary<int, object?>? partition = null)
    {
        var file = await Parquet(Mammoth.Iceberg.Scans.PositionDeletes.Columns,
            [.. rows.OrderBy(r => r.Path, StringComparer.Ordinal).ThenBy(r => r.Position).Select(r => new object?[] { r.Path, r.Position })], partition);
        return file with { Content = FileContentKind.PositionDeletes, SortOrderId = null };
    }

    public async Task<DataFile> EqualityDeletes(int[] ids, object?[][] keys, IReadOnlyDictionary<int, object?>? partition = null)
    {
        var file = await Parquet(new Schema(0, [.. ids.Select(id => Metadata.CurrentSchema.Find(id)! with { Required = false })], []), keys, partition);
        return file with { Content = FileContentKind.EqualityDeletes, EqualityIds = ids };
    }

    /// <summary>Adds files in one snapshot.</summary>
    public async Task<Snapshot> Commit(params DataFile[] files)
    {
        var (id, number) = (Snapshot.NewId(), Metadata.LastSequenceNumber + 1);
        foreach (var group in files.GroupBy(f => f.Content == FileContentKind.Data ? ManifestContent.Data : ManifestContent.Deletes))
        {
            await using var writer = new ManifestWriter(IO, $"{Location}/metadata/{Guid.NewGuid()}.avro", Metadata.CurrentSchema, Metadata.DefaultSpec, id, group.Key);
            foreach (var file in group)
                writer.Add(file);
            _manifests.Add(await writer.Complete(Cancellation) with { SequenceNumber = number, MinSequenceNumber = number, AddedSnapshotId = id });
        }
        var list = $"{Location}/metadata/snap-{id}.avro";
        await ManifestList.Write(IO, list, id, Metadata.CurrentSnapshotId, number, _manifests, Cancellation);
        _clock += 1000;
        var snapshot = new Snapshot
        {
            SnapshotId = id,
            ParentSnapshotId = Metadata.CurrentSnapshotId,
            SequenceNumber = number,
            TimestampMs = _clock,
            ManifestList = list,
            SchemaId = Metadata.CurrentSchemaId,
            Summary = new Dictionary<string, string> { ["operation"] = "append" },
        };
        Metadata = Metadata with
        {
            LastSequenceNumber = number,
            LastUpdatedMs = _clock,
            CurrentSnapshotId = id,
            Snapshots = [.. Metadata.Snapshots, snapshot],
            SnapshotLog = [.. Metadata.SnapshotLog, new(_clock, id)],
            Refs = new Dictionary<string, SnapshotRef>(Metadata.Refs) { [SnapshotRef.MainBranch] = SnapshotRef.Branch(id) },
        };
        await Publish();
        return snapshot;
    }

    /// <summary>Makes a schema the current one.</summary>
    public async Task Evolve(Schema schema)
    {
        Metadata = Metadata with
        {
            Schemas = [.. Metadata.Schemas, schema],
            CurrentSchemaId = schema.SchemaId,
            LastColumnId = Math.Max(Metadata.LastColumnId, schema.HighestId()),
        };
        await Publish();
    }

    public async Task Publish()
    {
        Directory.CreateDirectory($"{Path}/metadata");
        await File.WriteAllBytesAsync($"{Path}/metadata/v{++_version}.metadata.json", TableMetadataJson.Write(Metadata), Cancellation);
        await File.WriteAllTextAsync($"{Path}/metadata/version-hint.text", _version.ToString(CultureInfo.InvariantCulture), Cancellation);
    }

    /// <summary>What a scan returns, as sorted texts.</summary>
    public async Task<List<string>> Scan(ScanOptions? options = null, bool nestedNullsEmpty = false)
    {
        var scan = new TableScan(IO, Metadata, options);
        var rows = new List<string>();
        await foreach (var batch in scan.Read(Cancellation))
            using (batch)
                rows.AddRange(ArrowRows.FromBatch(scan.Schema, batch).Select(row => RowText.Of(scan.Schema, row, nestedNullsEmpty)));
        rows.Sort(StringComparer.Ordinal);
        return rows;
    }

    /// <summary>What rows should come back as.</summary>
    public List<string> Texts(IEnumerable<object?[]> rows, bool nestedNullsEmpty = false) =>
        [.. rows.Select(row => RowText.Of(Metadata.CurrentSchema, row, nestedNullsEmpty)).Order(StringComparer.Ordinal)];

    public void Dispose() => _folder.Dispose();

    private async Task<DataFile> Parquet(Schema schema, object?[][] rows, IReadOnlyDictionary<int, object?>? partition, int rowGroupRows = 1 << 20)
    {
        await using var writer = new DataFileWriter(IO, NewFile(), schema, new DataFileOptions { RowGroupRows = rowGroupRows }, partition);
        writer.Write(ArrowRows.ToBatch(schema, rows));
        return await writer.Complete(Cancellation);
    }
}
