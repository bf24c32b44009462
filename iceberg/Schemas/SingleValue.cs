using System.Buffers.Binary;
using System.Numerics;
using System.Text;

namespace Mammoth.Iceberg.Schemas;

/// <summary>
/// Single values as bytes, as bounds in manifests are stored (Iceberg spec, Appendix D, "Binary single-value serialization").
/// In memory: <see cref="bool"/>; <see cref="int"/> for int and date (days since 1970-01-01); <see cref="long"/> for long, time (microseconds),
/// timestamps (micro- or nanoseconds since 1970-01-01); <see cref="float"/>, <see cref="double"/>, <see cref="string"/>; <see cref="Guid"/>;
/// <see cref="BigInteger"/> for a decimal's unscaled value; <c>byte[]</c> for fixed and binary.
/// </summary>
public static class SingleValue
{
    private const long MicrosPerDay = 86_400_000_000;

    /// <exception cref="ArgumentException">The value is not of the type, or the type has no single values (nested types).</exception>
    public static byte[] Serialize(IcebergType type, object value) => (type, value) switch
    {
        (PrimitiveType { Kind: PrimitiveKind.Boolean }, bool b) => [b ? (byte)1 : (byte)0],
        (PrimitiveType { Kind: PrimitiveKind.Int or PrimitiveKind.Date }, int i) => Int(i),
        (PrimitiveType { Kind: PrimitiveKind.Float }, float f) => Int(BitConverter.SingleToInt32Bits(f)),
        (PrimitiveType { Kind: PrimitiveKind.Double }, double d) => Long(BitConverter.DoubleToInt64Bits(d)),
        (PrimitiveType { Kind: PrimitiveKind.String }, string s) => Encoding.UTF8.GetBytes(s),
        (PrimitiveType { Kind: PrimitiveKind.Uuid }, Guid g) => g.ToByteArray(bigEndian: true),
        (PrimitiveType { Kind: PrimitiveKind.Binary }, byte[] bytes) => bytes,
        (FixedType f, byte[] bytes) when bytes.Length == f.Length => bytes,
        (DecimalType, BigInteger unscaled) => unscaled.ToByteArray(isBigEndian: true),
        (PrimitiveType { Kind: PrimitiveKind.Long or >= PrimitiveKind.Time and <= PrimitiveKind.TimestampTzNs }, long l) => Long(l),
        _ => throw new ArgumentException($"A {value.GetType().Name} is no single value of type {type}.", nameof(value)),
    };

    /// <summary>
    /// Reads a value back. Bytes written before the column's type was widened (int to long, float to double, date to timestamp) are read as the wider type.
    /// </summary>
    /// <exception cref="FormatException">The bytes are no value of the type.</exception>
    public static object Deserialize(IcebergType type, ReadOnlySpan<byte> bytes)
    {
        switch (type)
        {
            case DecimalType when bytes.Length > 0:
                return new BigInteger(bytes, isBigEndian: true);
            case FixedType:
                return bytes.ToArray();
            case PrimitiveType primitive:
                switch (primitive.Kind, bytes.Length)
                {
                    case (PrimitiveKind.Boolean, 1):
                        return bytes[0] != 0;
                    case (PrimitiveKind.Int or PrimitiveKind.Date, 4):
                        return BinaryPrimitives.ReadInt32LittleEndian(bytes);
                    case (PrimitiveKind.Long, 4):
                        return (long)BinaryPrimitives.ReadInt32LittleEndian(bytes);
                    case (PrimitiveKind.Timestamp, 4):
                        return BinaryPrimitives.ReadInt32LittleEndian(bytes) * MicrosPerDay;
                    case (PrimitiveKind.TimestampNs, 4):
                        // Days beyond what nanoseconds reach: the bound is as far as it can be, not on the other side.
                        return (long)Int128.Clamp((Int128)BinaryPrimitives.ReadInt32LittleEndian(bytes) * MicrosPerDay * 1000, long.MinValue, long.MaxValue);
                    case (PrimitiveKind.Long or >= PrimitiveKind.Time and <= PrimitiveKind.TimestampTzNs, 8):
                        return BinaryPrimitives.ReadInt64LittleEndian(bytes);
                    case (PrimitiveKind.Float, 4):
                        return BinaryPrimitives.ReadSingleLittleEndian(bytes);
                    case (PrimitiveKind.Double, 4):
                        return (double)BinaryPrimitives.ReadSingleLittleEndian(bytes);
                    case (PrimitiveKind.Double, 8):
                        return BinaryPrimitives.ReadDoubleLittleEndian(bytes);
                    case (PrimitiveKind.String, _):
                        return Encoding.UTF8.GetString(bytes);
                    case (PrimitiveKind.Uuid, 16):
                        return new Guid(bytes, bigEndian: true);
                    case (PrimitiveKind.Binary, _):
                        return bytes.ToArray();
                }
                break;
        }
        throw new FormatException($"{bytes.Length} bytes are no single value of type {type}.");
    }

    /// <summary>
    /// A value of the type a column had before it was widened (int to long, float to double, date to timestamp), as the wider type has it: partition values
    /// stay in manifests as they were written.
    /// </summary>
    public static object Widened(IcebergType type, object value) => (type, value) switch
    {
        (PrimitiveType { Kind: PrimitiveKind.Long }, int i) => (long)i,
        (PrimitiveType { Kind: PrimitiveKind.Double }, float f) => (double)f,
        (PrimitiveType { Kind: PrimitiveKind.Timestamp }, int days) => days * MicrosPerDay,
        _ => value,
    };

    private static byte[] Int(int value)
    {
        var bytes = new byte[4];
        BinaryPrimitives.WriteInt32LittleEndian(bytes, value);
        return bytes;
    }

    private static byte[] Long(long value)
    {
        var bytes = new byte[8];
        BinaryPrimitives.WriteInt64LittleEndian(bytes, value);
        return bytes;
    }
}
