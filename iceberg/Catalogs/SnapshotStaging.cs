using System.Globalization;
using Mammoth.Iceberg.Faults;
using Mammoth.Iceberg.IO;
using Mammoth.Iceberg.Manifests;
using Mammoth.Iceberg.Metadata;
using Mammoth.Iceberg.Schemas;

namespace Mammoth.Iceberg.Catalogs;

/// <summary>
/// Prepares a snapshot that holds these files and nothing else, but for what <see cref="Keeps"/>: writes its manifests and manifest list, and gives the requirements
/// and updates of the commit. Nothing is visible before they are committed.
/// </summary>
/// <param name="current">The table's state that the snapshot builds on; null: the table is new.</param>
/// <param name="location">The table's folder.</param>
/// <param name="schema">The schema the files are written in.</param>
public sealed class SnapshotStaging(IFileIO io, TableMetadata? current, string location, Schema schema)
{
    private const string MetadataFolder = "metadata";

    /// <summary>Stands in the names of all files that are written, so that whoever writes them can tell its own from others'.</summary>
    public string? Owner { get; init; }

    /// <summary>How the files that are added are partitioned, and a new table. Of a table that exists it must be one of its own.</summary>
    public PartitionSpec Spec { get; init; } = PartitionSpec.Unpartitioned;

    /// <summary>Which data files of the current snapshot stay; null: none does. Where one may, files of deleted rows stay too: they have no effect on what is added.</summary>
    public Func<DataFile, PartitionSpec, bool>? Keeps { get; init; }

    /// <param name="chunks">Locations of the manifests of the files, all added.</param>
    /// <param name="tag">A tag for the snapshot.</param>
    /// <param name="properties">What else the summary says.</param>
    /// <param name="tableProperties">Properties the table gets.</param>
    public async Task<StagedSnapshot> Replace(
        IReadOnlyList<string> chunks,
        string tag,
        IReadOnlyDictionary<string, string> properties,
        IReadOnlyDictionary<string, string> tableProperties,
        CancellationToken cancellation)
    {
        long snapshotId = Snapshot.NewId();
        string attempt = Owner is null ? Guid.CreateVersion7().ToString("N") : $"{Owner}-{Guid.CreateVersion7():N}";
        IReadOnlyList<ManifestFile> added = await new ManifestMerger(io, schema, Spec)
            .Merge(chunks, snapshotId, n => $"{location}/{MetadataFolder}/{attempt}-m{n}.avro", cancellation);
        await Failpoints.ManifestsMerged.Pass();
        (IReadOnlyList<ManifestFile> previous, Totals kept, Totals gone) = await Previous(snapshotId, attempt, cancellation);
        long sequenceNumber = (current?.LastSequenceNumber ?? 0) + 1;
        string list = $"{location}/{MetadataFolder}/snap-{snapshotId}-1-{attempt}.avro";
        await ManifestList.Write(io, list, snapshotId, current?.CurrentSnapshotId, sequenceNumber, [.. added, .. previous], cancellation);
        await Failpoints.ManifestListWritten.Pass();
        Totals came = await Count(added, cancellation);
        var snapshot = new Snapshot
        {
            SnapshotId = snapshotId,
            ParentSnapshotId = current?.CurrentSnapshotId,
            SequenceNumber = sequenceNumber,
            TimestampMs = Math.Max(DateTimeOffset.UtcNow.ToUnixTimeMilliseconds(), current?.LastUpdatedMs ?? 0),
            ManifestList = list,
            SchemaId = schema.SchemaId,
            Summary = Summary(came, kept, gone, properties),
        };
        return new StagedSnapshot(snapshot, Requirements(), Updates(snapshot, tag, tableProperties), [.. added.Select(m => m.Path)], came.Files, came.Bytes);
    }

    private IReadOnlyList<Requirement> Requirements() => current is null
        ? [new AssertCreate()]
        : [new AssertTableUuid(current.TableUuid), new AssertRefSnapshotId(SnapshotRef.MainBranch, current.CurrentSnapshotId), new AssertCurrentSchemaId(current.CurrentSchemaId), new AssertLastAssignedFieldId(current.LastColumnId)];

    private List<Update> Updates(Snapshot snapshot, string tag, IReadOnlyDictionary<string, string> tableProperties)
    {
        var updates = new List<Update>();
        if (current is null)
        {
            updates.AddRange(MetadataChanges.CreateTable(Guid.NewGuid(), location, schema, spec: Spec));
        }
        else if (current.CurrentSchemaId != schema.SchemaId)
        {
            updates.AddRange([new AddSchema(schema), new SetCurrentSchema(Update.LastAdded)]);
        }

        updates.Add(new AddSnapshot(snapshot));
        updates.Add(new SetSnapshotRef(SnapshotRef.MainBranch, SnapshotRef.Branch(snapshot.SnapshotId)));
        updates.Add(new SetSnapshotRef(tag, SnapshotRef.Tag(snapshot.SnapshotId)));
        if (tableProperties.Count > 0)
        {
            updates.Add(new SetProperties(tableProperties));
        }

        return updates;
    }

