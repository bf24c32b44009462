using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Mammoth.Postgres.Copy;

/// <summary>Where a field's value stands in the bytes that were given.</summary>
/// <param name="Length">-1 for null.</param>
internal readonly record struct FieldPlace(int Start, int Length);

/// <summary>
/// A few whole rows that follow each other on the wire, as places of their fields: so that each column takes all its values in one loop made for its type.
/// Few enough for rows of the usual length to stay in the processor's nearest cache meanwhile.
/// </summary>
/// <param name="columns">Fields of a row, at least one.</param>
/// <param name="longest">Bytes of a field that is taken here.</param>
internal sealed class RowBlock(int columns, int longest)
{
    /// <summary>Rows of a block, at most; fewer of many columns, so that their places stay in the cache, too.</summary>
    private const int MostRows = 64;

    private const int MostPlaces = 4096;

    private readonly FieldPlace[] fields = new FieldPlace[RowsOf(columns) * columns];
    private readonly int[] ends = new int[RowsOf(columns)];

    /// <summary>Whole rows found.</summary>
    public int Rows { get; private set; }

    /// <summary>Bytes of all of them.</summary>
    public int Bytes => Rows == 0 ? 0 : ends[Rows - 1];

    /// <summary>Finds whole rows at the beginning of <paramref name="data"/>, up to the first that is cut, damaged, too long or no row at all.</summary>
    /// <param name="most">Rows, at most.</param>
    /// <param name="room">Bytes of all of them, at most.</param>
    /// <param name="rowBytes">Bytes of one row, at most.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Find(ReadOnlySpan<byte> data, int most, long room, int rowBytes)
    {
        Rows = 0;
        if (data.Length > room)
            data = data[..(int)Math.Max(0, room)];
        int end = 0;
        most = Math.Min(most, ends.Length);
        for (Span<FieldPlace> rest = fields; Rows < most; rest = rest[columns..])
        {
            int start = end;
            if (!FindRow(data, ref end, rest[..columns]) || end - start > rowBytes)
                return;
            ends[Rows++] = end;
        }
    }

    /// <summary>Where row <paramref name="index"/> stands.</summary>
    public Range Row(int index) => (index == 0 ? 0 : ends[index - 1])..ends[index];

    /// <summary>The places of a column's values.</summary>
    public ColumnPlaces Column(int index) => new(fields.AsSpan(index, (Rows * columns) - index), columns, Rows);

    private static int RowsOf(int columns) => Math.Clamp(MostPlaces / columns, 4, MostRows);

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private bool FindRow(ReadOnlySpan<byte> data, ref int position, Span<FieldPlace> row)
    {
        int at = position;
        if (data.Length - at < 2 || BinaryPrimitives.ReadInt16BigEndian(data[at..]) != columns)
            return false;
        at += 2;
        for (int i = 0; i < row.Length; i++)
        {
            if (data.Length - at < 4)
                return false;
            int length = BinaryPrimitives.ReadInt32BigEndian(data[at..]);
            at += 4;
            row[i] = new FieldPlace(at, length);
            if (length < 0)
            {
                if (length != -1)
                    return false;
                continue;
            }

            if (length > longest || length > data.Length - at)
                return false;
            at += length;
        }

        position = at;
        return true;
    }
}

/// <summary>The places of one column's values in a block of rows.</summary>
internal readonly ref struct ColumnPlaces(ReadOnlySpan<FieldPlace> fields, int step, int count)
{
    private readonly ref FieldPlace first = ref MemoryMarshal.GetReference(fields);
    private readonly int step = step;

    /// <summary>How many there are.</summary>
    public int Count { get; } = count;

    /// <summary>Which of the next 64 values are no nulls, from row <paramref name="row"/> on, the lowest bit first; 0 beyond the last row.</summary>
    public ulong NotNull(int row)
    {
        ulong bits = 0;
        for (int i = Math.Min(64, Count - row) - 1; i >= 0; i--)
            bits = (bits << 1) | (uint)(~this[row + i].Length >>> 31);
        return bits;
    }

    /// <summary>The place of the value of a row that is less than <see cref="Count"/>.</summary>
    public FieldPlace this[int row] => Unsafe.Add(ref first, (nint)row * step);
}
