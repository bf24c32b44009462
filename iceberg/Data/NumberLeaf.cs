using System.Numerics;
using System.Runtime.InteropServices;
using Apache.Arrow;
using Mammoth.Iceberg.Schemas;

namespace Mammoth.Iceberg.Data;

/// <summary>Numbers that Arrow and Parquet hold alike: handed over in place where no row is null.</summary>
internal class NumberLeaf<T>(NestedField field, short maxDefinition, short maxRepetition) : LeafWriter<T>(field, maxDefinition, maxRepetition)
    where T : unmanaged
{
    public override void Write(Frontier entries, ArrayData data)
    {
        var values = MemoryMarshal.Cast<byte, T>(data.Buffers[1].Span);
        var present = entries.Dense ? values.Slice(entries.Start, entries.Count) : Gather(values, entries.Values);
        Look(present);
        Put(entries, present);
    }

    /// <summary>Sees the values that are there.</summary>
    protected virtual void Look(ReadOnlySpan<T> values)
    {
    }

    private ReadOnlySpan<T> Gather(ReadOnlySpan<T> values, ReadOnlySpan<int> positions)
    {
        var room = Room(positions.Length);
        for (var i = 0; i < room.Length; i++)
            room[i] = values[positions[i]];
        return room;
    }
}

/// <summary>Floating-point numbers, whose NaN are counted: they are in no bound.</summary>
internal sealed class FloatLeaf<T>(NestedField field, short maxDefinition, short maxRepetition) : NumberLeaf<T>(field, maxDefinition, maxRepetition)
    where T : unmanaged, IFloatingPointIeee754<T>
{
    private long _nans;

    public override long? NanCount => _nans;

    protected override void Look(ReadOnlySpan<T> values)
    {
        var nans = 0;
        foreach (var value in values)
            nans += T.IsNaN(value) ? 1 : 0;
        _nans += nans;
    }
}

/// <summary>Truth values: Arrow has them as bits.</summary>
internal sealed class BooleanLeaf(NestedField field, short maxDefinition, short maxRepetition) : LeafWriter<bool>(field, maxDefinition, maxRepetition)
{
    public override void Write(Frontier entries, ArrayData data)
    {
        var bits = data.Buffers[1].Span;
        var positions = entries.Values;
        var room = Room(positions.Length);
        for (var i = 0; i < room.Length; i++)
            room[i] = BitUtility.GetBit(bits, positions[i]);
        Put(entries, room);
    }
}
