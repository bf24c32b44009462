using System.Buffers.Binary;
using System.Text;

namespace Mammoth.Iceberg.Manifests;

/// <summary>
/// Reads Avro's primitive values from memory (Avro spec, "Binary Encoding"). Whatever the bytes say, nothing is read beyond their end, and no more is
/// allocated than they hold.
/// </summary>
internal sealed class AvroCursor(ReadOnlyMemory<byte> bytes)
{
    private const int MostVarintBits = 63;
    private int _at;

    /// <summary>How many bytes are left.</summary>
    public int Left => bytes.Length - _at;

    /// <exception cref="InvalidDataException">There are not so many.</exception>
    public ReadOnlyMemory<byte> Take(long count)
    {
        if (count < 0 || count > Left)
            throw new InvalidDataException(FormattableString.Invariant($"a value of {count} bytes does not fit in the {Left} that are left"));
        var taken = bytes.Slice(_at, (int)count);
        _at += (int)count;
        return taken;
    }

    public long ReadLong()
    {
        var zigzag = 0UL;
        for (var bits = 0; bits <= MostVarintBits; bits += 7)
        {
            var part = Take(1).Span[0];
            zigzag |= (ulong)(part & 0x7F) << bits;
            if (part < 0x80)
                return (long)(zigzag >> 1) ^ -(long)(zigzag & 1);
        }
        throw new InvalidDataException("a number has more than 64 bits");
    }

    public int ReadInt() => ReadLong() is >= int.MinValue and <= int.MaxValue and var number ? (int)number
        : throw new InvalidDataException("a number has more than 32 bits");

    public bool ReadBoolean() => Take(1).Span[0] != 0;

    public float ReadFloat() => BinaryPrimitives.ReadSingleLittleEndian(Take(4).Span);

    public double ReadDouble() => BinaryPrimitives.ReadDoubleLittleEndian(Take(8).Span);

    public byte[] ReadBytes() => Take(ReadLong()).ToArray();

    public string ReadString() => Encoding.UTF8.GetString(Take(ReadLong()).Span);

    /// <summary>How many items of an array or map follow; 0 at its end.</summary>
    public long ReadCount()
    {
        var count = ReadLong();
        if (count < 0)
        {
            // The number of bytes follows, for readers that skip.
            ReadLong();
            count = -count;
        }
        // An item takes a byte at least: a larger number is damage, and would be counted for ever.
        return count >= 0 && count <= Left ? count
            : throw new InvalidDataException(FormattableString.Invariant($"{count} items do not fit in the {Left} bytes that are left"));
    }
}
