using System.Buffers.Binary;
using System.Numerics;

namespace Mammoth.Iceberg.Scans;

/// <summary>
/// Reads Roaring bitmaps of 64-bit integers in the portable format (Roaring format spec): little-endian, a 32-bit bitmap for each value of the upper half.
/// </summary>
internal static class RoaringBitmap
{
    private const ushort WithRuns = 12347;
    private const uint WithoutRuns = 12346;
    private const int OffsetsFrom = 4;
    private const int ArrayLimit = 4096;
    private const int MostContainers = 1 << 16;

    /// <summary>The integers, ascending.</summary>
    /// <param name="most">More integers than these are no more read.</param>
    /// <exception cref="InvalidDataException">The bytes are no such bitmap, or end early; the message is a clause.</exception>
    public static List<long> Read(ReadOnlySpan<byte> bytes, long most)
    {
        var integers = new List<long>();
        var input = new Input(bytes);
        for (var bitmaps = input.UInt64(); bitmaps > 0; bitmaps--)
        {
            var high = input.UInt32();
            if (high > int.MaxValue)
                throw new InvalidDataException("its bitmap has a position of 64 bits");
            ReadBitmap(ref input, (long)high << 32, integers, most);
        }
        return integers;
    }

    private static void ReadBitmap(ref Input input, long high, List<long> integers, long most)
    {
        var cookie = input.UInt32();
        var runs = (cookie & 0xFFFF) == WithRuns;
        if (!runs && cookie != WithoutRuns)
            throw new InvalidDataException("its bitmap is none");
        var containers = runs ? (int)(cookie >> 16) + 1 : (int)Math.Min(input.UInt32(), MostContainers + 1);
        if (containers > MostContainers)
            throw new InvalidDataException("its bitmap has more containers than there can be");
        var isRun = runs ? input.Bytes((containers + 7) / 8) : default;
        var headers = input.Bytes(containers * 4);
        if (!runs || containers >= OffsetsFrom)
            // Where each container starts: they are read one after the other.
            input.Bytes(containers * 4);
        for (var i = 0; i < containers; i++)
        {
            var first = high | ((long)BinaryPrimitives.ReadUInt16LittleEndian(headers[(i * 4)..]) << 16);
            var count = BinaryPrimitives.ReadUInt16LittleEndian(headers[((i * 4) + 2)..]) + 1;
            if (runs && (isRun[i / 8] & (1 << (i % 8))) != 0)
                ReadRuns(ref input, first, integers);
            else if (count <= ArrayLimit)
                for (; count > 0; count--)
                    integers.Add(first | input.UInt16());
            else
                ReadBits(ref input, first, integers);
            if (integers.Count > most)
                throw new InvalidDataException($"its bitmap has more than {most} positions");
        }
    }

    private static void ReadRuns(ref Input input, long first, List<long> integers)
    {
        for (int runs = input.UInt16(); runs > 0; runs--)
        {
            int start = input.UInt16();
            int more = input.UInt16();
            for (var value = start; value <= start + more; value++)
                integers.Add(first + value);
        }
    }

    private static void ReadBits(ref Input input, long first, List<long> integers)
    {
        for (var word = 0; word < 1024; word++)
            for (var bits = input.UInt64(); bits != 0; bits &= bits - 1)
                integers.Add(first | (uint)((word * 64) + BitOperations.TrailingZeroCount(bits)));
    }

    private ref struct Input(ReadOnlySpan<byte> rest)
    {
        private ReadOnlySpan<byte> _rest = rest;

        public ReadOnlySpan<byte> Bytes(int count)
        {
            if (count > _rest.Length)
                throw new InvalidDataException("its bitmap ends early");
            var bytes = _rest[..count];
            _rest = _rest[count..];
            return bytes;
        }

        public ushort UInt16() => BinaryPrimitives.ReadUInt16LittleEndian(Bytes(2));
        public uint UInt32() => BinaryPrimitives.ReadUInt32LittleEndian(Bytes(4));
        public ulong UInt64() => BinaryPrimitives.ReadUInt64LittleEndian(Bytes(8));
    }
}
