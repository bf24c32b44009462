using Apache.Arrow.Types;

namespace Mammoth.Postgres.Copy.Encoders;

/// <summary>Whether an array is laid out as an encoder expects it; names, nullability and metadata of fields do not matter.</summary>
internal static class ArrowLayout
{
    public static bool IsSame(IArrowType found, IArrowType expected) => (found, expected) switch
    {
        (Decimal128Type f, Decimal128Type e) => f.Scale == e.Scale,
        (Time64Type f, Time64Type e) => f.Unit == e.Unit,
        (TimestampType f, TimestampType e) => f.Unit == e.Unit && f.Timezone is null == e.Timezone is null,
        (MapType f, MapType e) => IsSame(f.KeyField.DataType, e.KeyField.DataType) && IsSame(f.ValueField.DataType, e.ValueField.DataType),
        (ListType f, ListType e) => IsSame(f.ValueDataType, e.ValueDataType),
        (StructType f, StructType e) => f.Fields.Count == e.Fields.Count && f.Fields.Zip(e.Fields).All(p => IsSame(p.First.DataType, p.Second.DataType)),
        (FixedSizeBinaryType f, FixedSizeBinaryType e) => f is not Decimal128Type && e is not Decimal128Type && f.ByteWidth == e.ByteWidth,
        _ => found.TypeId == expected.TypeId,
    };
}
