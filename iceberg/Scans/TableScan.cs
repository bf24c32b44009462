using System.Runtime.CompilerServices;
using Apache.Arrow;
using Mammoth.Iceberg.IO;
using Mammoth.Iceberg.Manifests;
using Mammoth.Iceberg.Metadata;
using Mammoth.Iceberg.Schemas;
using Schema = Mammoth.Iceberg.Schemas.Schema;

namespace Mammoth.Iceberg.Scans;

/// <summary>
/// Reads a table at one snapshot: data files less what position deletes, deletion vectors and equality deletes took out of them, as batches in the Arrow
/// types of <see cref="Data.ArrowTypes"/>.
/// </summary>
public sealed class TableScan
{
    private readonly IFileIO _io;
    private readonly TableMetadata _metadata;
    private readonly ScanOptions _options;
    private readonly NameMapping? _names;
    private readonly FilePruning _pruning;

    /// <exception cref="ArgumentException">There is no such snapshot, reference or column.</exception>
    public TableScan(IFileIO io, TableMetadata metadata, ScanOptions? options = null)
    {
        (_io, _metadata, _options) = (io, metadata, options ?? new ScanOptions());
        _names = NameMapping.Of(metadata);
        Snapshot = ChosenSnapshot(metadata, _options);
        // A branch is read as the table is now; a snapshot or tag as the table was then.
        var past = _options.SnapshotId is not null || _options.AsOf is not null || IsTag(metadata, _options.Reference);
        var whole = past && Snapshot is not null ? metadata.SchemaOf(Snapshot) : metadata.CurrentSchema;
        Schema = _options.Columns is { } columns ? new Schema(whole.SchemaId, [.. columns.Select(name => Column(whole, name))], []) : whole;
        _pruning = new FilePruning(metadata, whole, _options.Where);
    }

    /// <summary>The snapshot that is read; null for a table that has none yet.</summary>
    public Snapshot? Snapshot { get; }

    /// <summary>The columns that are returned.</summary>
    public Schema Schema { get; }

    /// <summary>The data files to read, each with what deletes rows of it. They can be read apart and in any order.</summary>
    public async Task<IReadOnlyList<ScanTask>> Plan(CancellationToken cancellation)
    {
        if (Snapshot is null)
            return [];
        var manifests = await ManifestList.Read(_io, Snapshot, cancellation);
        var deletes = new DeleteIndex(_metadata);
        foreach (var manifest in manifests.Where(m => m.Content == ManifestContent.Deletes && m.MayHaveLiveFiles))
            await foreach (var entry in ManifestReader.Read(_io, manifest, cancellation))
                if (entry.IsLive)
                    deletes.Add(entry, manifest.PartitionSpecId);
        var tasks = new List<ScanTask>();
        foreach (var manifest in manifests.Where(m => m.Content == ManifestContent.Data && m.MayHaveLiveFiles && _pruning.MayMatch(m)))
            await foreach (var entry in ManifestReader.Read(_io, manifest, cancellation))
                if (entry.IsLive && _pruning.MayMatch(entry.File, manifest.PartitionSpecId))
                    tasks.Add(deletes.Task(entry, manifest.PartitionSpecId));
        return tasks;
    }

    /// <summary>All rows, in no particular order. Each batch is the caller's to dispose.</summary>
    public async IAsyncEnumerable<RecordBatch> Read([EnumeratorCancellation] CancellationToken cancellation)
    {
        foreach (var task in await Plan(cancellation))
            await foreach (var batch in Read(task, cancellation))
                yield return batch;
    }

