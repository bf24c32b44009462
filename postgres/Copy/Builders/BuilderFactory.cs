using Apache.Arrow.Types;
using Mammoth.Postgres.Copy.Wire;

namespace Mammoth.Postgres.Copy.Builders;

/// <summary>Which builder a wire form takes.</summary>
internal static class BuilderFactory
{
    public static ColumnBuilder Create(CopyType type, bool uncheckedText)
    {
        IArrowType arrow = type.ArrowType;
        return type switch
        {
            CopyType.Bool => new BoolBuilder(),
            CopyType.Int2 => new FixedBuilder<Int2Wire, int>(arrow, default),
            CopyType.Int4 or CopyType.Float4 => new FixedBuilder<Int4Wire, int>(arrow, default),
            CopyType.Int8 or CopyType.Float8 => new FixedBuilder<Int8Wire, long>(arrow, default),
            CopyType.Oid => new FixedBuilder<OidWire, long>(arrow, default),
            CopyType.Numeric numeric => new FixedBuilder<NumericWire, Int128>(arrow, new NumericWire(numeric.Precision, numeric.Scale)),
            CopyType.Money => new FixedBuilder<MoneyWire, Int128>(arrow, default),
            CopyType.Text => new BytesBuilder(arrow, BytesForm.Text, uncheckedText),
            CopyType.VersionedText => new BytesBuilder(arrow, BytesForm.VersionedText, uncheckedText),
            CopyType.Bytea => new BytesBuilder(arrow, BytesForm.Binary, uncheckedText),
            CopyType.Uuid => new FixedBuilder<UuidWire, UInt128>(arrow, default),
            CopyType.Date => new FixedBuilder<DateWire, int>(arrow, default),
            CopyType.Time => new FixedBuilder<TimeWire, long>(arrow, default),
            CopyType.Timestamp or CopyType.TimestampTz => new FixedBuilder<TimestampWire, long>(arrow, default),
            CopyType.Hstore hstore => new MapBuilder(hstore, uncheckedText),
            CopyType.Array array => new ListBuilder(arrow, array.ElementOid, Create(array.Element, uncheckedText)),
            CopyType.Composite composite => new StructBuilder(composite, uncheckedText),
            _ => throw new ArgumentException($"The wire form {type.GetType().Name} can't be decoded.", nameof(type)),
        };
    }
}
