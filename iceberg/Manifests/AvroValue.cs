using System.Numerics;
using Avro;
using Avro.IO;
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
    public AvroValue(Schema schema) => Gather(schema);

    /// <summary>Makes sure the logical types of Iceberg are known before a schema is parsed.</summary>
    public static void Prepare()
    {
    }

    public object? Read(Schema schema, Decoder from)
    {
        switch (schema)
        {
            case RecordSchema record:
                var fields = new object?[record.Fields.Count];
                for (var i = 0; i < fields.Length; i++)
                    fields[i] = Read(record.Fields[i].Schema, from);
                return fields;
            case UnionSchema union:
                return Read(union.Schemas[from.ReadUnionIndex()], from);
            case ArraySchema { ItemSchema: RecordSchema { Fields: [var key, var value] } } when IsPair(key.Schema, value.Schema):
                return value.Schema.Tag == Schema.Type.Long ? Pairs(from, from.ReadLong) : Pairs(from, from.ReadBytes);
            case ArraySchema array:
                return Items(array.ItemSchema, from);
            case LogicalSchema logical:
                return Logical(logical.LogicalTypeName, Read(logical.BaseSchema, from));
            case FixedSchema fixedSize:
                var bytes = new byte[fixedSize.Size];
                from.ReadFixed(bytes);
                return Logical(_logicalFixed.GetValueOrDefault(fixedSize.Fullname), bytes);
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
            _ => throw new FormatException($"An Avro {schema.Tag} has no place in a manifest."),
        };
    }

    private static bool IsPair(Schema key, Schema value) => key.Tag == Schema.Type.Int && value.Tag is Schema.Type.Long or Schema.Type.Bytes;

    private static Dictionary<int, T> Pairs<T>(Decoder from, Func<T> read)
    {
        var pairs = new Dictionary<int, T>();
        for (var count = from.ReadArrayStart(); count != 0; count = from.ReadArrayNext())
            for (; count > 0; count--)
                pairs[from.ReadInt()] = read();
        return pairs;
    }

    private List<object?> Items(Schema item, Decoder from)
    {
        var items = new List<object?>();
        for (var count = from.ReadArrayStart(); count != 0; count = from.ReadArrayNext())
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
    private void Gather(Schema schema)
    {
        switch (schema)
        {
            case RecordSchema record:
                record.Fields.ForEach(field => Gather(field.Schema));
                break;
            case UnionSchema union:
                foreach (var branch in union.Schemas)
                    Gather(branch);
                break;
            case ArraySchema array:
                Gather(array.ItemSchema);
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