    /// <summary>The rows of one data file, in its order. Each batch is the caller's to dispose.</summary>
    /// <exception cref="NotSupportedException">The file is no Parquet file.</exception>
    public async IAsyncEnumerable<RecordBatch> Read(ScanTask task, [EnumeratorCancellation] CancellationToken cancellation)
    {
        if (!string.Equals(task.File.FileFormat, "PARQUET", StringComparison.OrdinalIgnoreCase))
            throw new NotSupportedException($"{task.File.FilePath} is of format {task.File.FileFormat}; only Parquet can be read.");
        // Columns that only tell deleted rows are read too, and taken off again.
        var keys = EqualityDeletes.Fields(_metadata, task.EqualityDeletes).Where(key => Schema.Fields.All(f => f.Id != key.Id));
        var read = new Schema(Schema.SchemaId, [.. Schema.Fields, .. keys.Select(key => key with { Required = false })], []);
        var positions = await Positions(task, cancellation);
        var equality = task.EqualityDeletes.Count == 0 ? null
            : await EqualityDeletes.Read(_io, read.Fields, task.EqualityDeletes, _names, cancellation);
        await foreach (var (batch, firstRow) in new DataFileReader(_io, read, _names, _options.BatchBytes).Read(task.File.FilePath, Constants(task), cancellation))
        {
            var live = positions is null ? batch : LiveRows.Take(batch, positions.LiveRuns(firstRow, batch.Length));
            if (live is not null && equality is not null)
                live = LiveRows.Take(live, equality.LiveRuns(live));
            if (live is not null)
                yield return Projected(live, Schema.Fields.Count);
        }
    }

    private async ValueTask<DeletedRows?> Positions(ScanTask task, CancellationToken cancellation) => task.PositionDeletes switch
    {
        [] => null,
        [var vector] when DeleteIndex.IsVector(vector) => await DeletionVector.Read(_io, vector, cancellation),
        var files => await PositionDeletes.Read(_io, task.File.FilePath, files, cancellation),
    };

    // A column that a file lacks, but that its partition says (Iceberg spec, "Column Projection").
    private Dictionary<int, object?> Constants(ScanTask task)
    {
        var spec = _metadata.PartitionSpecs.FirstOrDefault(s => s.SpecId == task.PartitionSpecId);
        return (spec?.Fields ?? []).Where(f => f.Transform == "identity" && task.File.Partition.ContainsKey(f.FieldId))
            .ToDictionary(f => f.SourceId, f => task.File.Partition[f.FieldId]);
    }

    private static RecordBatch Projected(RecordBatch batch, int columns)
    {
        if (batch.ColumnCount == columns)
            return batch;
        for (var i = columns; i < batch.ColumnCount; i++)
            batch.Column(i).Dispose();
        return new RecordBatch(new Apache.Arrow.Schema(batch.Schema.FieldsList.Take(columns), null), batch.Arrays.Take(columns), batch.Length);
    }

    private static NestedField Column(Schema schema, string name) => schema.Fields.FirstOrDefault(f => f.Name == name)
        ?? throw new ArgumentException($"There is no column '{name}'; there are {string.Join(", ", schema.Fields.Select(f => f.Name))}.");

    private static bool IsTag(TableMetadata metadata, string? reference) =>
        reference is not null && metadata.Refs.TryGetValue(reference, out var found) && found.Type == SnapshotRef.TagType;

    private static Snapshot? ChosenSnapshot(TableMetadata metadata, ScanOptions options) => options switch
    {
        { SnapshotId: not null, AsOf: not null } or { SnapshotId: not null, Reference: not null } or { AsOf: not null, Reference: not null } =>
            throw new ArgumentException("A scan reads at a snapshot, at a time, or at a tag or branch: name one."),
        { SnapshotId: { } id } => metadata.FindSnapshot(id) ?? throw new ArgumentException($"The table {metadata.Location} has no snapshot {id}; it may have expired."),
        { AsOf: { } time } => metadata.SnapshotAsOf(time) ?? throw new ArgumentException($"The table {metadata.Location} had no snapshot yet at {time:O}, or it has expired."),
        { Reference: { } reference } => metadata.FindSnapshot(reference)
            ?? throw new ArgumentException($"The table {metadata.Location} has no tag or branch '{reference}'; it has {string.Join(", ", metadata.Refs.Keys.Order())}."),
        _ => metadata.CurrentSnapshot,
    };
}
