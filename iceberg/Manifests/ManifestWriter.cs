using System.Globalization;
using Mammoth.Iceberg.IO;
using Mammoth.Iceberg.Metadata;
using Mammoth.Iceberg.Schemas;

namespace Mammoth.Iceberg.Manifests;

/// <summary>
/// Writes one manifest of format version 2 (Iceberg spec, "Manifests"). Entries go to the file as they come: memory does not grow with their number.
/// </summary>
public sealed class ManifestWriter : IAsyncDisposable
{
    private readonly OutputFile _file;
    private readonly AvroOutput<ManifestEntry> _output;
    private readonly PartitionSummaries _summaries;
    private readonly StructType _partition;
    private readonly long? _snapshotId;
    private ManifestFile _stats;

    /// <param name="schema">The table's schema, with its id; it goes into the header.</param>
    /// <param name="snapshotId">The snapshot that will add the files; null where it is not known yet, and inherited when the manifest is read.</param>
    public ManifestWriter(IFileIO io, string location, Schema schema, PartitionSpec spec, long? snapshotId = null, ManifestContent content = ManifestContent.Data)
    {
        var partition = _partition = PartitionTypes.Of(schema, spec);
        var entries = ManifestSchemas.Entry(partition);
        _snapshotId = snapshotId;
        _summaries = new(partition);
        _stats = new() { Path = location, Length = 0, PartitionSpecId = spec.SpecId, Content = content, AddedSnapshotId = snapshotId ?? 0 };
        _file = io.Create(location);
        _output = new(_file.Stream, AvroSchemaText.Of(entries, "manifest_entry"),
        [
            new("schema", SchemaJson.ToJson(schema)),
            new("schema-id", schema.SchemaId.ToString(CultureInfo.InvariantCulture)),
            new("format-version", "2"),
            new("partition-spec-id", spec.SpecId.ToString(CultureInfo.InvariantCulture)),
            new("iceberg.schema", SchemaJson.ToJson(entries)),
            new("partition-spec", SpecJson.FieldsToJson(spec)),
            new("content", content == ManifestContent.Data ? "data" : "deletes"),
        ], new EntryEncoding(partition).Write);
    }

    /// <summary>Bytes written so far; entries appear in it a block of 64 kB at a time.</summary>
    public long Length => _output.Length;

    /// <summary>A file that the snapshot adds; its sequence numbers are inherited.</summary>
    public void Add(DataFile file)
    {
        Write(new(ManifestStatus.Added, _snapshotId, null, null, file));
        _stats = _stats with { AddedFilesCount = _stats.AddedFilesCount + 1, AddedRowsCount = _stats.AddedRowsCount + file.RecordCount };
    }

    /// <summary>A file that an earlier snapshot added and that stays; the entry carries the original ids and sequence numbers.</summary>
    public void Keep(ManifestEntry entry)
    {
        Write(Original(entry) with { Status = ManifestStatus.Existing });
        _stats = _stats with
        {
            ExistingFilesCount = _stats.ExistingFilesCount + 1,
            ExistingRowsCount = _stats.ExistingRowsCount + entry.File.RecordCount,
            MinSequenceNumber = _stats.MinSequenceNumber == ManifestFile.Unassigned ? entry.SequenceNumber!.Value : Math.Min(_stats.MinSequenceNumber, entry.SequenceNumber!.Value),
        };
    }

    /// <summary>A file that the snapshot removes; the entry carries the original sequence numbers.</summary>
    public void Delete(ManifestEntry entry)
    {
        Write(Original(entry) with { Status = ManifestStatus.Deleted, SnapshotId = _snapshotId ?? throw new InvalidOperationException("A deletion names its snapshot.") });
        _stats = _stats with { DeletedFilesCount = _stats.DeletedFilesCount + 1, DeletedRowsCount = _stats.DeletedRowsCount + entry.File.RecordCount };
    }

    /// <summary>Makes the manifest exist.</summary>
    /// <returns>How a manifest list describes it; sequence numbers are given by the commit.</returns>
    public async Task<ManifestFile> Complete(CancellationToken cancellation)
    {
        _output.Finish();
        var length = await _file.Complete(cancellation);
        // A live file that was added has the commit's sequence number, which is above all others: only files that stay can lower the minimum.
        return _stats with { Length = length, Partitions = _summaries.Build() };
    }

    public async ValueTask DisposeAsync()
    {
        _output.Dispose();
        await _file.DisposeAsync();
    }

    private void Write(ManifestEntry entry)
    {
        if (_partition.Fields.Count > 0)
            entry = entry with { File = entry.File with { Partition = _partition.Fields.ToDictionary(f => f.Id, f => Widened(f, entry.File)) } };
        _summaries.Add(entry.File);
        _output.Write(entry);
    }

    // The manifest's schema has the column's type of today.
    private static object? Widened(NestedField field, DataFile file) =>
        file.Partition.GetValueOrDefault(field.Id) is { } value ? SingleValue.Widened(field.Type, value) : null;

    private static ManifestEntry Original(ManifestEntry entry) => entry is { SnapshotId: not null, SequenceNumber: not null, FileSequenceNumber: not null }
        ? entry
        : throw new InvalidOperationException($"{entry.File.FilePath} lacks the ids it was added with: read it through its manifest list.");
}
