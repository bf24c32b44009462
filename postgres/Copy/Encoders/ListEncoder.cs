using Apache.Arrow;

namespace Mammoth.Postgres.Copy.Encoders;

/// <summary>A column of one-dimensional arrays; an empty one has no dimension.</summary>
internal sealed class ListEncoder(uint elementOid, ColumnEncoder element) : ColumnEncoder
{
    private PinnedOffsets offsets;

    public override void Unbind()
    {
        base.Unbind();
        offsets.Dispose();
        element.Unbind();
    }

    protected override void BindValues(ArrayData data)
    {
        offsets.Pin(data);
        element.Bind(data.Children[0]);
    }

    protected override void WriteValue(int position, TupleWriter output)
    {
        (int from, int to) = offsets[position];
        int start = output.BeginLength();
        output.WriteInt32(to > from ? 1 : 0);
        output.WriteInt32(0);
        output.WriteInt32((int)elementOid);
        if (to > from)
        {
            output.WriteInt32(to - from);
            output.WriteInt32(1);
            for (int i = from; i < to; i++)
                element.Write(i, output);
        }

        output.EndLength(start);
    }
}
