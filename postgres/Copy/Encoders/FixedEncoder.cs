using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Apache.Arrow;
using Mammoth.Postgres.Copy.Wire;

namespace Mammoth.Postgres.Copy.Encoders;

/// <summary>A column of values of one width.</summary>
internal sealed class FixedEncoder<TWire, TValue>(TWire form) : ColumnEncoder
    where TWire : struct, IFixedWire<TValue>
    where TValue : unmanaged
{
    private readonly TWire form = form;
    private PinnedArrowBuffer values;

    public override void Unbind()
    {
        base.Unbind();
        values.Dispose();
    }

    protected override void BindValues(ArrayData data) =>
        values.Pin(data.Buffers[1], ((long)data.Offset + data.Length) * Unsafe.SizeOf<TValue>());

    protected override void WriteValue(int position, TupleWriter output)
    {
        TValue value = MemoryMarshal.Read<TValue>(values.Span[(position * Unsafe.SizeOf<TValue>())..]);
        Span<byte> room = output.Room(4 + form.LongestWire);
        int length = form.Write(value, room[4..]);
        BinaryPrimitives.WriteInt32BigEndian(room, length);
        output.Advance(4 + length);
    }
}
