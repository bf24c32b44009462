using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Apache.Arrow;
using Mammoth.Iceberg.Schemas;
using ParquetSharp;

namespace Mammoth.Iceberg.Data;

/// <summary>
/// Strings and binaries, handed over as pointers into Arrow's buffer. Parquet keeps no statistics of a row group whose lowest or highest value is long: from the first long value on,
/// all of the file are looked at here, and a row group with values that were not ends before it.
/// </summary>
internal sealed class BytesLeaf(NestedField field, short maxDefinition, short maxRepetition) : LeafWriter<ByteArray>(field, maxDefinition, maxRepetition)
{
    /// <summary>Shorter values are in the statistics: parquet-cpp's <c>DEFAULT_MAX_STATISTICS_SIZE</c>.</summary>
    private const int Long = 4096;

    /// <summary>By row group: whether it has values that were not looked at.</summary>
    private readonly List<bool> _unseen = [];

    private bool _hasLong;

    /// <summary>What was looked at and what <see cref="Take"/> was given: together all values.</summary>
    public ValueBounds Bounds { get; } = new(field.Type);

    public override void Open(ColumnWriter column)
    {
        _unseen.Add(false);
        base.Open(column);
    }

    public override bool WantsNewRowGroup(ArrayData data)
    {
        if (Repeated || _hasLong || data.Length == 0 || _unseen.Count == 0 || !_unseen[^1])
            return false;
        var offsets = MemoryMarshal.Cast<byte, int>(data.Buffers[1].Span).Slice(data.Offset, data.Length + 1);
        var lengths = 0;
        for (var i = 1; i < offsets.Length; i++)
            lengths |= offsets[i] - offsets[i - 1];

        // Also where it is one that no row has, in the slot of a null: the row group is not to end before each batch.
        return _hasLong = lengths >= Long;
    }

    public override unsafe void Write(Frontier entries, ArrayData data)
    {
        var offsets = MemoryMarshal.Cast<byte, int>(data.Buffers[1].Span);
        using var pin = data.Buffers[2].Memory.Pin();
        var bytes = (byte*)pin.Pointer;
        var positions = entries.Values;
        var room = Room(positions.Length);
        var lengths = entries.Dense
            ? Following(offsets.Slice(entries.Start, room.Length + 1), bytes, room)
            : Strewn(offsets, positions, bytes, room);
        if (!Repeated)
            Look(room, lengths);
        Put(entries, room);
    }

    /// <summary>Takes in what the statistics of a row group with values say.</summary>
    /// <exception cref="InvalidDataException">They say nothing of values that were not looked at.</exception>
    public void Take(int group, Statistics<ByteArray> statistics)
    {
        if (!statistics.HasMinMax)
        {
            if (_unseen[group])
                throw new InvalidDataException($"The Parquet writer kept no bounds of column '{Field.Name}' (field id {Field.Id}).");
            return;
        }
        Bounds.Add(Bytes(statistics.Min));
        Bounds.Add(Bytes(statistics.Max));
    }

    /// <param name="lengths">All bits of the values' lengths: at least the longest one.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Look(ReadOnlySpan<ByteArray> values, int lengths)
    {
        if (values.IsEmpty)
            return;
        _hasLong |= lengths >= Long;
        if (lengths == 0)
        {
            // Nor are there statistics where all are empty.
            Bounds.Add([]);
            return;
        }
        if (!_hasLong)
        {
            _unseen[^1] = true;
            return;
        }
        foreach (var value in values)
            Bounds.Add(Bytes(value));
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static unsafe int Following(ReadOnlySpan<int> offsets, byte* bytes, Span<ByteArray> values)
    {
        var (lengths, start) = (0, offsets[0]);
        for (var i = 0; i < values.Length; i++)
        {
            var end = offsets[i + 1];
            values[i] = new ByteArray((nint)(bytes + start), end - start);
            lengths |= end - start;
            start = end;
        }
        return lengths;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static unsafe int Strewn(ReadOnlySpan<int> offsets, ReadOnlySpan<int> positions, byte* bytes, Span<ByteArray> values)
    {
        var lengths = 0;
        for (var i = 0; i < values.Length; i++)
        {
            var start = offsets[positions[i]];
            var length = offsets[positions[i] + 1] - start;
            values[i] = new ByteArray((nint)(bytes + start), length);
            lengths |= length;
        }
        return lengths;
    }

    private static unsafe ReadOnlySpan<byte> Bytes(ByteArray value) => new((byte*)value.Pointer, value.Length);
}

/// <summary>Values of one length (uuid, fixed), handed over as pointers into Arrow's buffer.</summary>
internal sealed class FixedLeaf(NestedField field, short maxDefinition, short maxRepetition) : LeafWriter<FixedLenByteArray>(field, maxDefinition, maxRepetition)
{
    private readonly int _length = field.Type is FixedType f ? f.Length : 16;

    public override unsafe void Write(Frontier entries, ArrayData data)
    {
        using var pin = data.Buffers[1].Memory.Pin();
        var bytes = (byte*)pin.Pointer;
        var positions = entries.Values;
        var room = Room(positions.Length);
        for (var i = 0; i < room.Length; i++)
            room[i] = new FixedLenByteArray((nint)(bytes + ((long)positions[i] * _length)));
        Put(entries, room);
    }
}
