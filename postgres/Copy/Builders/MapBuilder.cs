using Apache.Arrow;
using Apache.Arrow.Types;

namespace Mammoth.Postgres.Copy.Builders;

/// <summary>A column of <c>hstore</c> values: text to text or null, the pairs in the order they were sent.</summary>
internal sealed class MapBuilder : ColumnBuilder
{
    private readonly OffsetBuffer offsets = new();
    private readonly BytesBuilder keys;
    private readonly BytesBuilder values;

    public MapBuilder(CopyType.Hstore hstore, bool uncheckedText)
        : base(hstore.ArrowType)
    {
        keys = new BytesBuilder(StringType.Default, BytesForm.Text, uncheckedText);
        values = new BytesBuilder(StringType.Default, BytesForm.Text, uncheckedText);
    }

    public override string? Append(ReadOnlySpan<byte> wire)
    {
        var rest = new NestedValues(wire);
        int count = rest.ReadInt32();
        if (count < 0)
            throw new CopyFormatException($"An hstore has {count} pairs.");
        for (int i = 0; i < count; i++)
        {
            if (!rest.ReadValue(out ReadOnlySpan<byte> key))
                throw new CopyFormatException("A key of an hstore is null.");
            if (keys.Append(key) is { } keyReason)
                return keyReason;
            if (!rest.ReadValue(out ReadOnlySpan<byte> value))
                values.AppendNull();
            else if (values.Append(value) is { } valueReason)
                return valueReason;
        }

        rest.RequireEnd("hstore");
        offsets.End(Length, keys.Length);
        Count();
        return null;
    }

    public override void Release()
    {
        base.Release();
        offsets.Release();
        keys.Release();
        values.Release();
    }

    public override ArrayData Build()
    {
        var entries = new ArrayData(((MapType)Type).KeyValueType, keys.Length, 0, 0, [ArrowBuffer.Empty], [keys.Build(), values.Build()]);
        return new(Type, Length, NullCount, 0, [Validity(), offsets.Build(Length)], [entries]);
    }

    protected override void AppendEmpty() => offsets.End(Length, keys.Length);

    protected override void TruncateValues(int length)
    {
        if (length == 0)
        {
            keys.Clear();
            values.Clear();
            return;
        }

        keys.Truncate(offsets[length]);
        values.Truncate(offsets[length]);
    }
}
