using System.Numerics;
using System.Text;
using Apache.Arrow;
using Mammoth.Iceberg.Data;
using Mammoth.Iceberg.Schemas;
using Schema = Mammoth.Iceberg.Schemas.Schema;

namespace Mammoth.Tests.Data;

/// <summary>Rows as <see cref="RandomRows"/> has them, to Arrow batches and back.</summary>
internal static class ArrowRows
{
    /// <param name="skip">So many of the rows are only in the buffers, before the batch's offset.</param>
    public static RecordBatch ToBatch(Schema schema, IReadOnlyList<object?[]> rows, int skip = 0) => new(
        ArrowTypes.Of(schema),
        schema.Fields.Select((field, i) => ArrowArrayFactory.BuildArray(
            Array(field.Type, [.. rows.Select(row => row[i])], skip).Slice(skip, rows.Count - skip))),
        rows.Count - skip);

    public static IEnumerable<object?[]> FromBatch(Schema schema, RecordBatch batch)
    {
        for (var row = 0; row < batch.Length; row++)
            yield return [.. schema.Fields.Select((field, i) => Value(field.Type, batch.Column(i).Data, row))];
    }

    /// <param name="shift">Children get so many values in front of what their parent refers to.</param>
    private static ArrayData Array(IcebergType type, object?[] values, int shift)
    {
        var validity = new ArrowBuffer.BitmapBuilder();
        foreach (var value in values)
            validity.Append(value is not null);
        var nulls = values.Count(value => value is null);
        var bits = nulls == 0 ? ArrowBuffer.Empty : validity.Build();
        ArrayData With(ArrowBuffer[] buffers, params ArrayData[] children) =>
            new(ArrowTypes.Of(type), values.Length, nulls, 0, [bits, .. buffers], children);
        switch (type)
        {
            case StructType s:
                return With([], [.. s.Fields.Select((field, i) => Array(field.Type, [.. values.Select(v => ((object?[]?)v)?[i] ?? Default(field))], shift))]);
            case ListType l:
                var elements = values.SelectMany(v => (object?[]?)v ?? []).ToArray();
                return With([Offsets(values.Select(v => ((object?[]?)v)?.Length ?? 0), 0)], Shifted(l.Element, elements, shift));
            case MapType m:
                var pairs = values.SelectMany(v => ((object, object?)[]?)v ?? []).ToArray();
                var fields = ((Apache.Arrow.Types.MapType)ArrowTypes.Of(type)).Fields[0];
                var entries = new ArrayData(fields.DataType, pairs.Length, 0, 0, [ArrowBuffer.Empty],
                    [Shifted(m.Key, [.. pairs.Select(p => p.Item1)], shift), Shifted(m.Value, [.. pairs.Select(p => p.Item2)], shift)]);
                return With([Offsets(values.Select(v => (((object, object?)[]?)v)?.Length ?? 0), 0)], entries);
            case PrimitiveType { Kind: PrimitiveKind.Boolean }:
                var truths = new ArrowBuffer.BitmapBuilder();
                foreach (var value in values)
                    truths.Append(value is true);
                return With([truths.Build()]);
            case PrimitiveType { Kind: PrimitiveKind.String or PrimitiveKind.Binary }:
                var bytes = values.Select(v => v is string text ? Encoding.UTF8.GetBytes(text) : (byte[]?)v ?? []).ToArray();
                return With([Offsets(bytes.Select(b => b.Length), 0), new ArrowBuffer(bytes.SelectMany(b => b).ToArray())]);
            default:
                return With([new ArrowBuffer(values.SelectMany(v => Fixed(type, v)).ToArray())]);
        }
    }

    // A child array that starts at an offset of its own, as slices do.
    private static ArrayData Shifted(IcebergType type, object?[] values, int shift) =>
        shift == 0 || values.Length == 0 ? Array(type, values, 0) : Array(type, [.. values.Take(1), .. values], shift).Slice(1, values.Length);

    // Below a null struct, required fields hold anything.
    private static string? Default(NestedField field) => field.Required && field.Type is PrimitiveType { Kind: PrimitiveKind.String } ? "anything" : null;

    private static ArrowBuffer Offsets(IEnumerable<int> lengths, int start)
    {
        var offsets = new ArrowBuffer.Builder<int>().Append(start);
        foreach (var length in lengths)
            offsets.Append(start += length);
        return offsets.Build();
    }

    private static byte[] Fixed(IcebergType type, object? value) => (type, value) switch
    {
        (_, int i) => BitConverter.GetBytes(i),
        (_, long l) => BitConverter.GetBytes(l),
        (_, float f) => BitConverter.GetBytes(f),
        (_, double d) => BitConverter.GetBytes(d),
        (_, byte[] bytes) => bytes,
        (_, BigInteger unscaled) => BitConverter.GetBytes((Int128)unscaled),
        (FixedType f, _) => new byte[f.Length],
        (DecimalType or PrimitiveType { Kind: PrimitiveKind.Uuid }, _) => new byte[16],
        (PrimitiveType { Kind: PrimitiveKind.Int or PrimitiveKind.Float or PrimitiveKind.Date }, _) => new byte[4],
        _ => new byte[8],
    };

    private static object? Value(IcebergType type, ArrayData data, int row)
    {
        var at = data.Offset + row;
        if (data.Buffers[0].Length > 0 && !BitUtility.GetBit(data.Buffers[0].Span, at))
            return null;
        T As<T>() where T : unmanaged => data.Buffers[1].Span.CastTo<T>()[at];
        (int Start, int End) Range() => (data.Buffers[1].Span.CastTo<int>()[at], data.Buffers[1].Span.CastTo<int>()[at + 1]);
        byte[] Bytes() => data.Buffers[2].Span[Range().Start..Range().End].ToArray();
        byte[] Width(int width) => data.Buffers[1].Span.Slice(at * width, width).ToArray();
        switch (type)
        {
            case StructType s:
                return s.Fields.Select((field, i) => Value(field.Type, data.Children[i], at)).ToArray();
            case ListType l:
                var (start, end) = Range();
                return Enumerable.Range(start, end - start).Select(i => Value(l.Element, data.Children[0], i)).ToArray();
            case MapType m:
                var (first, last) = Range();
                var entries = data.Children[0];
                return Enumerable.Range(first + entries.Offset, last - first)
                    .Select(i => (Value(m.Key, entries.Children[0], i)!, Value(m.Value, entries.Children[1], i))).ToArray();
            case DecimalType:
                return (BigInteger)As<Int128>();
            case FixedType f:
                return Width(f.Length);
            case PrimitiveType p:
                return p.Kind switch
                {
                    PrimitiveKind.Boolean => BitUtility.GetBit(data.Buffers[1].Span, at),
                    PrimitiveKind.Int or PrimitiveKind.Date => As<int>(),
                    PrimitiveKind.Float => As<float>(),
                    PrimitiveKind.Double => As<double>(),
                    PrimitiveKind.String => Encoding.UTF8.GetString(Bytes()),
                    PrimitiveKind.Binary => Bytes(),
                    PrimitiveKind.Uuid => Width(16),
                    _ => As<long>(),
                };
            default:
                throw new NotSupportedException(type.ToString());
        }
    }
}
