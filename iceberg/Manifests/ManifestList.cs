using System.Globalization;
using Avro.IO;
using Mammoth.Iceberg.IO;
using Mammoth.Iceberg.Metadata;
using Mammoth.Iceberg.Schemas;

namespace Mammoth.Iceberg.Manifests;

/// <summary>Manifest lists (Iceberg spec, "Manifest Lists"): versions 1 to 3 are read, 2 is written.</summary>
public static class ManifestList
{
    /// <summary>The manifests of a snapshot.</summary>
    /// <exception cref="FileNotFoundException">The manifest list is gone.</exception>
    public static async Task<IReadOnlyList<ManifestFile>> Read(IFileIO io, Snapshot snapshot, CancellationToken cancellation)
    {
        if (snapshot.ManifestList.Length > 0)
            return await Read(io, snapshot.ManifestList, cancellation);
        // Version 1 without a list: nothing is known of the manifests but their names.
        return [.. snapshot.Manifests.Select(path => new ManifestFile
        {
            Path = path,
            Length = -1,
            SequenceNumber = 0,
            MinSequenceNumber = 0,
            AddedSnapshotId = snapshot.SnapshotId,
            AddedFilesCount = -1,
            ExistingFilesCount = -1,
            DeletedFilesCount = -1,
        })];
    }

    /// <inheritdoc cref="Read(IFileIO, Snapshot, CancellationToken)"/>
    public static async Task<IReadOnlyList<ManifestFile>> Read(IFileIO io, string location, CancellationToken cancellation)
    {
        var content = await io.Read(location, cancellation) ?? throw new FileNotFoundException($"The manifest list {location} is gone.", location);
        var input = new AvroInput(content.Bytes, location);
        return [.. input.Records(record => Manifest(input.Layout, record))];
    }

    /// <summary>Writes the manifest list of a snapshot; numbers that are still open become those of the snapshot.</summary>
    /// <exception cref="PreconditionFailedException">A file of that name exists.</exception>
    public static async Task Write(
        IFileIO io,
        string location,
        long snapshotId,
        long? parentSnapshotId,
        long sequenceNumber,
        IEnumerable<ManifestFile> manifests,
        CancellationToken cancellation)
    {
        await using var file = io.Create(location);
        using var output = new AvroOutput<ManifestFile>(file.Stream, AvroSchemaText.Of(ManifestSchemas.List, "manifest_file"),
        [
            new("snapshot-id", snapshotId.ToString(CultureInfo.InvariantCulture)),
            new("parent-snapshot-id", parentSnapshotId?.ToString(CultureInfo.InvariantCulture) ?? "null"),
            new("sequence-number", sequenceNumber.ToString(CultureInfo.InvariantCulture)),
            new("format-version", "2"),
            new("iceberg.schema", SchemaJson.ToJson(ManifestSchemas.List)),
        ], Encode);
        foreach (var manifest in manifests)
            output.Write(Assigned(manifest, snapshotId, sequenceNumber));
        output.Finish();
        await file.Complete(cancellation);
    }

    private static ManifestFile Assigned(ManifestFile manifest, long snapshotId, long sequenceNumber) => manifest with
    {
        AddedSnapshotId = manifest.AddedSnapshotId == 0 ? snapshotId : manifest.AddedSnapshotId,
        SequenceNumber = manifest.SequenceNumber == ManifestFile.Unassigned ? sequenceNumber : manifest.SequenceNumber,
        MinSequenceNumber = manifest.MinSequenceNumber == ManifestFile.Unassigned ? sequenceNumber : manifest.MinSequenceNumber,
    };

    private static void Encode(ManifestFile manifest, Encoder to)
    {
        to.WriteString(manifest.Path);
        to.WriteLong(manifest.Length);
        to.WriteInt(manifest.PartitionSpecId);
        to.WriteInt((int)manifest.Content);
        to.WriteLong(manifest.SequenceNumber);
        to.WriteLong(manifest.MinSequenceNumber);
        to.WriteLong(manifest.AddedSnapshotId);
        to.WriteInt(manifest.AddedFilesCount);
        to.WriteInt(manifest.ExistingFilesCount);
        to.WriteInt(manifest.DeletedFilesCount);
        to.WriteLong(manifest.AddedRowsCount);
        to.WriteLong(manifest.ExistingRowsCount);
        to.WriteLong(manifest.DeletedRowsCount);
        to.WriteUnionIndex(manifest.Partitions is null ? 0 : 1);
        if (manifest.Partitions is { } partitions)
        {
            to.WriteArrayStart();
            to.SetItemCount(partitions.Count);
            foreach (var partition in partitions)
                Encode(partition, to);
            to.WriteArrayEnd();
        }
        Bytes(manifest.KeyMetadata, to);
    }

    private static void Encode(PartitionSummary partition, Encoder to)
    {
        to.StartItem();
        to.WriteBoolean(partition.ContainsNull);
        to.WriteUnionIndex(partition.ContainsNan is null ? 0 : 1);
        if (partition.ContainsNan is { } nan)
            to.WriteBoolean(nan);
        Bytes(partition.LowerBound, to);
        Bytes(partition.UpperBound, to);
    }

    private static void Bytes(byte[]? bytes, Encoder to)
    {
        to.WriteUnionIndex(bytes is null ? 0 : 1);
        if (bytes is not null)
            to.WriteBytes(bytes);
    }

    private static ManifestFile Manifest(AvroRecordLayout layout, object?[] record) => new()
    {
        Path = layout.Required<string>(record, 500),
        Length = layout.Amount(record, 501),
        PartitionSpecId = layout.Optional(record, 502) as int? ?? 0,
        Content = layout.Choice(record, 517, ManifestContent.Data),
        SequenceNumber = layout.Optional(record, 515) as long? ?? 0,
        MinSequenceNumber = layout.Optional(record, 516) as long? ?? 0,
        AddedSnapshotId = layout.Optional(record, 503) as long? ?? 0,
        AddedFilesCount = layout.Optional(record, 504) as int? ?? -1,
        ExistingFilesCount = layout.Optional(record, 505) as int? ?? -1,
        DeletedFilesCount = layout.Optional(record, 506) as int? ?? -1,
        AddedRowsCount = layout.Optional(record, 512) as long? ?? -1,
        ExistingRowsCount = layout.Optional(record, 513) as long? ?? -1,
        DeletedRowsCount = layout.Optional(record, 514) as long? ?? -1,
        Partitions = layout.Items<object?[]>(record, 507)?.ConvertAll(item => Summary(layout.Nested(507), item)),
        KeyMetadata = layout.Optional(record, 519) as byte[],
        FirstRowId = layout.Optional(record, 520) as long?,
    };

    private static PartitionSummary Summary(AvroRecordLayout layout, object?[] record) => new(
        layout.Required<bool>(record, 509),
        layout.Optional(record, 518) as bool?,
        layout.Optional(record, 510) as byte[],
        layout.Optional(record, 511) as byte[]);
}
