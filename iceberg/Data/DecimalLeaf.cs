using System.Buffers.Binary;
using System.Numerics;
using System.Runtime.CompilerServices;
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
        var halves = MemoryMarshal.Cast<byte, long>(data.Buffers[1].Span);
        var positions = entries.Values;
        var room = Room(positions.Length);
        var lost = 0L;
        for (var i = 0; i < room.Length; i++)
        {
            var (low, high) = (halves[2 * positions[i]], halves[(2 * positions[i]) + 1]);
            room[i] = T.CreateTruncating(low);
            lost |= (long.CreateTruncating(room[i]) ^ low) | (high ^ (low >> 63));
        }
        if (lost != 0)
            throw new InvalidDataException($"Column '{Field.Name}' (field id {Field.Id}) holds a value with more digits than {Field.Type} has.");
        Put(entries, room);
    }
}

/// <summary>Decimals of 19 to 38 digits: the unscaled value big-endian, in the shortest length that holds every value of the precision.</summary>
internal sealed class WideDecimalLeaf(NestedField field, short maxDefinition, short maxRepetition)
    : LeafWriter<FixedLenByteArray>(field, maxDefinition, maxRepetition)
{
    private readonly int _length = ParquetLayout.DecimalLength(((DecimalType)field.Type).Precision);
    private Scratch<byte> _bytes = new();

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public override unsafe void Write(Frontier entries, ArrayData data)
    {
        var values = MemoryMarshal.Cast<byte, Int128>(data.Buffers[1].Span);
        Span<byte> wide = stackalloc byte[16];
        var positions = entries.Values;
        var room = Room(positions.Length);
        fixed (byte* target = _bytes.Room(room.Length * _length))
        {
            for (var i = 0; i < room.Length; i++)
            {
                BinaryPrimitives.WriteInt128BigEndian(wide, values[positions[i]]);
                if (!Fits(wide))
                    throw new InvalidDataException($"Column '{Field.Name}' (field id {Field.Id}) holds a value with more digits than {Field.Type} has.");
                var place = target + (i * _length);
                wide[(16 - _length)..].CopyTo(new Span<byte>(place, _length));
                room[i] = new FixedLenByteArray((nint)place);
            }
            Put(entries, room);
        }
    }

    public override void Release()
    {
        base.Release();
        _bytes.Release();
    }

    // Whether the bytes cut off say no more than the sign of those that stay.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private bool Fits(ReadOnlySpan<byte> wide)
    {
        var sign = (wide[16 - _length] & 0x80) == 0 ? (byte)0 : (byte)0xFF;
        return wide[..(16 - _length)].IndexOfAnyExcept(sign) < 0;
    }
}
