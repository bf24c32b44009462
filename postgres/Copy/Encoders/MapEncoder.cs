using Apache.Arrow;

namespace Mammoth.Postgres.Copy.Encoders;

/// <summary>A column of <c>hstore</c> values; the pairs keep their order, which is the server's own.</summary>
internal sealed class MapEncoder : ColumnEncoder
{
    private readonly BytesEncoder keys = new(versioned: false);
    private readonly BytesEncoder values = new(versioned: false);
    private PinnedOffsets offsets;
    private int entriesOffset;

    public override void Unbind()
    {
        base.Unbind();
        offsets.Dispose();
        keys.Unbind();
        values.Unbind();
    }

    protected override void BindValues(ArrayData data)
    {
        offsets.Pin(data);
        ArrayData entries = data.Children[0];
        entriesOffset = entries.Offset;
        keys.Bind(entries.Children[0]);
        values.Bind(entries.Children[1]);
    }

    protected override void WriteValue(int position, TupleWriter output)
    {
        (int from, int to) = offsets[position];
        int start = output.BeginLength();
        output.WriteInt32(to - from);
        for (int i = from; i < to; i++)
        {
            keys.Write(entriesOffset + i, output);
            values.Write(entriesOffset + i, output);
        }

        output.EndLength(start);
    }
}
