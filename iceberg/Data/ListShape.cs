using System.Runtime.CompilerServices;
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

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Expand(Frontier lists, ReadOnlySpan<int> offsets)
    {
        var positions = lists.Values;
        var (count, valueCount) = (lists.Count, 0);
        foreach (var position in positions)
        {
            var length = offsets[position + 1] - offsets[position];
            count += Math.Max(1, length) - 1;
            valueCount += length;
        }
        var (there, isList) = ((short)(Definition + 1), lists.Definition);
        var values = _elements.Reset(count, there, repeated: true);
        var definitions = _elements.Definitions;
        var repetitions = _elements.Repetitions;

        // What is so for all elements but the first of a list, and then the first ones and the entries that end here.
        definitions.Fill(there);
        repetitions.Fill(repetition);
        ReadOnlySpan<short> levels = lists.Dense ? default : lists.Definitions;
        ReadOnlySpan<short> first = lists.Repeated ? lists.Repetitions : default;
        var (list, next) = (0, 0);
        for (var i = 0; i < lists.Count; i++)
        {
            var level = levels.IsEmpty ? isList : levels[i];
            var length = 0;
            if (level == isList)
            {
                var position = positions[list++];
                length = offsets[position + 1] - offsets[position];
            }
            repetitions[next] = first.IsEmpty ? (short)0 : first[i];
            definitions[next] = length == 0 ? level : there;
            next += Math.Max(1, length);
        }
        Place(positions, offsets, values[..valueCount]);
        _elements.CountValues(valueCount);
    }

    /// <summary>Where the elements of lists stand; usually one list's follow another's.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Place(ReadOnlySpan<int> lists, ReadOnlySpan<int> offsets, Span<int> elements)
    {
        if (elements.IsEmpty)
            return;
        var start = offsets[lists[0]];
        if (offsets[lists[^1] + 1] - start == elements.Length)
        {
            Count(elements, start);
            return;
        }
        foreach (var list in lists)
        {
            var length = offsets[list + 1] - offsets[list];
            Count(elements[..length], offsets[list]);
            elements = elements[length..];
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Count(Span<int> elements, int start)
    {
        for (var i = 0; i < elements.Length; i++)
            elements[i] = start + i;
    }
}
