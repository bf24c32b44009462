using System.Numerics;
using System.Runtime.InteropServices;
using Mammoth.Iceberg.Manifests;
using Mammoth.Iceberg.Schemas;
using ParquetSharp;

namespace Mammoth.Iceberg.Data;

/// <summary>A file's metrics, from the statistics its writer kept for each column chunk (Iceberg spec, "Manifests", fields 108 to 128).</summary>
internal sealed class ColumnMetrics
{
    private readonly Dictionary<int, long> _sizes = [];
    private readonly Dictionary<int, long> _uncompressedSizes = [];
    private readonly Dictionary<int, long> _values = [];
    private readonly Dictionary<int, long> _nulls = [];
    private readonly Dictionary<int, long> _nans = [];
    private readonly Dictionary<int, byte[]> _lower = [];
    private readonly Dictionary<int, byte[]> _upper = [];

    /// <summary>Reads the footer of a file just written.</summary>
    public static ColumnMetrics Of(Stream footer, IReadOnlyList<LeafWriter> leaves)
    {
        var metrics = new ColumnMetrics();
        using var reader = new ParquetFileReader(footer, leaveOpen: true);
        for (var group = 0; group < reader.FileMetaData.NumRowGroups; group++)
        {
            using var row = reader.RowGroup(group);
            for (var column = 0; column < leaves.Count; column++)
            {
                using var chunk = row.MetaData.GetColumnChunkMetaData(column);
                metrics.Add(leaves[column], group, chunk);
            }
        }
        foreach (var leaf in leaves)
            if (!leaf.Repeated)
                metrics.AddOwn(leaf);
        return metrics;
    }

    /// <summary>By field id, compressed size to uncompressed, of the columns with enough bytes to tell.</summary>
    public IReadOnlyDictionary<int, double> CompressionRatios => _uncompressedSizes
        .Where(size => size.Value >= CompressionMemory.Telling)
        .ToDictionary(size => size.Key, size => (double)_sizes[size.Key] / size.Value);

    public DataFile Apply(DataFile file) => file with
    {
        ColumnSizes = Ordered(_sizes),
        ValueCounts = Ordered(_values),
        NullValueCounts = Ordered(_nulls),
        NanValueCounts = Ordered(_nans),
        LowerBounds = Ordered(_lower),
        UpperBounds = Ordered(_upper),
    };

    // By field id: the same rows make the same manifest.
    private static SortedDictionary<int, T> Ordered<T>(Dictionary<int, T> metrics) => new(metrics);

    private void Add(LeafWriter leaf, int group, ColumnChunkMetaData chunk)
    {
        var id = leaf.Field.Id;
        Count(_sizes, id, chunk.TotalCompressedSize);
        Count(_uncompressedSizes, id, chunk.TotalUncompressedSize);
        if (leaf.Repeated)
            return;
        Count(_values, id, chunk.NumValues);
        using var statistics = chunk.Statistics
            ?? throw new InvalidDataException($"The Parquet writer kept no statistics of column '{leaf.Field.Name}' (field id {id}).");
        Count(_nulls, id, statistics.NullCount);
        if (leaf is BytesLeaf bytes)
        {
            if (chunk.NumValues > statistics.NullCount)
                bytes.Take(group, (Statistics<ByteArray>)statistics);
            return;
        }
        if (!statistics.HasMinMax)
            return;
        Widen(leaf.Field.Type, id, Bound(leaf.Field.Type, statistics, upper: false), Bound(leaf.Field.Type, statistics, upper: true));
    }

    private void AddOwn(LeafWriter leaf)
    {
        if (leaf.NanCount is { } nans)
            _nans[leaf.Field.Id] = nans;
        if (leaf is not BytesLeaf { Bounds: var bounds })
            return;
        if (bounds.Lower is { } lower)
            _lower[leaf.Field.Id] = lower;
        if (bounds.Upper is { } upper)
            _upper[leaf.Field.Id] = upper;
    }

    private void Widen(IcebergType type, int id, byte[] lower, byte[] upper)
    {
        if (!_lower.TryGetValue(id, out var lowest) || ValueOrder.Compare(type, lower, lowest) < 0)
            _lower[id] = lower;
        if (!_upper.TryGetValue(id, out var highest) || ValueOrder.Compare(type, upper, highest) > 0)
            _upper[id] = upper;
    }

    private static void Count(Dictionary<int, long> counts, int id, long more) =>
        CollectionsMarshal.GetValueRefOrAddDefault(counts, id, out _) += more;

    private static byte[] Bound(IcebergType type, Statistics statistics, bool upper) => statistics switch
    {
        Statistics<bool> s => SingleValue.Serialize(type, upper ? s.Max : s.Min),
        Statistics<int> s when type is DecimalType => SingleValue.Serialize(type, new BigInteger(upper ? s.Max : s.Min)),
        Statistics<long> s when type is DecimalType => SingleValue.Serialize(type, new BigInteger(upper ? s.Max : s.Min)),
        Statistics<int> s => SingleValue.Serialize(type, upper ? s.Max : s.Min),
        Statistics<long> s => SingleValue.Serialize(type, upper ? s.Max : s.Min),
        Statistics<float> s => SingleValue.Serialize(type, upper ? s.Max : s.Min),
        Statistics<double> s => SingleValue.Serialize(type, upper ? s.Max : s.Min),
        Statistics<FixedLenByteArray> s => Fixed(type, upper ? s.Max : s.Min),
        _ => throw new InvalidDataException($"Parquet statistics of kind {statistics.PhysicalType} can't be bounds of type {type}."),
    };

    private static unsafe byte[] Fixed(IcebergType type, FixedLenByteArray value)
    {
        var length = type switch
        {
            DecimalType d => ParquetLayout.DecimalLength(d.Precision),
            FixedType f => f.Length,
            _ => 16,
        };
        var bytes = new ReadOnlySpan<byte>((void*)value.Pointer, length);
        // A decimal's bound is as short as its value allows; a uuid's bytes are in order already.
        return type is DecimalType ? SingleValue.Serialize(type, new BigInteger(bytes, isBigEndian: true)) : bytes.ToArray();
    }
}
