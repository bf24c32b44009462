using System.Numerics;
using Mammoth.Iceberg.Manifests;
using Mammoth.Iceberg.Schemas;

namespace Mammoth.Tests.Iceberg;

/// <summary>Random data files as manifests describe them, the same for a seed.</summary>
internal sealed class RandomFiles(int seed)
{
    private readonly Random _random = new(seed);
    private int _count;

    public DataFile Next(StructType? partition = null, int columns = 5)
    {
        var ids = Enumerable.Range(1, columns).ToArray();
        return new()
        {
            FilePath = $"file:///w/ünï/data/{seed}-{_count++}.parquet",
            RecordCount = _random.Next(1, 1_000_000),
            FileSizeInBytes = _random.NextInt64(1, 1L << 40),
            Partition = partition?.Fields.ToDictionary(f => f.Id, f => _random.Next(5) == 0 ? null : (object?)Value(f.Type)) ?? [],
            ColumnSizes = Sometimes(() => Counts(ids)),
            ValueCounts = Sometimes(() => Counts(ids)),
            NullValueCounts = Sometimes(() => Counts(ids)),
            NanValueCounts = Sometimes(() => Counts([])),
            LowerBounds = ids.ToDictionary(id => id, _ => BitConverter.GetBytes(_random.NextInt64())),
            UpperBounds = Sometimes(() => ids.ToDictionary(id => id, _ => Bytes(_random.Next(0, 17)))),
            SplitOffsets = Sometimes(() => new List<long> { 4, 1L << 35 }),
            SortOrderId = _random.Next(2) == 0 ? 0 : null,
        };
    }

    public object Value(IcebergType type) => type switch
    {
        DecimalType d => new BigInteger(_random.NextInt64(long.MinValue, long.MaxValue)) % BigInteger.Pow(10, d.Precision),
        FixedType f => Bytes(f.Length),
        PrimitiveType p => p.Kind switch
        {
            PrimitiveKind.Boolean => _random.Next(2) == 0,
            PrimitiveKind.Int or PrimitiveKind.Date => _random.Next(int.MinValue, int.MaxValue),
            PrimitiveKind.Float => _random.NextSingle(),
            PrimitiveKind.Double => _random.NextDouble(),
            PrimitiveKind.String => $"p {_random.Next()} ü",
            PrimitiveKind.Uuid => new Guid(Bytes(16)),
            PrimitiveKind.Binary => Bytes(_random.Next(0, 9)),
            _ => _random.NextInt64(long.MinValue, long.MaxValue),
        },
        _ => throw new ArgumentException($"{type} can't be partitioned by.", nameof(type)),
    };

    private Dictionary<int, long> Counts(int[] ids) => ids.ToDictionary(id => id, _ => _random.NextInt64(0, 1L << 40));

    private T? Sometimes<T>(Func<T> make)
        where T : class => _random.Next(4) == 0 ? null : make();

    private byte[] Bytes(int length)
    {
        var bytes = new byte[length];
        _random.NextBytes(bytes);
        return bytes;
    }
}
