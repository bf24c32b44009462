using Mammoth.Postgres.Copy.Wire;

namespace Mammoth.Postgres.Copy.Encoders;

/// <summary>Which encoder a wire form takes.</summary>
internal static class EncoderFactory
{
    public static ColumnEncoder Create(CopyType type) => type switch
    {
        CopyType.Bool => new BoolEncoder(),
        CopyType.Int2 => new FixedEncoder<Int2Wire, int>(default),
        CopyType.Int4 or CopyType.Float4 => new FixedEncoder<Int4Wire, int>(default),
        CopyType.Int8 or CopyType.Float8 => new FixedEncoder<Int8Wire, long>(default),
        CopyType.Oid => new FixedEncoder<OidWire, long>(default),
        CopyType.Numeric numeric => new FixedEncoder<NumericWire, Int128>(new NumericWire(numeric.Precision, numeric.Scale)),
        CopyType.Money => new FixedEncoder<MoneyWire, Int128>(default),
        CopyType.Text or CopyType.Bytea => new BytesEncoder(versioned: false),
        CopyType.VersionedText => new BytesEncoder(versioned: true),
        CopyType.Uuid => new FixedEncoder<UuidWire, UInt128>(default),
        CopyType.Date => new FixedEncoder<DateWire, int>(default),
        CopyType.Time => new FixedEncoder<TimeWire, long>(default),
        CopyType.Timestamp or CopyType.TimestampTz => new FixedEncoder<TimestampWire, long>(default),
        CopyType.Hstore => new MapEncoder(),
        CopyType.Array array => new ListEncoder(array.ElementOid, Create(array.Element)),
        CopyType.Composite composite => new StructEncoder(composite),
        _ => throw new ArgumentException($"The wire form {type.GetType().Name} can't be encoded.", nameof(type)),
    };
}
