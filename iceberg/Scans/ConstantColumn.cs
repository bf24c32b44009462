using System.Numerics;
using System.Text;
using Apache.Arrow;
using Mammoth.Iceberg.Data;
using Mammoth.Iceberg.Schemas;

namespace Mammoth.Iceberg.Scans;

/// <summary>Columns a file does not hold: one value in every row.</summary>
internal static class ConstantColumn
{
    /// <summary>A field the file was written without: its initial default, or null.</summary>
    /// <exception cref="NotSupportedException">The field is required and has no default; the reader adds the file's name.</exception>
    public static ArrayData Missing(NestedField field, int length)
    {
        if (field.InitialDefault is { } json)
            return Of(field.Type, DefaultValue.Parse(field.Type, json), length);
        return !field.Required ? Of(field.Type, null, length)
            : throw new NotSupportedException($"it has no column '{field.Name}' (field id {field.Id}), which is required and has no initial default.");
    }

    /// <param name="value">A single value as <see cref="SingleValue"/> has them, or null.</param>
    public static ArrayData Of(IcebergType type, object? value, int length)
    {
        var arrow = ArrowTypes.Of(type);
        var validity = value is null ? new ArrowBuffer(new byte[Bitmap(length)]) : ArrowBuffer.Empty;
        var nulls = value is null ? length : 0;
        ArrayData With(ArrowBuffer[] buffers, params ArrayData[] children) => new(arrow, length, nulls, 0, [validity, .. buffers], children);
        switch (type)
        {
            case StructType s:
                return With([], [.. s.Fields.Select(field => Of(field.Type, null, length))]);
            case ListType l:
                return With([new ArrowBuffer(new byte[(length + 1) * 4])], Of(l.Element, null, 0));
            case MapType m:
                var entries = ((Apache.Arrow.Types.MapType)arrow).Fields[0].DataType;
                return With([new ArrowBuffer(new byte[(length + 1) * 4])],
                    new ArrayData(entries, 0, 0, 0, [ArrowBuffer.Empty], [Of(m.Key, null, 0), Of(m.Value, null, 0)]));
            case PrimitiveType { Kind: PrimitiveKind.Boolean }:
                var bits = new byte[Bitmap(length)];
                bits.AsSpan().Fill(value is true ? (byte)0xFF : (byte)0);
                return With([new ArrowBuffer(bits)]);
            case PrimitiveType { Kind: PrimitiveKind.String or PrimitiveKind.Binary }:
                var bytes = value is string text ? Encoding.UTF8.GetBytes(text) : value as byte[] ?? [];
                var offsets = new ArrowBuffer.Builder<int>(length + 1);
                for (var i = 0; i <= length; i++)
                    offsets.Append(checked(i * bytes.Length));
                return With([offsets.Build(), new ArrowBuffer(Repeated(bytes, length))]);
            default:
                var width = ((Apache.Arrow.Types.FixedWidthType)arrow).BitWidth / 8;
                return With([new ArrowBuffer(Repeated(value is null ? new byte[width] : Bytes(value), length))]);
        }
    }

    private static int Bitmap(int length) => Math.Max(1, (length + 7) / 8);

    private static byte[] Repeated(byte[] value, int count)
    {
        var all = new byte[value.Length * count];
        for (var i = 0; i < count; i++)
            value.CopyTo(all, i * value.Length);
        return all;
    }

    private static byte[] Bytes(object value) => value switch
    {
        int i => BitConverter.GetBytes(i),
        long l => BitConverter.GetBytes(l),
        float f => BitConverter.GetBytes(f),
        double d => BitConverter.GetBytes(d),
        Guid g => g.ToByteArray(bigEndian: true),
        BigInteger unscaled => BitConverter.GetBytes((Int128)unscaled),
        byte[] bytes => bytes,
        _ => throw new NotSupportedException($"A {value.GetType().Name} can't fill a column."),
    };
}
