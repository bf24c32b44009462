using System.Runtime.InteropServices;
using Apache.Arrow;
using Mammoth.Iceberg.Schemas;

namespace Mammoth.Iceberg.Data;

/// <summary>A list or a map: each entry becomes as many entries as it has elements, or one that ends here where it has none.</summary>
internal sealed class ListShape(NestedField field, short definition, short repetition, ColumnShape[] children) : ColumnShape(field, definition)
{
    private readonly Frontier _elements = new();

    public override void Write(ArrayData data, Frontier parent)
    {
        var present = Present(data, parent);
        Expand(present, MemoryMarshal.Cast<byte, int>(data.Buffers[1].Span));
        // A list has one child, the elements; a map's child is a struct of keys and values, which itself is never null.
        if (Field.Type is ListType)
        {
            children[0].Write(data.Children[0], _elements);
            return;
        }
        var entries = data.Children[0];
        _elements.Shift(entries.Offset);
        for (var i = 0; i < children.Length; i++)
            children[i].Write(entries.Children[i], _elements);
    }

    public override void Release()
    {
        base.Release();
        _elements.Release();
        foreach (var child in children)
            child.Release();
    }

    private void Expand(Frontier lists, ReadOnlySpan<int> offsets)
    {
        var count = 0;
        for (var i = 0; i < lists.Count; i++)
        {
            var position = lists.PositionOf(i);
            count += position == Frontier.Ended ? 1 : Math.Max(1, offsets[position + 1] - offsets[position]);
        }
        var values = _elements.Reset(count, repeated: true);
        var definitions = _elements.Definitions;
        var repetitions = _elements.Repetitions;
        var positions = _elements.Positions;
        var first = lists.Repeated ? lists.Repetitions : default;
        var (next, valueCount) = (0, 0);
        for (var i = 0; i < lists.Count; i++)
        {
            var position = lists.PositionOf(i);
            var (start, end) = position == Frontier.Ended ? (0, 0) : (offsets[position], offsets[position + 1]);
            repetitions[next] = first.IsEmpty ? (short)0 : first[i];
            if (start == end)
            {
                (definitions[next], positions[next]) = (lists.DefinitionOf(i), Frontier.Ended);
                next++;
                continue;
            }
            for (var element = start; element < end; element++, next++)
            {
                (definitions[next], positions[next]) = ((short)(Definition + 1), element);
                values[valueCount++] = element;
                if (element > start)
                    repetitions[next] = repetition;
            }
        }
        _elements.CountValues(valueCount);
    }
}
