using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using Apache.Arrow;
using Mammoth.Iceberg.Schemas;

namespace Mammoth.Iceberg.Data;

/// <summary>One node of the schema being written: turns Arrow's nested arrays into levels, down to the leaves.</summary>
internal abstract class ColumnShape(NestedField field, short definition)
{
    /// <summary>For each byte of a null bitmap the numbers of its bits that are set, a byte each, the lowest first.</summary>
    private static readonly ulong[] SetBits = [.. Enumerable.Range(0, 256).Select(SetBitsOf)];

    private readonly Frontier _present = new();

    protected NestedField Field { get; } = field;

    /// <summary>The definition level of a value that is there.</summary>
    protected short Definition { get; } = field.Required ? definition : (short)(definition + 1);

    /// <summary>Writes one batch of this node.</summary>
    /// <param name="parent">The entries of the level above, whose values are positions in <paramref name="data"/>.</param>
    public abstract void Write(ArrayData data, Frontier parent);

    /// <summary>Whether the row group should end before this batch of the node: see <see cref="BytesLeaf"/>.</summary>
    public virtual bool WantsNewRowGroup(ArrayData data) => false;

    /// <summary>Leaves the memory of this node and of those below to others.</summary>
    public virtual void Release() => _present.Release();

    /// <summary>Builds the shape of a column, adding its leaves in Parquet's order.</summary>
    public static ColumnShape Of(NestedField field, short definition, short repetition, List<LeafWriter> leaves)
    {
        var present = field.Required ? definition : (short)(definition + 1);
        switch (field.Type)
        {
            case StructType s:
                return new StructShape(field, definition, [.. s.Fields.Select(child => Of(child, present, repetition, leaves))]);
            case ListType or MapType:
                var children = field.Type.Children();
                return new ListShape(field, definition, (short)(repetition + 1),
                    [.. children.Select(child => Of(child, (short)(present + 1), (short)(repetition + 1), leaves))]);
            default:
                var leaf = LeafWriter.For(field, present, repetition);
                leaves.Add(leaf);
                return new LeafShape(field, definition, leaf);
        }
    }

    /// <summary>The entries with this node's nulls ended; positions are absolute in <paramref name="data"/>'s buffers.</summary>
    /// <exception cref="InvalidDataException">A required field holds a null.</exception>
    protected Frontier Present(ArrayData data, Frontier parent)
    {
        var nulls = data.GetNullCount() > 0 && data.Buffers[0].Length > 0;
        if (parent.Dense && !nulls)
        {
            _present.ResetDense(parent.Count, parent.Start + data.Offset, Definition);
            _present.CopyRepetitions(parent);
            return _present;
        }
        var values = _present.Reset(parent.Count, Definition, parent.Repeated);
        _present.CopyRepetitions(parent);
        var validity = nulls ? data.Buffers[0].Span : default;
        var count = parent.Dense
            ? Flat(validity, parent.Start + data.Offset, parent.Definition, _present.Definitions, values)
            : Nested(validity, data.Offset, parent, Definition, _present.Definitions, values);
        if (Field.Required && count < parent.Values.Length)
            throw new InvalidDataException($"Column '{Field.Name}' (field id {Field.Id}) is required, but a row of the batch holds a null in it.");

        // Those that Arrow counts are not among these entries: none ends here.
        if (Field.Required && parent.Dense)
            _present.ResetDense(parent.Count, parent.Start + data.Offset, Definition);
        else
            _present.CountValues(count);
        return _present;
    }

