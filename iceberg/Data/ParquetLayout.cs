using Mammoth.Iceberg.Schemas;
using ParquetSharp;
using ParquetSharp.Schema;

namespace Mammoth.Iceberg.Data;

/// <summary>
/// The Parquet schema of an Iceberg schema (Iceberg spec, Appendix A, "Parquet"): a field id on every node that has one, three-level lists,
/// decimals as int32, int64 or the shortest fixed length.
/// </summary>
internal static class ParquetLayout
{
    /// <summary>The root node, named as the reference names it. The caller disposes it.</summary>
    public static GroupNode Root(Schema schema)
    {
        var fields = schema.Fields.Select(field => Node(CompatibleName.Of(field.Name), field.Id, field.Required, field.Type)).ToArray();
        try
        {
            return new GroupNode("table", Repetition.Required, fields);
        }
        finally
        {
            Dispose(fields);
        }
    }

    /// <summary>How many bytes the unscaled value of a decimal of this precision takes at most (Iceberg spec, Appendix A: "minimum number of bytes").</summary>
    public static int DecimalLength(int precision)
    {
        var largest = System.Numerics.BigInteger.Pow(10, precision) - 1;
        return largest.GetByteCount();
    }

    private static Node Node(string name, int id, bool required, IcebergType type)
    {
        var repetition = required ? Repetition.Required : Repetition.Optional;
        switch (type)
        {
            case StructType s:
                return Group(name, repetition, null, id, [.. s.Fields.Select(f => Node(CompatibleName.Of(f.Name), f.Id, f.Required, f.Type))]);
            case ListType l:
                using (var list = LogicalType.List())
                    return Group(name, repetition, list, id,
                        Group("list", Repetition.Repeated, null, -1, Node("element", l.ElementId, l.ElementRequired, l.Element)));
            case MapType m:
                using (var map = LogicalType.Map())
                    return Group(name, repetition, map, id,
                        Group("key_value", Repetition.Repeated, null, -1,
                            Node("key", m.KeyId, true, m.Key),
                            Node("value", m.ValueId, m.ValueRequired, m.Value)));
            default:
                var (logical, physical, length) = Primitive(type);
                using (logical)
                    return new PrimitiveNode(name, repetition, logical, physical, length, id);
        }
    }

    private static GroupNode Group(string name, Repetition repetition, LogicalType? logical, int id, params Node[] fields)
    {
        try
        {
            return new GroupNode(name, repetition, fields, logical, id);
        }
        finally
        {
            Dispose(fields);
        }
    }

    // A group keeps its fields alive by itself; these are handles of ours.
    private static void Dispose(Node[] nodes)
    {
        foreach (var node in nodes)
            node.Dispose();
    }

    private static (LogicalType Logical, PhysicalType Physical, int Length) Primitive(IcebergType type) => type switch
    {
        DecimalType d => (LogicalType.Decimal(d.Precision, d.Scale), DecimalStorage(d.Precision), d.Precision <= 18 ? -1 : DecimalLength(d.Precision)),
        FixedType f => (LogicalType.None(), PhysicalType.FixedLenByteArray, f.Length),
        PrimitiveType p => p.Kind switch
        {
            PrimitiveKind.Boolean => (LogicalType.None(), PhysicalType.Boolean, -1),
            PrimitiveKind.Int => (LogicalType.None(), PhysicalType.Int32, -1),
            PrimitiveKind.Long => (LogicalType.None(), PhysicalType.Int64, -1),
            PrimitiveKind.Float => (LogicalType.None(), PhysicalType.Float, -1),
            PrimitiveKind.Double => (LogicalType.None(), PhysicalType.Double, -1),
            PrimitiveKind.Date => (LogicalType.Date(), PhysicalType.Int32, -1),
            PrimitiveKind.Time => (LogicalType.Time(isAdjustedToUtc: false, TimeUnit.Micros), PhysicalType.Int64, -1),
            PrimitiveKind.Timestamp => (LogicalType.Timestamp(isAdjustedToUtc: false, TimeUnit.Micros), PhysicalType.Int64, -1),
            PrimitiveKind.TimestampTz => (LogicalType.Timestamp(isAdjustedToUtc: true, TimeUnit.Micros), PhysicalType.Int64, -1),
            PrimitiveKind.String => (LogicalType.String(), PhysicalType.ByteArray, -1),
            PrimitiveKind.Uuid => (LogicalType.Uuid(), PhysicalType.FixedLenByteArray, 16),
            PrimitiveKind.Binary => (LogicalType.None(), PhysicalType.ByteArray, -1),
            _ => throw Unwritable(type),
        },
        _ => throw Unwritable(type),
    };

    private static PhysicalType DecimalStorage(int precision) => precision switch
    {
        <= 9 => PhysicalType.Int32,
        <= 18 => PhysicalType.Int64,
        _ => PhysicalType.FixedLenByteArray,
    };

    private static NotSupportedException Unwritable(IcebergType type) =>
        new($"Columns of type {type} are only read, not written: use a timestamp in microseconds.");
}
