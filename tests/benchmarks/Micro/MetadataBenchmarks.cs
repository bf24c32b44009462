using BenchmarkDotNet.Attributes;
using Mammoth.Iceberg.Catalogs;
using Mammoth.Iceberg.IO;
using Mammoth.Iceberg.Manifests;
using Mammoth.Iceberg.Metadata;
using Mammoth.Iceberg.Scans;
using Mammoth.Iceberg.Schemas;

namespace Mammoth.Benchmarks.Micro;

/// <summary>A table of ten thousand data files: its manifests written and read, staged, committed, and a scan of it planned. The files are on disk, the data files are not there at all.</summary>
[MemoryDiagnoser]
public class MetadataBenchmarks
{
    private const int Files = 10_000;
    private const int FilesOfChunk = 100;
    private const int RowsOfFile = 1_000_000;
    private static readonly TableIdentifier Table = new("bench", "large");
    private static readonly LocalFileIO Io = new();

    private static readonly Schema Schema = new(0,
    [
        new(1, "id", true, PrimitiveType.Long), new(2, "at", true, PrimitiveType.TimestampTz), new(3, "name", false, PrimitiveType.String),
        new(4, "amount", false, new DecimalType(15, 2)), new(5, "kind", false, PrimitiveType.String), new(6, "day", false, PrimitiveType.Date),
        new(7, "ratio", false, PrimitiveType.Double), new(8, "count", false, PrimitiveType.Int), new(9, "key", false, PrimitiveType.Uuid), new(10, "note", false, PrimitiveType.String),
    ], [1]);

    private readonly string folder = Path.Combine(Path.GetTempPath(), $"mammoth-bench-{Guid.NewGuid():N}");
    private readonly List<string> chunks = [];
    private StorageCatalog catalog = null!;
    private TableMetadata metadata = null!;
    private DataFile[] described = [];
    private string location = "";
    private int written;

    [GlobalSetup]
    public async Task PrepareAsync()
    {
        Warehouse warehouse = Warehouse.Open(folder);
        catalog = await StorageCatalog.Open(Io, warehouse.Root, readOnly: false, CancellationToken.None);
        location = await catalog.LocationOf(Table, CancellationToken.None);
        described = [.. Enumerable.Range(0, Files).Select(Describe)];
        foreach (DataFile[] chunk in described.Chunk(FilesOfChunk))
            chunks.Add(await WriteAsync(chunk));

        await CommitAsync(null);
        metadata = (await catalog.Load(Table, CancellationToken.None))!.Metadata;
    }

    [GlobalCleanup]
    public void Clean() => Directory.Delete(folder, recursive: true);

    /// <summary>A scan that wants the rows of one file.</summary>
    [Benchmark]
    public async Task<int> PlanFilteredScan() => (await PlanAsync([new("id", Comparison.Equal, 42L * RowsOfFile)])).Count;

    /// <summary>The same where the table has to be found and opened first.</summary>
    [Benchmark]
    public async Task<int> OpenAndPlanFilteredScan()
    {
        StorageCatalog opened = await StorageCatalog.Open(Io, catalog.Root, readOnly: true, CancellationToken.None);
        LoadedTable table = (await opened.Load(Table, CancellationToken.None))!;
        TableScan scan = new(Io, table.Metadata, new ScanOptions { Where = [new("id", Comparison.Equal, 42L * RowsOfFile)] });
        return (await scan.Plan(CancellationToken.None)).Count;
    }

    [Benchmark]
    public async Task<int> PlanWholeScan() => (await PlanAsync([])).Count;

    /// <summary>The manifests of all chunks read, merged and written, with the manifest list.</summary>
    [Benchmark]
    public async Task<long> Stage() => (await StageAsync(null)).Files;

    /// <summary>One commit that replaces all files: what is staged, and the catalog's write.</summary>
    [Benchmark]
    public Task<CommitOutcome> StageAndCommitOverwrite() => CommitAsync(metadata);

    /// <summary>The manifest of one chunk: a hundred files.</summary>
    [Benchmark]
    public Task<string> WriteManifest() => WriteAsync(described.AsSpan(0, FilesOfChunk).ToArray());

    [Benchmark]
    public async Task<int> ReadManifest()
    {
        int entries = 0;
        await foreach (ManifestEntry entry in ManifestReader.Read(Io, chunks[0], CancellationToken.None))
            entries++;

        return entries;
    }

    private async Task<IReadOnlyList<ScanTask>> PlanAsync(IReadOnlyList<ColumnPredicate> where) =>
        await new TableScan(Io, metadata, new ScanOptions { Where = where }).Plan(CancellationToken.None);

    private Task<StagedSnapshot> StageAsync(TableMetadata? current) => new SnapshotStaging(Io, current, location, Schema)
        .Replace(chunks, $"run-{written}", new Dictionary<string, string>(), new Dictionary<string, string>(), CancellationToken.None);

    private async Task<CommitOutcome> CommitAsync(TableMetadata? current)
    {
        StagedSnapshot staged = await StageAsync(current);
        CommitResult result = await catalog.Commit([new(Table, staged.Requirements, staged.Updates)], $"commit-{written++}", CancellationToken.None);
        if (result.Outcome != CommitOutcome.Committed)
            throw new InvalidOperationException(result.Reason);

        metadata = (await catalog.Load(Table, CancellationToken.None))!.Metadata;
        return result.Outcome;
    }

    private async Task<string> WriteAsync(DataFile[] files)
    {
        string path = $"{location}/chunks/{written++}.avro";
        await using ManifestWriter writer = new(Io, path, Schema, PartitionSpec.Unpartitioned);
        foreach (DataFile file in files)
            writer.Add(file);

        await writer.Complete(CancellationToken.None);
        return path;
    }

    /// <summary>A file of ascending keys, as page ranges give them.</summary>
    private DataFile Describe(int number)
    {
        int[] ids = [.. Schema.Fields.Select(f => f.Id)];
        return new()
        {
            FilePath = $"{location}/data/20261126T090000-000000-{number:00000}-0192f0c0a1b27c3d8e4f5a6b7c8d9e0f-000.parquet",
            RecordCount = RowsOfFile,
            FileSizeInBytes = 128_000_000 + number,
            ColumnSizes = ids.ToDictionary(id => id, id => 1_000_000L * id + number),
            ValueCounts = ids.ToDictionary(id => id, _ => (long)RowsOfFile),
            NullValueCounts = ids.ToDictionary(id => id, id => id * 1000L),
            LowerBounds = ids.ToDictionary(id => id, id => Bound(id, (long)number * RowsOfFile)),
            UpperBounds = ids.ToDictionary(id => id, id => Bound(id, ((number + 1L) * RowsOfFile) - 1)),
            SplitOffsets = [4, 32 << 20, 64 << 20, 96 << 20],
            SortOrderId = 0,
        };
    }

    private static byte[] Bound(int id, long value) => SingleValue.Serialize(Schema.Find(id)!.Type, id switch
    {
        1 or 2 => value,
        4 => new System.Numerics.BigInteger(value % 1_000_000),
        6 or 8 => (int)(value / RowsOfFile),
        7 => value / 3.0,
        9 => new Guid((int)(value / RowsOfFile), 0, 0, new byte[8]),
        _ => $"name {value}",
    });
}
