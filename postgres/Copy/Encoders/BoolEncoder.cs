using Apache.Arrow;

namespace Mammoth.Postgres.Copy.Encoders;

/// <summary>A column of bits.</summary>
internal sealed class BoolEncoder : ColumnEncoder
{
    private PinnedArrowBuffer bits;

    public override void Unbind()
    {
        base.Unbind();
        bits.Dispose();
    }

    protected override void BindValues(ArrayData data) => bits.Pin(data.Buffers[1], ((long)data.Offset + data.Length + 7) >> 3);

    protected override void WriteValue(int position, TupleWriter output)
    {
        Span<byte> room = output.Room(5);
        room[0] = room[1] = room[2] = 0;
        room[3] = 1;
        room[4] = bits.Bit(position) ? (byte)1 : (byte)0;
        output.Advance(5);
    }
}
