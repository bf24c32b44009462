using Mammoth.Iceberg.Schemas;

namespace Mammoth.Tests.Iceberg;

/// <summary>Random schemas and single values, the same for a seed.</summary>
internal sealed class RandomSchema(int seed)
{
    private readonly Random _random = new(seed);
    private int _nextId;

    public Schema Next()
    {
        _nextId = 0;
        var fields = Enumerable.Range(0, _random.Next(1, 8)).Select(_ => Field(depth: 0)).ToList();
        var keys = fields.Where(f => f is { Required: true, Type: PrimitiveType }).Select(f => f.Id).Take(2).ToList();
        return new(_random.Next(0, 5), fields, keys);
    }

    private NestedField Field(int depth)
    {
        var id = ++_nextId;
        return new(id, Name(id), _random.Next(2) == 0, Type(depth), _random.Next(4) == 0 ? "a \"doc\" – with unicode 🐘" : null);
    }

    private string Name(int id) => _random.Next(5) switch
    {
        0 => $"c{id}",
        1 => $"Ünï cödé {id}",
        2 => $"with.dot.{id}",
        3 => $"quo\"te{id}",
        _ => $"列{id}",
    };

    private IcebergType Type(int depth) => _random.Next(depth > 2 ? 16 : 19) switch
    {
        14 => new DecimalType(_random.Next(1, 39), 0),
        15 => new FixedType(_random.Next(1, 100)),
        16 => new ListType(++_nextId, Type(depth + 1), _random.Next(2) == 0),
        17 => new MapType(++_nextId, PrimitiveType.String, ++_nextId, Type(depth + 1), _random.Next(2) == 0),
        18 => new StructType([.. Enumerable.Range(0, _random.Next(1, 4)).Select(_ => Field(depth + 1))]),
        var kind => new PrimitiveType((PrimitiveKind)kind),
    };
}
