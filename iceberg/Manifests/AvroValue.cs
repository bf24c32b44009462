using System.Numerics;
using Avro;
using Avro.Util;

namespace Mammoth.Iceberg.Manifests;

/// <summary>
/// Reads one Avro value into plain objects: a record as its fields in order, pairs of an int and a long or bytes as a dictionary, fixed decimals as
/// <see cref="BigInteger"/> and fixed uuids as <see cref="Guid"/>; dates and times stay the numbers they are stored as.
/// </summary>
internal sealed class AvroValue
{
    private readonly Dictionary<string, string> _logicalFixed = [];

    // The library knows uuids only as text, and refuses a whole file for one that is fixed[16] as Iceberg has it.
    static AvroValue() => LogicalTypeFactory.Instance.Register(new AnyUuid());

    /// <param name="schema">The writer's schema.</param>
    /// <exception cref="InvalidDataException">A record is within itself: its values could nest without end.</exception>
    public AvroValue(Schema schema) => Gather(schema, []);

    /// <summary>Makes sure the logical types of Iceberg are known before a schema is parsed.</summary>
    public static void Prepare()
    {
    }

    public object? Read(Schema schema, AvroCursor from)
    {
        switch (schema)
        {
            case RecordSchema record:
                var fields = new object?[record.Fields.Count];
                for (var i = 0; i < fields.Length; i++)
                    fields[i] = Read(record.Fields[i].Schema, from);
                return fields;
            case UnionSchema union:
                var branch = from.ReadInt();
                return branch >= 0 && branch < union.Count ? Read(union[branch], from)
                    : throw new InvalidDataException($"a value is of branch {branch} of {union.Count}");
            case ArraySchema { ItemSchema: RecordSchema { Fields: [var key, var value] } } when IsPair(key.Schema, value.Schema):
                return value.Schema.Tag == Schema.Type.Long ? Pairs(from, from.ReadLong) : Pairs(from, from.ReadBytes);
            case ArraySchema array:
                return Items(array.ItemSchema, from);
            case LogicalSchema logical:
                return Logical(logical.LogicalTypeName, Read(logical.BaseSchema, from));
            case FixedSchema fixedSize:
                return Logical(_logicalFixed.GetValueOrDefault(fixedSize.Fullname), from.Take(fixedSize.Size).ToArray());
            case MapSchema map:
                // None of Iceberg's; a field that is the writer's own.
                for (var count = from.ReadCount(); count != 0; count = from.ReadCount())
                    for (; count > 0; count--)
                    {
                        from.ReadString();
                        Read(map.ValueSchema, from);
                    }
                return null;
        }
        return schema.Tag switch
        {
            Schema.Type.Null => null,
            Schema.Type.Boolean => from.ReadBoolean(),
            Schema.Type.Int => from.ReadInt(),
            Schema.Type.Long => from.ReadLong(),
            Schema.Type.Float => from.ReadFloat(),
            Schema.Type.Double => from.ReadDouble(),
            Schema.Type.String => from.ReadString(),
            Schema.Type.Bytes => from.ReadBytes(),
            Schema.Type.Enumeration => from.ReadInt(),
            _ => throw new FormatException($"An Avro {schema.Tag} has no place in a manifest."),
        };
    }

    private static bool IsPair(Schema key, Schema value) => key.Tag == Schema.Type.Int && value.Tag is Schema.Type.Long or Schema.Type.Bytes;

    private static Dictionary<int, T> Pairs<T>(AvroCursor from, Func<T> read)
    {
        var pairs = new Dictionary<int, T>();
        for (var count = from.ReadCount(); count != 0; count = from.ReadCount())
            for (; count > 0; count--)
                pairs[from.ReadInt()] = read();
        return pairs;
    }

    private List<object?> Items(Schema item, AvroCursor from)
    {
        var items = new List<object?>();
        for (var count = from.ReadCount(); count != 0; count = from.ReadCount())
            for (; count > 0; count--)
                items.Add(Read(item, from));
        return items;
    }

    private static object? Logical(string? logicalType, object? value) => (logicalType, value) switch
    {
        ("decimal", byte[] { Length: > 0 } bytes) => new BigInteger(bytes, isBigEndian: true),
        ("uuid", byte[] { Length: 16 } bytes) => new Guid(bytes, bigEndian: true),
        _ => value,
    };

    // Where a schema uses a named type a second time, the library hands out the bare fixed without its logical type.
    private void Gather(Schema schema, HashSet<string> within)
    {
        switch (schema)
        {
            case RecordSchema record:
                if (!within.Add(record.Fullname))
                    throw new InvalidDataException($"the record '{record.Fullname}' of its schema is within itself");
                record.Fields.ForEach(field => Gather(field.Schema, within));
                within.Remove(record.Fullname);
                break;
            case UnionSchema union:
                foreach (var branch in union.Schemas)
                    Gather(branch, within);
                break;
            case ArraySchema array:
                Gather(array.ItemSchema, within);
                break;
            case MapSchema map:
                Gather(map.ValueSchema, within);
                break;
            case LogicalSchema { BaseSchema: FixedSchema named } logical:
                _logicalFixed[named.Fullname] = logical.LogicalTypeName;
                break;
        }
    }

    private sealed class AnyUuid() : LogicalType("uuid")
    {
        public override object ConvertToBaseValue(object logicalValue, LogicalSchema schema) => logicalValue;

        public override object ConvertToLogicalValue(object baseValue, LogicalSchema schema) => baseValue;

        public override Type GetCSharpType(bool nullible) => typeof(object);

        public override bool IsInstanceOfLogicalType(object logicalValue) => true;
    }
}
