using System.Buffers.Binary;
using System.Numerics;
using System.Runtime.InteropServices;
using Apache.Arrow;
using Mammoth.Iceberg.Schemas;
using ParquetSharp;

namespace Mammoth.Iceberg.Data;

/// <summary>Decimals of up to 18 digits: the unscaled value as int32 or int64.</summary>
internal sealed class DecimalLeaf<T>(NestedField field, short maxDefinition, short maxRepetition) : LeafWriter<T>(field, maxDefinition, maxRepetition)
    where T : unmanaged, IBinaryInteger<T>
{
    public override void Write(Frontier entries, ArrayData data)
    {
        var values = MemoryMarshal.Cast<byte, Int128>(data.Buffers[1].Span);
        var room = Room(entries.Count);
        var count = 0;
        try
        {
            for (var i = 0; i < entries.Count; i++)
            {
                var position = entries.PositionOf(i);
                if (position != Frontier.Ended)
                    room[count++] = T.CreateChecked(values[position]);
            }
        }
        catch (OverflowException e)
        {
            throw new InvalidDataException($"Column '{Field.Name}' (field id {Field.Id}) holds a value with more digits than {Field.Type} has.", e);
        }
        Put(entries, room.AsSpan(0, count));
    }
}

/// <summary>Decimals of 19 to 38 digits: the unscaled value big-endian, in the shortest length that holds every value of the precision.</summary>
internal sealed class WideDecimalLeaf(NestedField field, short maxDefinition, short maxRepetition)
    : LeafWriter<FixedLenByteArray>(field, maxDefinition, maxRepetition)
{
    private readonly int _length = ParquetLayout.DecimalLength(((DecimalType)field.Type).Precision);
    private byte[] _bytes = [];

    public override unsafe void Write(Frontier entries, ArrayData data)
    {
        var values = MemoryMarshal.Cast<byte, Int128>(data.Buffers[1].Span);
        if (_bytes.Length < entries.Count * _length)
            _bytes = new byte[Math.Max(entries.Count * _length, _bytes.Length * 2)];
        Span<byte> wide = stackalloc byte[16];
        var room = Room(entries.Count);
        var count = 0;
        fixed (byte* target = _bytes)
        {
            for (var i = 0; i < entries.Count; i++)
            {
                var position = entries.PositionOf(i);
                if (position == Frontier.Ended)
                    continue;
                BinaryPrimitives.WriteInt128BigEndian(wide, values[position]);
                if (!Fits(wide))
                    throw new InvalidDataException($"Column '{Field.Name}' (field id {Field.Id}) holds a value with more digits than {Field.Type} has.");
                var place = target + (count * _length);
                wide[(16 - _length)..].CopyTo(new Span<byte>(place, _length));
                room[count++] = new FixedLenByteArray((nint)place);
            }
            Put(entries, room.AsSpan(0, count));
        }
    }

    // Whether the bytes cut off say no more than the sign of those that stay.
    private bool Fits(ReadOnlySpan<byte> wide)
    {
        var sign = (wide[16 - _length] & 0x80) == 0 ? (byte)0 : (byte)0xFF;
        return wide[..(16 - _length)].IndexOfAnyExcept(sign) < 0;
    }
}
