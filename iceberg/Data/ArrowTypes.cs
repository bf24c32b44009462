using Apache.Arrow;
using Apache.Arrow.Types;
using Mammoth.Iceberg.Schemas;
using Field = Apache.Arrow.Field;
using ListType = Mammoth.Iceberg.Schemas.ListType;
using MapType = Mammoth.Iceberg.Schemas.MapType;
using Schema = Mammoth.Iceberg.Schemas.Schema;
using StructType = Mammoth.Iceberg.Schemas.StructType;

namespace Mammoth.Iceberg.Data;

/// <summary>The Arrow types in which columns are written and scanned.</summary>
public static class ArrowTypes
{
    /// <summary>The Arrow schema of batches of an Iceberg schema.</summary>
    public static Apache.Arrow.Schema Of(Schema schema) => new(schema.Fields.Select(Of), null);

    /// <summary>The Arrow field of an Iceberg field.</summary>
    public static Field Of(NestedField field) => new(field.Name, Of(field.Type), !field.Required);

    /// <summary>The Arrow type of an Iceberg type.</summary>
    public static IArrowType Of(IcebergType type) => type switch
    {
        DecimalType d => new Decimal128Type(d.Precision, d.Scale),
        FixedType f => new FixedSizeBinaryType(f.Length),
        ListType l => new Apache.Arrow.Types.ListType(new Field("element", Of(l.Element), !l.ElementRequired)),
        MapType m => new Apache.Arrow.Types.MapType(new Field("key", Of(m.Key), false), new Field("value", Of(m.Value), !m.ValueRequired)),
        StructType s => new Apache.Arrow.Types.StructType([.. s.Fields.Select(Of)]),
        PrimitiveType p => p.Kind switch
        {
            PrimitiveKind.Boolean => BooleanType.Default,
            PrimitiveKind.Int => Int32Type.Default,
            PrimitiveKind.Long => Int64Type.Default,
            PrimitiveKind.Float => FloatType.Default,
            PrimitiveKind.Double => DoubleType.Default,
            PrimitiveKind.Date => Date32Type.Default,
            PrimitiveKind.Time => new Time64Type(TimeUnit.Microsecond),
            PrimitiveKind.Timestamp => new TimestampType(TimeUnit.Microsecond, (string?)null),
            PrimitiveKind.TimestampTz => new TimestampType(TimeUnit.Microsecond, "UTC"),
            PrimitiveKind.TimestampNs => new TimestampType(TimeUnit.Nanosecond, (string?)null),
            PrimitiveKind.TimestampTzNs => new TimestampType(TimeUnit.Nanosecond, "UTC"),
            PrimitiveKind.String => StringType.Default,
            PrimitiveKind.Uuid => new FixedSizeBinaryType(16),
            PrimitiveKind.Binary => BinaryType.Default,
            _ => throw new NotSupportedException($"There is no Arrow type for {type}."),
        },
        _ => throw new NotSupportedException($"There is no Arrow type for {type}."),
    };

    /// <summary>Sees to it that a batch has the columns of a schema.</summary>
    /// <exception cref="ArgumentException">It has not; the message names the column.</exception>
    internal static void Check(Schema schema, RecordBatch batch)
    {
        if (batch.ColumnCount != schema.Fields.Count)
            throw new ArgumentException($"The batch has {batch.ColumnCount} columns, the schema {schema.Fields.Count}.", nameof(batch));
        for (var i = 0; i < schema.Fields.Count; i++)
        {
            var (field, actual) = (schema.Fields[i], batch.Column(i).Data.DataType);
            if (!Matches(field.Type, actual))
                throw new ArgumentException($"Column '{field.Name}' is {field.Type}: it takes Arrow's {Of(field.Type).Name}, not {actual.Name}.", nameof(batch));
        }
    }

    private static bool Matches(IcebergType type, IArrowType actual) => (type, actual) switch
    {
        (DecimalType d, Decimal128Type a) => d.Scale == a.Scale,
        (FixedType f, FixedSizeBinaryType a) => f.Length == a.ByteWidth,
        (ListType l, Apache.Arrow.Types.ListType a) => Matches(l.Element, a.ValueDataType),
        (MapType m, Apache.Arrow.Types.MapType a) => Matches(m.Key, a.KeyField.DataType) && Matches(m.Value, a.ValueField.DataType),
        (StructType s, Apache.Arrow.Types.StructType a) =>
            s.Fields.Count == a.Fields.Count && s.Fields.Zip(a.Fields).All(pair => Matches(pair.First.Type, pair.Second.DataType)),
        (PrimitiveType { Kind: PrimitiveKind.Uuid }, FixedSizeBinaryType a) => a.ByteWidth == 16,
        (PrimitiveType { Kind: PrimitiveKind.Time }, Time64Type a) => a.Unit == TimeUnit.Microsecond,
        (PrimitiveType { Kind: PrimitiveKind.Timestamp }, TimestampType a) => a.Unit == TimeUnit.Microsecond && a.Timezone is null,
        (PrimitiveType { Kind: PrimitiveKind.TimestampTz }, TimestampType a) => a.Unit == TimeUnit.Microsecond && a.Timezone is not null,
        (PrimitiveType p, _) when p.Kind is not (PrimitiveKind.TimestampNs or PrimitiveKind.TimestampTzNs) => Of(p).TypeId == actual.TypeId && actual.TypeId != ArrowTypeId.Timestamp,
        _ => false,
    };
}
