using Apache.Arrow;
using Mammoth.Iceberg.Schemas;

namespace Mammoth.Iceberg.Data;

/// <summary>One node of the schema being written: turns Arrow's nested arrays into levels, down to the leaves.</summary>
internal abstract class ColumnShape(NestedField field, short definition)
{
    private readonly Frontier _present = new();

    protected NestedField Field { get; } = field;

    /// <summary>The definition level of a value that is there.</summary>
    protected short Definition { get; } = field.Required ? definition : (short)(definition + 1);

    /// <summary>Writes one batch of this node.</summary>
    /// <param name="parent">The entries of the level above, with positions in <paramref name="data"/>.</param>
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
        var values = _present.Reset(parent.Count, parent.Repeated);
        _present.CopyRepetitions(parent);
        var definitions = _present.Definitions;
        var positions = _present.Positions;
        var validity = nulls ? data.Buffers[0].Span : default;
        var count = parent.Dense
            ? Flat(validity, parent.Start + data.Offset, parent.Definition, definitions, positions, values)
            : Nested(data, validity, parent, definitions, positions, values);
        if (Field.Required && parent.Dense && count < parent.Count)
            throw Missing();
        _present.CountValues(count);
        return _present;
    }

    /// <summary>Nulls among entries that are all there. Without a branch: where nulls are strewn in, each would be guessed wrong.</summary>
    private static int Flat(ReadOnlySpan<byte> validity, int start, short missing, Span<short> definitions, Span<int> positions, Span<int> values)
    {
        var count = 0;
        for (var i = 0; i < definitions.Length; i++)
        {
            var position = start + i;
            var there = (validity[position >> 3] >> (position & 7)) & 1;
            definitions[i] = (short)(missing + there);

            // Frontier.Ended has all bits set.
            positions[i] = position | (there - 1);
            values[count] = position;
            count += there;
        }
        return count;
    }

    private int Nested(ArrayData data, ReadOnlySpan<byte> validity, Frontier parent, Span<short> definitions, Span<int> positions, Span<int> values)
    {
        var count = 0;
        for (var i = 0; i < definitions.Length; i++)
        {
            var position = parent.PositionOf(i);
            if (position == Frontier.Ended)
            {
                (positions[i], definitions[i]) = (Frontier.Ended, parent.DefinitionOf(i));
                continue;
            }
            position += data.Offset;
            if (validity.IsEmpty || BitUtility.GetBit(validity, position))
            {
                (positions[i], definitions[i]) = (position, Definition);
                values[count++] = position;
                continue;
            }
            if (Field.Required)
                throw Missing();
            (positions[i], definitions[i]) = (Frontier.Ended, parent.DefinitionOf(i));
        }
        return count;
    }

    private InvalidDataException Missing() => new($"Column '{Field.Name}' (field id {Field.Id}) is required, but a row of the batch holds a null in it.");
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
