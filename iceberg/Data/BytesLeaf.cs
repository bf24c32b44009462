using System.Runtime.InteropServices;
using Apache.Arrow;
using Mammoth.Iceberg.Schemas;
using ParquetSharp;

namespace Mammoth.Iceberg.Data;

/// <summary>
/// Strings and binaries, handed over as pointers into Arrow's buffer. Their bounds are taken here: Parquet's statistics leave out values that are long.
/// </summary>
internal sealed class BytesLeaf(NestedField field, short maxDefinition, short maxRepetition) : LeafWriter<ByteArray>(field, maxDefinition, maxRepetition)
{
    private readonly ValueBounds _bounds = new(field.Type);

    public override ValueBounds? Bounds => _bounds;

    public override unsafe void Write(Frontier entries, ArrayData data)
    {
        var offsets = MemoryMarshal.Cast<byte, int>(data.Buffers[1].Span);
        using var pin = data.Buffers[2].Memory.Pin();
        var bytes = (byte*)pin.Pointer;
        var positions = entries.Values;
        var room = Room(positions.Length);
        for (var i = 0; i < room.Length; i++)
        {
            var start = offsets[positions[i]];
            room[i] = new ByteArray((nint)(bytes + start), offsets[positions[i] + 1] - start);
        }
        if (!Repeated)
            foreach (var value in room)
                _bounds.Add(new ReadOnlySpan<byte>((byte*)value.Pointer, value.Length));
        Put(entries, room);
    }
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
