using Apache.Arrow;

namespace Mammoth.Postgres.Copy.Builders;

/// <summary>A column of composite values.</summary>
internal sealed class StructBuilder : ColumnBuilder
{
    private readonly CopyType.Composite composite;
    private readonly ColumnBuilder[] fields;

    public StructBuilder(CopyType.Composite composite, bool uncheckedText)
        : base(composite.ArrowType)
    {
        this.composite = composite;
        fields = [.. composite.Fields.Select(f => BuilderFactory.Create(f.Type, uncheckedText))];
    }

    public override string? Append(ReadOnlySpan<byte> wire)
    {
        var rest = new NestedValues(wire);
        int count = rest.ReadInt32();
        if (count != fields.Length)
            throw new CopyFormatException($"A composite has {count} attributes, not {fields.Length}.");
        for (int i = 0; i < fields.Length; i++)
        {
            uint oid = (uint)rest.ReadInt32();
            if (oid != composite.Fields[i].Oid)
                throw new CopyFormatException($"Attribute '{composite.Fields[i].Name}' of a composite has type oid {oid}, not {composite.Fields[i].Oid}.");
            if (!rest.ReadValue(out ReadOnlySpan<byte> value))
                fields[i].AppendNull();
            else if (fields[i].Append(value) is { } reason)
                return reason;
        }

        rest.RequireEnd("composite value");
        Count();
        return null;
    }

    public override void Release()
    {
        base.Release();
        foreach (ColumnBuilder field in fields)
            field.Release();
    }

    public override ArrayData Build() =>
        new(Type, Length, NullCount, 0, [Validity()], [.. fields.Select(f => f.Build())]);

    protected override void AppendEmpty()
    {
        foreach (ColumnBuilder field in fields)
            field.AppendNull();
    }

    protected override void TruncateValues(int length)
    {
        foreach (ColumnBuilder field in fields)
        {
            if (length == 0)
                field.Clear();
            else
                field.Truncate(length);
        }
    }
}
