using System.Runtime.InteropServices;
using Apache.Arrow;
using Apache.Arrow.Types;

namespace Mammoth.Iceberg.Scans;

/// <summary>
/// Files by writers that use Arrow say in their footer which Arrow types they were made of, and are read back as those: texts of 64-bit offsets,
/// dictionaries, small integers. Here they become the plain types of the same values, which a table's columns have.
/// </summary>
internal static class PlainArrays
{
    /// <summary>Whether a type has a plain one that stands for it.</summary>
    public static bool Stands(IArrowType type) => type is LargeStringType or LargeBinaryType or LargeListType or DictionaryType or Int8Type or Int16Type or UInt8Type or UInt16Type or UInt32Type;

    /// <summary>The same values in the plain type; the caller owns the array besides <paramref name="source"/>.</summary>
    /// <exception cref="NotSupportedException">A dictionary holds values that are no column's.</exception>
    public static ArrayData Of(ArrayData source) => source.DataType switch
    {
        LargeStringType => WithShortOffsets(StringType.Default, source),
        LargeBinaryType => WithShortOffsets(BinaryType.Default, source),
        LargeListType l => WithShortOffsets(new ListType(l.ValueField), source),
        Int8Type => Numbers<sbyte, int>(Int32Type.Default, source, v => v),
        Int16Type => Numbers<short, int>(Int32Type.Default, source, v => v),
        UInt8Type => Numbers<byte, int>(Int32Type.Default, source, v => v),
        UInt16Type => Numbers<ushort, int>(Int32Type.Default, source, v => v),
        UInt32Type => Numbers<uint, long>(Int64Type.Default, source, v => v),
        DictionaryType d => Looked(d, source),
        var other => throw new NotSupportedException($"{other.Name} has no plainer type."),
    };

    private static ArrayData WithShortOffsets(IArrowType type, ArrayData source)
    {
        var wide = MemoryMarshal.Cast<byte, long>(source.Buffers[1].Span);
        var offsets = new int[source.Offset + source.Length + 1];
        for (var i = 0; i < Math.Min(offsets.Length, wide.Length); i++)
            offsets[i] = checked((int)wide[i]);
        var buffer = new ArrowBuffer(MemoryMarshal.AsBytes(offsets.AsSpan()).ToArray());
        return type is ListType
            ? new(type, source.Length, source.NullCount, source.Offset, [source.Buffers[0].Retain(), buffer], [source.Children[0]])
            : new(type, source.Length, source.NullCount, source.Offset, [source.Buffers[0].Retain(), buffer, source.Buffers[2].Retain()], []);
    }

    private static ArrayData Numbers<TFrom, TTo>(IArrowType type, ArrayData source, Func<TFrom, TTo> widen) where TFrom : unmanaged where TTo : unmanaged
    {
        var values = MemoryMarshal.Cast<byte, TFrom>(source.Buffers[1].Span);
        var wide = new TTo[source.Offset + source.Length];
        for (var i = 0; i < wide.Length; i++)
            wide[i] = widen(values[i]);
        return new(type, source.Length, source.NullCount, source.Offset, [source.Buffers[0].Retain(), new(MemoryMarshal.AsBytes(wide.AsSpan()).ToArray())], []);
    }

    private static ArrayData Looked(DictionaryType type, ArrayData source)
    {
        if (source.Dictionary is not { } words)
            throw new NotSupportedException("a dictionary has no values");
        var values = Stands(words.DataType) ? Of(words) : words;
        var places = Places(type.IndexType, source);
        ArrowBuffer[] buffers = values.DataType switch
        {
            StringType or BinaryType => Texts(values, places),
            FixedWidthType { BitWidth: >= 8 } width => [FixedWidth(values, places, width.BitWidth / 8)],
            var other => throw new NotSupportedException($"a dictionary of {other.Name} can't be read"),
        };
        var validity = new ArrowBuffer.BitmapBuilder(places.Length);
        foreach (var place in places)
            validity.Append(place >= 0);
        return new(values.DataType, places.Length, places.Count(place => place < 0), 0, [validity.Build(), .. buffers], []);
    }

    // Where each row's value is in the dictionary; -1 for null.
    private static int[] Places(IArrowType type, ArrayData source)
    {
        var places = new int[source.Length];
        var validity = source.Buffers[0].Span;
        var indexes = source.Buffers[1].Span;
        for (var i = 0; i < places.Length; i++)
        {
            var at = source.Offset + i;
            places[i] = !validity.IsEmpty && !BitUtility.GetBit(validity, at) ? -1 : type switch
            {
                Int8Type => (sbyte)indexes[at],
                UInt8Type => indexes[at],
                Int16Type => MemoryMarshal.Cast<byte, short>(indexes)[at],
                UInt16Type => MemoryMarshal.Cast<byte, ushort>(indexes)[at],
                Int32Type or UInt32Type => MemoryMarshal.Cast<byte, int>(indexes)[at],
                _ => checked((int)MemoryMarshal.Cast<byte, long>(indexes)[at]),
            };
        }
        return places;
    }

    private static ArrowBuffer[] Texts(ArrayData values, int[] places)
    {
        var ends = MemoryMarshal.Cast<byte, int>(values.Buffers[1].Span)[values.Offset..];
        var bytes = values.Buffers[2].Span;
        var offsets = new ArrowBuffer.Builder<int>(places.Length + 1).Append(0);
        var all = new ArrowBuffer.Builder<byte>();
        foreach (var place in places)
        {
            if (place >= 0)
                all.Append(bytes[ends[place]..ends[place + 1]]);
            offsets.Append(all.Length);
        }
        return [offsets.Build(), all.Build()];
    }

    private static ArrowBuffer FixedWidth(ArrayData values, int[] places, int width)
    {
        var all = new byte[places.Length * width];
        for (var i = 0; i < places.Length; i++)
            if (places[i] >= 0)
                values.Buffers[1].Span.Slice((values.Offset + places[i]) * width, width).CopyTo(all.AsSpan(i * width));
        return new(all);
    }
}
