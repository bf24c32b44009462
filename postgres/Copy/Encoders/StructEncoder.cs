using Apache.Arrow;

namespace Mammoth.Postgres.Copy.Encoders;

/// <summary>A column of composite values.</summary>
internal sealed class StructEncoder(CopyType.Composite composite) : ColumnEncoder
{
    private readonly ColumnEncoder[] fields = [.. composite.Fields.Select(f => EncoderFactory.Create(f.Type))];

    public override void Unbind()
    {
        base.Unbind();
        foreach (ColumnEncoder field in fields)
            field.Unbind();
    }

    protected override void BindValues(ArrayData data)
    {
        if (data.Children.Length != fields.Length)
            throw new ArgumentException($"A struct column has {data.Children.Length} fields where the composite has {fields.Length}.", nameof(data));
        for (int i = 0; i < fields.Length; i++)
            fields[i].Bind(data.Children[i]);
    }

    protected override void WriteValue(int position, TupleWriter output)
    {
        int start = output.BeginLength();
        output.WriteInt32(fields.Length);
        for (int i = 0; i < fields.Length; i++)
        {
            output.WriteInt32((int)composite.Fields[i].Oid);
            fields[i].Write(position, output);
        }

        output.EndLength(start);
    }
}
