using System.Buffers;
using System.Buffers.Binary;
using System.Buffers.Text;
using System.Text.Unicode;
using Mammoth.Postgres.Copy.Wire;

namespace Mammoth.Postgres.Copy.Texts;

/// <summary>
/// Values of binary COPY as the text that PostgreSQL's output functions print in our sessions: for people, of single values. (<c>money</c> is its amount, since its text differs by locale.)
/// </summary>
public static class WireText
{
    /// <summary>Writes a value's text as UTF-8.</summary>
    /// <param name="wire">The value as the server sent it, also one that does not fit its column.</param>
    /// <returns>False where the bytes are no value of the type, or no UTF-8; what was written then means nothing.</returns>
    public static bool TryWrite(CopyType type, ReadOnlySpan<byte> wire, IBufferWriter<byte> text)
    {
        ArgumentNullException.ThrowIfNull(text);
        switch (type)
        {
            case CopyType.Bool when wire.Length == 1:
                text.Write(wire[0] == 0 ? (byte)'f' : (byte)'t');
                return true;
            case CopyType.Int2 when wire.Length == 2:
                text.Write(BinaryPrimitives.ReadInt16BigEndian(wire));
                return true;
            case CopyType.Int4 when wire.Length == 4:
                text.Write(BinaryPrimitives.ReadInt32BigEndian(wire));
                return true;
            case CopyType.Int8 when wire.Length == 8:
                text.Write(BinaryPrimitives.ReadInt64BigEndian(wire));
                return true;
            case CopyType.Oid when wire.Length == 4:
                text.Write(BinaryPrimitives.ReadUInt32BigEndian(wire));
                return true;
            case CopyType.Float4 when wire.Length == 4:
                NumberText.WriteFloat4(BinaryPrimitives.ReadSingleBigEndian(wire), text);
                return true;
            case CopyType.Float8 when wire.Length == 8:
                NumberText.WriteFloat8(BinaryPrimitives.ReadDoubleBigEndian(wire), text);
                return true;
            case CopyType.Numeric:
                return NumberText.TryWriteNumeric(wire, text);
            case CopyType.Money money when wire.Length == 8:
                NumberText.WriteMoney(BinaryPrimitives.ReadInt64BigEndian(wire), money.Scale, text);
                return true;
            case CopyType.Text:
                return TryWriteUtf8(wire, text);
            case CopyType.VersionedText:
                return wire.Length > 0 && wire[0] == 1 && TryWriteUtf8(wire[1..], text);
            case CopyType.Bytea:
                text.Write("\\x"u8);
                Hex(wire, text);
                return true;
            case CopyType.Uuid when wire.Length == 16:
                Utf8Formatter.TryFormat(new Guid(wire, bigEndian: true), text.GetSpan(36), out int length);
                text.Advance(length);
                return true;
            case CopyType.Date when wire.Length == 4:
                TemporalText.WriteDate(BinaryPrimitives.ReadInt32BigEndian(wire), text);
                return true;
            case CopyType.Time when wire.Length == 8 && BinaryPrimitives.ReadInt64BigEndian(wire) is >= 0 and <= Calendar.DayMicroseconds and var time:
                TemporalText.WriteTime(time, text);
                return true;
            case CopyType.Timestamp or CopyType.TimestampTz when wire.Length == 8:
                TemporalText.WriteTimestamp(BinaryPrimitives.ReadInt64BigEndian(wire), type is CopyType.TimestampTz, text);
                return true;
            case CopyType.Hstore:
                return NestedText.TryWriteHstore(wire, text);
            case CopyType.Array array:
                return NestedText.TryWriteArray(array, wire, text);
            case CopyType.Composite composite:
                return NestedText.TryWriteComposite(composite, wire, text);
            default:
                return false;
        }
    }

    /// <summary>Bytes as lower-case hexadecimal digits.</summary>
    public static void Hex(ReadOnlySpan<byte> bytes, IBufferWriter<byte> text)
    {
        ArgumentNullException.ThrowIfNull(text);
        for (; !bytes.IsEmpty; bytes = bytes[Math.Min(bytes.Length, 4096)..])
        {
            ReadOnlySpan<byte> part = bytes[..Math.Min(bytes.Length, 4096)];
            Convert.TryToHexStringLower(part, text.GetSpan(2 * part.Length), out int written);
            text.Advance(written);
        }
    }

    internal static bool TryWriteUtf8(ReadOnlySpan<byte> utf8, IBufferWriter<byte> text)
    {
        text.Write(utf8);
        return Utf8.IsValid(utf8);
    }
}
