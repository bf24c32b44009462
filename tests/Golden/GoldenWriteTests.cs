using System.Globalization;
using Mammoth.Iceberg.Data;
using Mammoth.Iceberg.IO;
using Mammoth.Iceberg.Manifests;
using Mammoth.Iceberg.Metadata;
using Mammoth.Iceberg.Scans;
using Mammoth.Iceberg.Schemas;
using Mammoth.Tests.Cli;
using Mammoth.Tests.Iceberg;
using Parquet;
using Parquet.Meta;

namespace Mammoth.Tests.Golden;

/// <summary>
/// The rows of the reference implementation's table, written by Mammoth into files of the same partitions, and both compared field by field: what
/// differs is what docs/iceberg-differences.md says, no less and no more.
/// </summary>
public sealed class GoldenWriteTests
{
    private static readonly LocalFileIO Own = new();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public void The_page_lists_what_these_tests_know_and_nothing_else()
    {
        string page = File.ReadAllText(Path.Combine(DocumentationTests.Root(), "docs", "iceberg-differences.md"));
        IEnumerable<string> rows = page.Split("## Different, and why")[1].Split("\n## ")[0].Split('\n').Where(l => l.StartsWith("| ", StringComparison.Ordinal)).Skip(1).Select(l => l.Split('|')[1].Trim());
        Assert.Equal(Differences.Shown.Concat(Differences.NotShown).Order(StringComparer.Ordinal), rows.Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task Files_differ_in_what_the_page_lists_and_in_nothing_else()
    {
        using var folder = new TemporaryFolder();
        var differences = new Differences();
        var metadata = await new GoldenTable("az2").Metadata();
        foreach (var snapshot in metadata.Snapshots)
        {
            // Only what this snapshot added: the other manifests are the first one's.
            foreach (var (manifest, entries) in (await GoldenTable.Manifests(snapshot)).Where(m => m.Manifest.AddedSnapshotId == snapshot.SnapshotId))
                await CompareManifest(differences, folder, metadata, snapshot, manifest, entries);

            string list = $"{folder.Location}/list-{snapshot.SnapshotId}.avro";
            await ManifestList.Write(Own, list, snapshot.SnapshotId, snapshot.ParentSnapshotId, snapshot.SequenceNumber, await ManifestList.Read(GoldenTable.IO, snapshot, Cancellation), Cancellation);
            CompareHeaders(differences, "manifest list", GoldenTable.PathOf(snapshot.ManifestList!), list);
        }

        Assert.True(differences.Unmeant.Count == 0, string.Join('\n', differences.Unmeant));
        Assert.Equal(Differences.Shown.Order(StringComparer.Ordinal), differences.Listed);
    }

    private static async Task CompareManifest(
        Differences differences, TemporaryFolder folder, TableMetadata metadata, Snapshot snapshot, ManifestFile manifest, IReadOnlyList<ManifestEntry> entries)
    {
        string location = $"{folder.Location}/manifest-{snapshot.SnapshotId}.avro";
        var scan = new TableScan(GoldenTable.IO, metadata, new ScanOptions { SnapshotId = snapshot.SnapshotId });
        await using var writer = new ManifestWriter(Own, location, scan.Schema, metadata.DefaultSpec, snapshot.SnapshotId);
        foreach (var entry in entries)
        {
            var file = await Write(folder, scan, entry.File);
            writer.Add(file);
            CompareMetrics(differences, scan.Schema, entry.File, file);
            await CompareParquet(differences, EmptyTexts(scan.Schema, entry.File), GoldenTable.PathOf(entry.File.FilePath), LocalPath.Of(file.FilePath));
        }

        await writer.Complete(Cancellation);
        CompareHeaders(differences, "manifest", GoldenTable.PathOf(manifest.Path), location);
    }

    private static async Task<DataFile> Write(TemporaryFolder folder, TableScan scan, DataFile golden)
    {
        await using var writer = new DataFileWriter(Own, $"{folder.Location}/{Guid.NewGuid()}.parquet", scan.Schema, new DataFileOptions(), golden.Partition);
        await foreach (var batch in scan.Read(new ScanTask(golden), Cancellation))
            using (batch)
                writer.Write(batch);
        return await writer.Complete(Cancellation);
    }

    private static void CompareHeaders(Differences differences, string what, string reference, string own)
    {
        var (theirs, ours) = (AvroHeader.Of(reference), AvroHeader.Of(own));
        foreach (string key in theirs.Keys.Union(ours.Keys))
            differences.SameBut(
                Differences.SchemaId, what == "manifest" && key == "schema-id" && !theirs.ContainsKey(key), $"{what}, header {key}", theirs.GetValueOrDefault(key), ours.GetValueOrDefault(key));
    }

    private static void CompareMetrics(Differences differences, Schema schema, DataFile reference, DataFile own)
    {
        differences.Same("record count", reference.RecordCount, own.RecordCount);
        differences.Same("file format", reference.FileFormat, own.FileFormat);
        differences.Same("columns with a size", reference.ColumnSizes!.Keys.Order(), own.ColumnSizes!.Keys.Order());
        differences.Same("value counts", Sorted(reference.ValueCounts), Sorted(own.ValueCounts));
        differences.Same("null counts", Sorted(reference.NullValueCounts), Sorted(own.NullValueCounts));
        differences.Same("NaN counts", Sorted(reference.NanValueCounts), Sorted(own.NanValueCounts));
        CompareBounds(differences, "lower bound", schema, reference.LowerBounds, own.LowerBounds);
        CompareBounds(differences, "upper bound", schema, reference.UpperBounds, own.UpperBounds);
    }

    private static void CompareBounds(Differences differences, string what, Schema schema, IReadOnlyDictionary<int, byte[]>? reference, IReadOnlyDictionary<int, byte[]>? own)
    {
        foreach (int id in (reference ?? new Dictionary<int, byte[]>()).Keys.Union((own ?? new Dictionary<int, byte[]>()).Keys))
        {
            byte[]? theirs = reference?.GetValueOrDefault(id), ours = own?.GetValueOrDefault(id);
            bool zeros = schema.Fields.FirstOrDefault(f => f.Id == id)?.Type is PrimitiveType { Kind: PrimitiveKind.Float or PrimitiveKind.Double } && IsZero(theirs) && IsZero(ours);
            differences.SameBut(Differences.ZeroBounds, zeros, string.Create(CultureInfo.InvariantCulture, $"{what} of {id}"), theirs, ours);
        }
    }

    private static bool IsZero(byte[]? bound) => bound switch
    {
        { Length: 4 } => BitConverter.ToSingle(bound) == 0,
        { Length: 8 } => BitConverter.ToDouble(bound) == 0,
        _ => false,
    };

    private static SortedDictionary<int, long> Sorted(IReadOnlyDictionary<int, long>? counts) => new((counts ?? new Dictionary<int, long>()).ToDictionary());

    private static async Task CompareParquet(Differences differences, HashSet<string> emptyTexts, string reference, string own)
    {
        FileMetaData theirs = await Footer(reference), ours = await Footer(own);
        differences.SameBut(Differences.Writer, true, "writer", (theirs.CreatedBy, theirs.Version).ToString(), (ours.CreatedBy, ours.Version).ToString());
        differences.Same("rows", theirs.NumRows, ours.NumRows);
        differences.Same("keys of the footer", theirs.KeyValueMetadata?.Select(k => k.Key).Order(StringComparer.Ordinal), ours.KeyValueMetadata?.Select(k => k.Key).Order(StringComparer.Ordinal));
        foreach (KeyValue value in theirs.KeyValueMetadata ?? [])
            differences.Same(value.Key, value.Value, ours.KeyValueMetadata?.FirstOrDefault(k => k.Key == value.Key)?.Value);
        differences.Same("nodes of the schema", theirs.Schema.Count, ours.Schema.Count);
        foreach (var (i, (their, our)) in theirs.Schema.Zip(ours.Schema).Index())
            CompareNode(differences, i == 0, their, our);
        differences.Same("row groups", theirs.RowGroups.Count, ours.RowGroups.Count);
        foreach (var (their, our) in theirs.RowGroups.SelectMany(g => g.Columns).Zip(ours.RowGroups.SelectMany(g => g.Columns)))
            CompareColumn(differences, emptyTexts, their, our);
    }

    private static void CompareNode(Differences differences, bool isRoot, SchemaElement reference, SchemaElement own)
    {
        string name = reference.Name;
        differences.Same("name", name, own.Name);
        differences.Same($"{name}, type", (reference.Type, reference.TypeLength, reference.NumChildren).ToString(), (own.Type, own.TypeLength, own.NumChildren).ToString());
        differences.Same($"{name}, field id", reference.FieldId, own.FieldId);
        differences.Same($"{name}, scale and precision", (reference.Scale, reference.Precision).ToString(), (own.Scale, own.Precision).ToString());
        differences.Same($"{name}, logical type", reference.LogicalType, own.LogicalType);
        differences.SameBut(Differences.RootRepetition, isRoot, $"{name}, repetition", reference.RepetitionType?.ToString(), own.RepetitionType?.ToString());
        bool withoutZone = reference.LogicalType?.TIME?.IsAdjustedToUTC == false || reference.LogicalType?.TIMESTAMP?.IsAdjustedToUTC == false;
        differences.SameBut(Differences.ConvertedTypes, withoutZone && own.ConvertedType is null, $"{name}, converted type", reference.ConvertedType?.ToString(), own.ConvertedType?.ToString());
    }

    private static void CompareColumn(Differences differences, HashSet<string> emptyTexts, ColumnChunk reference, ColumnChunk own)
    {
        string path = string.Join('.', reference.MetaData!.PathInSchema);
        differences.Same("path", path, string.Join('.', own.MetaData!.PathInSchema));
        differences.Same($"{path}, codec", reference.MetaData.Codec.ToString(), own.MetaData.Codec.ToString());
        differences.Same($"{path}, values", reference.MetaData.NumValues, own.MetaData.NumValues);
        differences.SameBut(Differences.Dictionaries, true, $"{path}, encodings", Encodings(reference), Encodings(own));
        differences.Same($"{path}, offset index", reference.OffsetIndexOffset is not null, own.OffsetIndexOffset is not null);
        differences.SameBut(Differences.ColumnIndex, emptyTexts.Contains(path), $"{path}, column index", reference.ColumnIndexOffset is not null, own.ColumnIndexOffset is not null);
    }

    /// <summary>The columns whose highest value is the empty text.</summary>
    private static HashSet<string> EmptyTexts(Schema schema, DataFile file) =>
        [.. schema.Fields.Where(f => f.Type is PrimitiveType { Kind: PrimitiveKind.String } && file.UpperBounds!.TryGetValue(f.Id, out byte[]? bound) && bound.Length == 0).Select(f => f.Name)];

    private static IEnumerable<string> Encodings(ColumnChunk column) => column.MetaData!.Encodings.Select(e => e.ToString()).Distinct().Order(StringComparer.Ordinal);

    private static async Task<FileMetaData> Footer(string path)
    {
        await using var reader = await ParquetReader.CreateAsync(path, null, Cancellation);
        return reader.Metadata!;
    }
}