    /// <summary>What becomes of the current snapshot's manifests: those that lose files are written anew, with these as deleted; the others stay as they are.</summary>
    private async Task<(IReadOnlyList<ManifestFile> Manifests, Totals Kept, Totals Gone)> Previous(long snapshotId, string attempt, CancellationToken cancellation)
    {
        if (current?.CurrentSnapshot is not { } previous)
        {
            return ([], default, default);
        }

        (Totals kept, Totals gone) = (default, default);
        var manifests = new List<ManifestFile>();
        foreach (ManifestFile manifest in (await ManifestList.Read(io, previous, cancellation)).Where(m => m.MayHaveLiveFiles))
        {
            if (Keeps is not null && manifest.Content == ManifestContent.Deletes)
            {
                manifests.Add(manifest);
                continue;
            }

            PartitionSpec spec = current.PartitionSpecs.Single(s => s.SpecId == manifest.PartitionSpecId);
            if (Keeps is not null && await StaysWhole(manifest, spec, cancellation) is { } whole)
            {
                manifests.Add(manifest);
                kept += whole;
                continue;
            }

            await using var writer = new ManifestWriter(io, $"{location}/{MetadataFolder}/{attempt}-d{manifests.Count}.avro", WithSources(spec), spec, snapshotId, manifest.Content);
            await foreach (ManifestEntry entry in ManifestReader.Read(io, manifest, cancellation))
            {
                if (entry.IsLive && Keeps is not null && Keeps(entry.File, spec))
                {
                    writer.Keep(entry);
                    kept = kept.Add(entry.File);
                }
                else if (entry.IsLive)
                {
                    writer.Delete(entry);
                    gone = manifest.Content == ManifestContent.Data ? gone.Add(entry.File) : gone;
                }
            }

            manifests.Add(await writer.Complete(cancellation));
        }

        return (manifests, kept, gone);
    }

    /// <summary>Its live files, where all of them stay; null where one goes.</summary>
    private async Task<Totals?> StaysWhole(ManifestFile manifest, PartitionSpec spec, CancellationToken cancellation)
    {
        var kept = default(Totals);
        await foreach (ManifestEntry entry in ManifestReader.Read(io, manifest, cancellation))
        {
            if (entry.IsLive && !Keeps!(entry.File, spec))
                return null;
            kept = entry.IsLive ? kept.Add(entry.File) : kept;
        }

        return kept;
    }

    // What another engine partitioned by may have been dropped since; its type is in an earlier schema.
    private Schema WithSources(PartitionSpec spec) => current!.Schemas.Reverse().Prepend(schema)
        .FirstOrDefault(s => spec.Fields.All(f => s.Find(f.SourceId) is not null)) ?? schema;

    private async Task<Totals> Count(IReadOnlyList<ManifestFile> manifests, CancellationToken cancellation)
    {
        var totals = default(Totals);
        foreach (ManifestFile manifest in manifests)
        {
            await foreach (ManifestEntry entry in ManifestReader.Read(io, manifest.Path, cancellation))
            {
                totals = totals.Add(entry.File);
            }
        }

        return totals;
    }

    private Dictionary<string, string> Summary(Totals came, Totals kept, Totals gone, IReadOnlyDictionary<string, string> properties)
    {
        static string Text(long n) => n.ToString(CultureInfo.InvariantCulture);
        var summary = new Dictionary<string, string>(properties)
        {
            ["operation"] = current?.CurrentSnapshot is null ? "append" : "overwrite",
            ["total-records"] = Text(came.Records + kept.Records),
            ["total-data-files"] = Text(came.Files + kept.Files),
            ["total-files-size"] = Text(came.Bytes + kept.Bytes),
        };
        foreach (string deletes in (string[])["total-delete-files", "total-position-deletes", "total-equality-deletes"])
            summary[deletes] = (Keeps is null ? null : current?.CurrentSnapshot?.Summary.GetValueOrDefault(deletes)) ?? "0";

        if (came.Files > 0)
        {
            summary["added-data-files"] = Text(came.Files);
            summary["added-records"] = Text(came.Records);
            summary["added-files-size"] = Text(came.Bytes);
        }

        if (gone.Files > 0)
        {
            summary["deleted-data-files"] = Text(gone.Files);
            summary["deleted-records"] = Text(gone.Records);
            summary["removed-files-size"] = Text(gone.Bytes);
        }

        return summary;
    }

    private readonly record struct Totals(long Files, long Records, long Bytes)
    {
        public Totals Add(DataFile file) => new(Files + 1, Records + file.RecordCount, Bytes + file.FileSizeInBytes);

        public static Totals operator +(Totals left, Totals right) => new(left.Files + right.Files, left.Records + right.Records, left.Bytes + right.Bytes);
    }
}

/// <summary>A snapshot on storage that nothing names yet.</summary>
/// <param name="Manifests">Locations of the manifests of its data files.</param>
/// <param name="Files">Data files.</param>
/// <param name="Bytes">Their bytes.</param>
public sealed record StagedSnapshot(
    Snapshot Snapshot,
    IReadOnlyList<Requirement> Requirements,
    IReadOnlyList<Update> Updates,
    IReadOnlyList<string> Manifests,
    long Files,
    long Bytes);
