using Apache.Arrow;

namespace Mammoth.Postgres.Copy.Encoders;

/// <summary>A column of texts or byte strings.</summary>
/// <param name="versioned">A version byte (1) stands before each value.</param>
internal sealed class BytesEncoder(bool versioned) : ColumnEncoder
{
    private PinnedOffsets offsets;
    private PinnedArrowBuffer bytes;

    public override void Unbind()
    {
        base.Unbind();
        offsets.Dispose();
        bytes.Dispose();
    }

    protected override void BindValues(ArrayData data)
    {
        offsets.Pin(data);
        bytes.Pin(data.Buffers[2], 0);
    }

    protected override void WriteValue(int position, TupleWriter output)
    {
        (int start, int end) = offsets[position];
        ReadOnlySpan<byte> value = bytes.Span[start..end];
        output.WriteInt32(value.Length + (versioned ? 1 : 0));
        if (versioned)
        {
            output.Room(1)[0] = 1;
            output.Advance(1);
        }

        output.WriteBytes(value);
    }
}
