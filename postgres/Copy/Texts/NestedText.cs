using System.Buffers;
using System.Buffers.Binary;

namespace Mammoth.Postgres.Copy.Texts;

/// <summary>Arrays, composites and <c>hstore</c> as <c>array_out</c>, <c>record_out</c> and <c>hstore_out</c> print them.</summary>
internal static class NestedText
{
    private static readonly SearchValues<byte> QuotedInArrays = SearchValues.Create("\"\\{}, \t\n\r\v\f"u8);
    private static readonly SearchValues<byte> QuotedInRecords = SearchValues.Create("\"\\(), \t\n\r\v\f"u8);

    public static bool TryWriteArray(CopyType.Array array, ReadOnlySpan<byte> wire, IBufferWriter<byte> text)
    {
        if (wire.Length < ArrayHeader.EmptyLength)
            return false;
        int dimensions = BinaryPrimitives.ReadInt32BigEndian(wire);
        if (dimensions is < 0 or > ArrayHeader.MostDimensions || wire.Length < ArrayHeader.EmptyLength + (8 * dimensions))
            return false;
        Span<int> sizes = stackalloc int[dimensions];
        bool bounded = false;
        bool empty = dimensions == 0;
        for (int i = 0; i < dimensions; i++)
        {
            sizes[i] = BinaryPrimitives.ReadInt32BigEndian(wire[(ArrayHeader.EmptyLength + (8 * i))..]);
            bounded |= BinaryPrimitives.ReadInt32BigEndian(wire[(ArrayHeader.EmptyLength + (8 * i) + 4)..]) != 1;
            empty |= sizes[i] <= 0;
        }

        if (empty)
        {
            text.Write("{}"u8);
            return true;
        }

        for (int i = 0; bounded && i < dimensions; i++)
        {
            int lower = BinaryPrimitives.ReadInt32BigEndian(wire[(ArrayHeader.EmptyLength + (8 * i) + 4)..]);
            text.Write((byte)'[');
            text.Write(lower);
            text.Write((byte)':');
            text.Write((long)lower + sizes[i] - 1);
            text.Write((byte)']');
        }

        if (bounded)
            text.Write((byte)'=');
        var fields = new WireFields(wire[(ArrayHeader.EmptyLength + (8 * dimensions))..]);
        return TryWriteItems(array.Element, sizes, ref fields, text, new ArrayBufferWriter<byte>()) && fields.IsEmpty;
    }

    public static bool TryWriteComposite(CopyType.Composite composite, ReadOnlySpan<byte> wire, IBufferWriter<byte> text)
    {
        if (wire.Length < 4 || BinaryPrimitives.ReadInt32BigEndian(wire) != composite.Fields.Count)
            return false;
        var fields = new WireFields(wire[4..]);
        var item = new ArrayBufferWriter<byte>();
        text.Write((byte)'(');
        for (int i = 0; i < composite.Fields.Count; i++)
        {
            if (i > 0)
                text.Write((byte)',');
            if (!fields.Skip(4) || !fields.TryNext(out ReadOnlySpan<byte> value, out bool isNull))
                return false;
            if (isNull)
                continue;
            item.ResetWrittenCount();
            if (!WireText.TryWrite(composite.Fields[i].Type, value, item))
                return false;
            if (item.WrittenCount == 0 || item.WrittenSpan.ContainsAny(QuotedInRecords))
                WriteQuoted(item.WrittenSpan, doubled: true, text);
            else
                text.Write(item.WrittenSpan);
        }

        text.Write((byte)')');
        return fields.IsEmpty;
    }

    public static bool TryWriteHstore(ReadOnlySpan<byte> wire, IBufferWriter<byte> text)
    {
        if (wire.Length < 4)
            return false;
        var fields = new WireFields(wire[4..]);
        for (int i = 0, count = BinaryPrimitives.ReadInt32BigEndian(wire); i < count; i++)
        {
            if (i > 0)
                text.Write(", "u8);
            if (!fields.TryNext(out ReadOnlySpan<byte> key, out bool noKey) || noKey || !fields.TryNext(out ReadOnlySpan<byte> value, out bool isNull)
                || !System.Text.Unicode.Utf8.IsValid(key) || !System.Text.Unicode.Utf8.IsValid(value))
            {
                return false;
            }

            WriteQuoted(key, doubled: false, text);
            text.Write("=>"u8);
            if (isNull)
                text.Write("NULL"u8);
            else
                WriteQuoted(value, doubled: false, text);
        }

        return fields.IsEmpty;
    }

    /// <param name="item">Room for one element's text.</param>
    private static bool TryWriteItems(CopyType element, scoped ReadOnlySpan<int> sizes, ref WireFields fields, IBufferWriter<byte> text, ArrayBufferWriter<byte> item)
    {
        text.Write((byte)'{');
        for (int i = 0; i < sizes[0]; i++)
        {
            if (i > 0)
                text.Write((byte)',');
            if (sizes.Length > 1)
            {
                if (!TryWriteItems(element, sizes[1..], ref fields, text, item))
                    return false;
                continue;
            }

            if (!fields.TryNext(out ReadOnlySpan<byte> value, out bool isNull))
                return false;
            if (isNull)
            {
                text.Write("NULL"u8);
                continue;
            }

            item.ResetWrittenCount();
            if (!WireText.TryWrite(element, value, item))
                return false;
            ReadOnlySpan<byte> written = item.WrittenSpan;
            if (written.IsEmpty || written.ContainsAny(QuotedInArrays) || System.Text.Ascii.EqualsIgnoreCase(written, "NULL"u8))
                WriteQuoted(written, doubled: false, text);
            else
                text.Write(written);
        }

        text.Write((byte)'}');
        return true;
    }

    /// <param name="doubled">Quotes and backslashes are doubled; else each has a backslash in front.</param>
    private static void WriteQuoted(ReadOnlySpan<byte> value, bool doubled, IBufferWriter<byte> text)
    {
        text.Write((byte)'"');
        for (int at = value.IndexOfAny((byte)'"', (byte)'\\'); at >= 0; at = value.IndexOfAny((byte)'"', (byte)'\\'))
        {
            text.Write(value[..at]);
            text.Write(doubled ? value[at] : (byte)'\\');
            text.Write(value[at]);
            value = value[(at + 1)..];
        }

        text.Write(value);
        text.Write((byte)'"');
    }
}
