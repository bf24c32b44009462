using System.Numerics;
using System.Text;
using Mammoth.Iceberg.Schemas;

namespace Mammoth.Tests.Data;

/// <summary>
/// A random schema and random rows of it, the same for a seed. Values are: bool; int (int, date); long (long, time, timestamps); float; double; string;
/// byte[] (uuid, fixed, binary); <see cref="BigInteger"/> (a decimal's unscaled value); object?[] (list, struct); (object, object?)[] (map).
/// </summary>
internal sealed class RandomRows
{
    private readonly Random _random;
    private readonly bool _forClickHouse;
    private int _nextId;

    /// <param name="forClickHouse">Leaves out what ClickHouse does not read right: columns of type time, and required fields of null structs.</param>
    public RandomRows(int seed, int columns = 8, int depth = 3, bool forClickHouse = false)
    {
        _forClickHouse = forClickHouse;
        _random = new Random(seed);
        Schema = new Schema(0, [.. Enumerable.Range(0, columns).Select(_ => Field(depth))], []);
    }

    public Schema Schema { get; }

    public object?[][] Rows(int count) => [.. Enumerable.Range(0, count).Select(_ => Struct(Schema.Fields))];

    /// <summary>A value of a field; null only where the field allows it.</summary>
    public object? Value(NestedField field) => !field.Required && _random.Next(4) == 0 ? null : Value(field.Type);

    private NestedField Field(int depth, bool required = true)
    {
        var id = ++_nextId;
        var name = _random.Next(6) == 0 ? $"spaced näme {id}" : $"c{id}";
        return new(id, name, required && _random.Next(3) == 0, Type(depth));
    }

    private IcebergType Type(int depth)
    {
        switch (_random.Next(depth > 0 ? 20 : 16))
        {
            case 16 or 17:
                return new ListType(++_nextId, Type(depth - 1), _random.Next(3) == 0);
            case 18:
                return new MapType(++_nextId, _random.Next(2) == 0 ? PrimitiveType.String : PrimitiveType.Int, ++_nextId, Type(depth - 1), _random.Next(3) == 0);
            case 19:
                return new StructType([.. Enumerable.Range(0, _random.Next(1, 4)).Select(_ => Field(depth - 1, required: !_forClickHouse))]);
            case var kind:
                return Primitive(kind);
        }
    }

    private IcebergType Primitive(int kind) => kind switch
    {
        0 => PrimitiveType.Boolean,
        1 => PrimitiveType.Int,
        2 => PrimitiveType.Long,
        3 => PrimitiveType.Float,
        4 => PrimitiveType.Double,
        5 => PrimitiveType.Date,
        6 when !_forClickHouse => PrimitiveType.Time,
        6 or 7 => PrimitiveType.Timestamp,
        8 => PrimitiveType.TimestampTz,
        9 or 10 => PrimitiveType.String,
        11 => PrimitiveType.Uuid,
        12 => PrimitiveType.Binary,
        13 => new FixedType(_random.Next(1, 20)),
        14 => Decimal(_random.Next(1, 20)),
        _ => Decimal(_random.Next(19, 39)),
    };

    private DecimalType Decimal(int precision) => new(precision, _random.Next(0, precision + 1));

    private object?[] Struct(IReadOnlyList<NestedField> fields) => [.. fields.Select(Value)];

    private object Value(IcebergType type) => type switch
    {
        DecimalType d => Unscaled(d.Precision),
        FixedType f => Bytes(f.Length),
        ListType l => Enumerable.Range(0, Length()).Select(_ => Value(new NestedField(0, "", l.ElementRequired, l.Element))).ToArray(),
        MapType m => Enumerable.Range(0, Length())
            .Select(_ => Value(m.Key)).DistinctBy(key => key.ToString())
            .Select(key => (key, Value(new NestedField(0, "", m.ValueRequired, m.Value)))).ToArray(),
        StructType s => Struct(s.Fields),
        PrimitiveType p => p.Kind switch
        {
            PrimitiveKind.Boolean => _random.Next(2) == 0,
            PrimitiveKind.Int => _random.Next(3) == 0 ? _random.Next(-3, 3) : _random.Next(int.MinValue, int.MaxValue),
            PrimitiveKind.Long => _random.Next(3) == 0 ? _random.Next(-3, 3) : _random.NextInt64(long.MinValue, long.MaxValue),
            PrimitiveKind.Float => Pick(float.NaN, 0f, -0f, float.Epsilon, float.PositiveInfinity, float.MinValue, (float)Gauss()),
            PrimitiveKind.Double => Pick(double.NaN, 0d, -0d, double.Epsilon, double.NegativeInfinity, double.MaxValue, Gauss()),
            PrimitiveKind.Date => _random.Next(-25_000, 100_000),
            PrimitiveKind.Time => _random.NextInt64(0, 86_400_000_000),
            PrimitiveKind.Timestamp or PrimitiveKind.TimestampTz => _random.NextInt64(-2_000_000_000_000_000, 9_000_000_000_000_000),
            PrimitiveKind.String => Text(),
            PrimitiveKind.Uuid => Bytes(16),
            PrimitiveKind.Binary => Bytes(_random.Next(5) == 0 ? _random.Next(100) : _random.Next(20)),
            _ => throw new NotSupportedException(type.ToString()),
        },
        _ => throw new NotSupportedException(type.ToString()),
    };

    private int Length() => _random.Next(3) == 0 ? 0 : _random.Next(5);

    private T Pick<T>(params T[] values) => values[_random.Next(values.Length)];

    private double Gauss() => (_random.NextDouble() - 0.5) * Math.Pow(10, _random.Next(-20, 20));

    private byte[] Bytes(int length)
    {
        var bytes = new byte[length];
        _random.NextBytes(bytes);
        if (_random.Next(3) == 0)
            bytes.AsSpan().Fill(0xFF);
        return bytes;
    }

    private BigInteger Unscaled(int precision)
    {
        var digits = new StringBuilder(_random.Next(2) == 0 ? "-0" : "0");
        for (var i = _random.Next(precision + 1); i > 0; i--)
            digits.Append((char)('0' + _random.Next(10)));
        return BigInteger.Parse(digits.ToString(), System.Globalization.CultureInfo.InvariantCulture);
    }

    private string Text()
    {
        var text = new StringBuilder();
        for (var i = _random.Next(4) == 0 ? _random.Next(60) : _random.Next(20); i > 0; i--)
            text.Append(Pick(new Rune('a'), new Rune('z'), new Rune('"'), new Rune('ß'), new Rune('\uD7FF'), new Rune('\uFFFF'), new Rune(0x1F418), new Rune(0x10FFFF)));
        return text.ToString();
    }
}
