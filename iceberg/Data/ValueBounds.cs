using System.Buffers.Binary;
using Mammoth.Iceberg.Schemas;

namespace Mammoth.Iceberg.Data;

/// <summary>
/// The smallest and the largest of many strings or binaries by unsigned bytes, as far as bounds need them. Only a value's first bytes are kept:
/// one more than truncation keeps, so that it is known whether there was more.
/// </summary>
internal sealed class ValueBounds(IcebergType type)
{
    private readonly bool _text = type is PrimitiveType { Kind: PrimitiveKind.String };

    // A code point takes up to four bytes of UTF-8, and so does the start of the next.
    private readonly int _kept = type is PrimitiveType { Kind: PrimitiveKind.String } ? (BoundTruncation.DefaultLength + 1) * 4 : BoundTruncation.DefaultLength + 1;

    private byte[]? _lowest;
    private byte[]? _highest;
    private int _lowestLength = -1;
    private int _highestLength = -1;
    private ulong _lowestFirst = ulong.MaxValue;
    private ulong _highestFirst;

    public void Add(ReadOnlySpan<byte> value)
    {
        // Nearly all values are strictly between the bounds by their first bytes alone.
        var first = First(value);
        if (first > _lowestFirst && first < _highestFirst)
            return;

        // And of the others many are one of the bounds: a flag, a code.
        if (value.Length <= sizeof(ulong) && ((first == _lowestFirst && value.Length == _lowestLength) || (first == _highestFirst && value.Length == _highestLength)))
            return;
        if (value.Length > _kept)
            value = value[..(_text ? CodePointStart(value) : _kept)];
        if (_lowest is null || value.SequenceCompareTo(_lowest.AsSpan(0, _lowestLength)) < 0)
        {
            Keep(value, ref _lowest, ref _lowestLength);
            _lowestFirst = first;
        }
        if (_highest is null || value.SequenceCompareTo(_highest.AsSpan(0, _highestLength)) > 0)
        {
            Keep(value, ref _highest, ref _highestLength);
            _highestFirst = first;
        }
    }

    /// <summary>The lower bound; null where there was no value.</summary>
    public byte[]? Lower => _lowest is null ? null
        : _text ? BoundTruncation.LowerText(_lowest.AsSpan(0, _lowestLength)) : BoundTruncation.LowerBinary(_lowest.AsSpan(0, _lowestLength));

    /// <summary>The upper bound; null where there was no value, or none of that length is above the highest.</summary>
    public byte[]? Upper => _highest is null ? null
        : _text ? BoundTruncation.UpperText(_highest.AsSpan(0, _highestLength)) : BoundTruncation.UpperBinary(_highest.AsSpan(0, _highestLength));

    /// <summary>The first eight bytes as a number in their order, zeros where there are fewer: of two values with different ones, these tell which is smaller.</summary>
    private static ulong First(ReadOnlySpan<byte> value)
    {
        if (value.Length >= 8)
            return BinaryPrimitives.ReadUInt64BigEndian(value);
        if (value.Length >= 4)
        {
            // The second half overlaps the first: its own bytes are moved to the front.
            ulong rest = BinaryPrimitives.ReadUInt32BigEndian(value[^4..]);
            return ((ulong)BinaryPrimitives.ReadUInt32BigEndian(value) << 32) | ((rest << (8 * (8 - value.Length))) & 0xFFFF_FFFF);
        }
        ulong first = 0;
        for (var i = 0; i < value.Length; i++)
            first |= (ulong)value[i] << (56 - (8 * i));
        return first;
    }

    // Cutting within a code point would leave text that is none.
    private int CodePointStart(ReadOnlySpan<byte> value)
    {
        var end = _kept;
        while (end > 0 && (value[end] & 0xC0) == 0x80)
            end--;
        return end;
    }

    private void Keep(ReadOnlySpan<byte> value, ref byte[]? place, ref int length)
    {
        place ??= new byte[_kept];
        value.CopyTo(place);
        length = value.Length;
    }
}
