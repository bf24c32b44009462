using System.Text;
using Apache.Arrow;
using Mammoth.Postgres.Copy.LargeValues;

namespace Mammoth.Postgres.Copy.Builders;

/// <summary>A column of references to large values (<see cref="LargeValue.Form"/>). It has no wire form of its own.</summary>
internal sealed class ReferenceBuilder() : ColumnBuilder(LargeValue.Form.ArrowType)
{
    private readonly ColumnBuilder[] fields = [.. LargeValue.Form.Fields.Select(f => BuilderFactory.Create(f.Type, uncheckedText: false))];

    public override string? Append(ReadOnlySpan<byte> wire) => throw new NotSupportedException("References are not read from the wire.");

    public void Append(LargeValue value)
    {
        Span<byte> bytes = stackalloc byte[sizeof(long)];
        System.Buffers.Binary.BinaryPrimitives.WriteInt64BigEndian(bytes, value.Bytes);
        fields[0].Append(Encoding.UTF8.GetBytes(value.Location));
        fields[1].Append(bytes);
        fields[2].Append(Encoding.UTF8.GetBytes(value.Sha256));
        Count();
    }

    public override void Release()
    {
        base.Release();
        foreach (ColumnBuilder field in fields)
            field.Release();
    }

    public override ArrayData Build() => new(Type, Length, NullCount, 0, [Validity()], [.. fields.Select(f => f.Build())]);

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
