using System.Numerics;
using Mammoth.Iceberg.Manifests;
using Mammoth.Iceberg.Metadata;
using Mammoth.Iceberg.Schemas;

namespace Mammoth.Iceberg.Scans;

/// <summary>Which delete files apply to which data file (Iceberg spec, "Scan Planning").</summary>
internal sealed class DeleteIndex(TableMetadata metadata)
{
    // The reserved field of position deletes that names the data file.
    private const int FilePathId = 2147483546;

    private readonly Dictionary<string, Delete> _vectors = [];
    private readonly Dictionary<string, List<Delete>> _positions = [];
    private readonly Dictionary<string, List<Delete>> _equality = [];
    private readonly List<Delete> _everywhere = [];

    /// <exception cref="NotSupportedException">The file deletes in a way this version does not know.</exception>
    public void Add(ManifestEntry entry, int specId)
    {
        var file = entry.File;
        var delete = new Delete(file, entry.SequenceNumber!.Value);
        switch (file.Content)
        {
            case FileContentKind.PositionDeletes when IsVector(file) && file.ReferencedDataFile is null:
                throw new InvalidDataException($"The manifest does not say whose rows the deletion vector in {file.FilePath} deletes.");
            case FileContentKind.PositionDeletes when IsVector(file):
                if (!_vectors.TryAdd(file.ReferencedDataFile!, delete))
                    throw new InvalidDataException($"The data file {file.ReferencedDataFile} has two deletion vectors, {_vectors[file.ReferencedDataFile!].File.FilePath} and {file.FilePath}.");
                break;
            case FileContentKind.PositionDeletes when IsParquet(file):
                ListOf(_positions, Partition(specId, file)).Add(delete);
                break;
            case FileContentKind.EqualityDeletes when IsParquet(file):
                // Those of an unpartitioned spec apply to every partition.
                (IsUnpartitioned(specId) ? _everywhere : ListOf(_equality, Partition(specId, file))).Add(delete);
                break;
            default:
                throw new NotSupportedException($"{file.FilePath} deletes rows, but files of content {file.Content} and format {file.FileFormat} can't be read.");
        }
    }

    public ScanTask Task(ManifestEntry entry, int specId)
    {
        var (file, number, partition) = (entry.File, entry.SequenceNumber!.Value, Partition(specId, entry.File));
        // A vector takes the place of all position deletes: what they deleted is merged into it.
        var positions = _vectors.TryGetValue(file.FilePath, out var vector) && vector.Number >= number ? [vector.File]
            : _positions.GetValueOrDefault(partition, []).Where(d => d.Number >= number && MayName(d.File, file.FilePath)).Select(d => d.File).ToList();
        var equality = _equality.GetValueOrDefault(partition, []).Concat(_everywhere).Where(d => d.Number > number).Select(d => d.File).ToList();
        return new ScanTask(file) { PartitionSpecId = specId, PositionDeletes = positions, EqualityDeletes = equality };
    }

    internal static bool IsVector(DataFile file) => string.Equals(file.FileFormat, "PUFFIN", StringComparison.OrdinalIgnoreCase);

    private static bool IsParquet(DataFile file) => string.Equals(file.FileFormat, "PARQUET", StringComparison.OrdinalIgnoreCase);

    private static bool MayName(DataFile delete, string path)
    {
        if (delete.ReferencedDataFile is { } referenced)
            return referenced == path;
        var lower = delete.LowerBounds?.GetValueOrDefault(FilePathId);
        var upper = delete.UpperBounds?.GetValueOrDefault(FilePathId);
        var name = SingleValue.Serialize(PrimitiveType.String, path).AsSpan();
        return (lower is null || name.SequenceCompareTo(lower) >= 0) && (upper is null || name.SequenceCompareTo(upper) <= 0);
    }

    private bool IsUnpartitioned(int specId) => metadata.PartitionSpecs.FirstOrDefault(spec => spec.SpecId == specId)?.IsUnpartitioned ?? false;

    private static List<Delete> ListOf(Dictionary<string, List<Delete>> index, string partition)
    {
        if (!index.TryGetValue(partition, out var list))
            index[partition] = list = [];
        return list;
    }

    // The spec and the values, as text that differs where they do.
    private static string Partition(int specId, DataFile file) =>
        $"{specId}:{string.Join('|', file.Partition.OrderBy(p => p.Key).Select(p => $"{p.Key}={Text(p.Value)}"))}";

    private static string Text(object? value) => value switch
    {
        null => "null",
        string text => $"'{text.Replace("'", "''", StringComparison.Ordinal)}'",
        byte[] bytes => System.Convert.ToHexString(bytes),
        // A column may have been widened between a file and what deletes of it.
        float f => Text((double)f),
        double d => BitConverter.DoubleToInt64Bits(d).ToString("x16", null),
        BigInteger or int or long or bool or Guid => string.Create(null, $"{value}"),
        _ => throw new InvalidDataException($"A {value.GetType().Name} is no partition value."),
    };

    private sealed record Delete(DataFile File, long Number);
}