    /// <summary>Nulls among entries that are all there. Without a branch: where nulls are strewn in, each would be guessed wrong.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static int Flat(ReadOnlySpan<byte> validity, int start, short missing, Span<short> definitions, Span<int> values)
    {
        // A batch begins at a byte of its bitmap, but for a slice and for one that goes on in another row group.
        var before = Math.Min(-start & 7, definitions.Length);
        var count = FlatOneByOne(validity, start, missing, definitions[..before], values);
        var eights = (definitions.Length - before) / 8;
        var there = validity.Slice((start + before) >> 3, eights);
        ref var definition = ref MemoryMarshal.GetReference(definitions[before..]);
        ref var value = ref MemoryMarshal.GetReference(values[..definitions.Length]);
        var bits = Vector128.Create(1, 2, 4, 8, 16, 32, 64, 128);
        var first = Vector128.Create(start + before);
        var setBits = SetBits;
        for (var i = 0; i < there.Length; i++)
        {
            var isThere = Vector128.Equals(Vector128.Create((short)there[i]) & bits, bits);
            (Vector128.Create(missing) - isThere).StoreUnsafe(ref definition, (nuint)i * 8);

            // All eight places are written, and there are so many: no more values than entries come before. The next values go over those of nulls.
            var (lower, upper) = Vector128.Widen(Vector128.WidenLower(Vector128.CreateScalar(setBits[there[i]]).AsByte()));
            (lower.AsInt32() + first).StoreUnsafe(ref value, (nuint)count);
            (upper.AsInt32() + first).StoreUnsafe(ref value, (nuint)count + 4);
            first += Vector128.Create(8);
            count += BitOperations.PopCount(there[i]);
        }
        var after = before + (eights * 8);
        return count + FlatOneByOne(validity, start + after, missing, definitions[after..], values[count..]);
    }

    private static int FlatOneByOne(ReadOnlySpan<byte> validity, int start, short missing, Span<short> definitions, Span<int> values)
    {
        var count = 0;
        for (var i = 0; i < definitions.Length; i++)
        {
            var position = start + i;
            var there = (validity[position >> 3] >> (position & 7)) & 1;
            definitions[i] = (short)(missing + there);
            values[count] = position;
            count += there;
        }
        return count;
    }

    private static int Nested(ReadOnlySpan<byte> validity, int offset, Frontier parent, short present, Span<short> definitions, Span<int> values)
    {
        var (goesOn, isNullable) = (parent.Definition, !validity.IsEmpty);
        var levels = parent.Definitions[..definitions.Length];
        var positions = parent.Values;
        var (next, count) = (0, 0);
        for (var i = 0; i < levels.Length; i++)
        {
            var level = levels[i];
            if (level == goesOn)
            {
                var position = positions[next++] + offset;
                if (!isNullable || ((validity[position >> 3] >> (position & 7)) & 1) != 0)
                {
                    level = present;
                    values[count++] = position;
                }
            }
            definitions[i] = level;
        }
        return count;
    }

    private static ulong SetBitsOf(int bits)
    {
        var all = 0UL;
        for (var bit = 7; bit >= 0; bit--)
            if ((bits & (1 << bit)) != 0)
                all = (all << 8) | (uint)bit;
        return all;
    }
}

/// <summary>A struct: its fields see its own entries.</summary>
internal sealed class StructShape(NestedField field, short definition, ColumnShape[] children) : ColumnShape(field, definition)
{
    public override void Write(ArrayData data, Frontier parent)
    {
        var present = Present(data, parent);
        for (var i = 0; i < children.Length; i++)
            children[i].Write(data.Children[i], present);
    }

    public override bool WantsNewRowGroup(ArrayData data)
    {
        for (var i = 0; i < children.Length; i++)
            if (children[i].WantsNewRowGroup(data.Children[i]))
                return true;
        return false;
    }

    public override void Release()
    {
        base.Release();
        foreach (var child in children)
            child.Release();
    }
}

/// <summary>A primitive column.</summary>
internal sealed class LeafShape(NestedField field, short definition, LeafWriter leaf) : ColumnShape(field, definition)
{
    public override void Write(ArrayData data, Frontier parent) => leaf.Write(Present(data, parent), data);

    public override bool WantsNewRowGroup(ArrayData data) => leaf.WantsNewRowGroup(data);

    public override void Release()
    {
        base.Release();
        leaf.Release();
    }
}
