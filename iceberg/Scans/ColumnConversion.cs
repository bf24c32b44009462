using System.Runtime.InteropServices;
using Apache.Arrow;
using Apache.Arrow.Types;
using Mammoth.Iceberg.Data;
using Mammoth.Iceberg.Schemas;
using ListType = Mammoth.Iceberg.Schemas.ListType;
using MapType = Mammoth.Iceberg.Schemas.MapType;
using StructType = Mammoth.Iceberg.Schemas.StructType;

namespace Mammoth.Iceberg.Scans;

/// <summary>
/// Turns a column as a file holds it into the column as the table has it now: fields found by id, missing ones filled in, widened types converted
/// (Iceberg spec, "Schema Evolution"). Buffers that stay the same are shared.
/// </summary>
internal static class ColumnConversion
{
    /// <summary>A column of the table's type; the caller owns it besides <paramref name="source"/>.</summary>
    /// <param name="name">The field's name in a name mapping, where it is not the file's own.</param>
    /// <exception cref="NotSupportedException">The file's type can't become the table's.</exception>
    public static ArrayData Convert(NestedField field, Field file, FileColumns columns, ArrayData source, string? name = null) => (field.Type, file.DataType) switch
    {
        (StructType s, Apache.Arrow.Types.StructType f) => Shared(field, source, Fields(s, f, columns.Below(file, name), source)),
        (ListType l, Apache.Arrow.Types.ListType f) =>
            Shared(field, source, [Convert(new(l.ElementId, $"{field.Name}.element", l.ElementRequired, l.Element), f.ValueField, columns.Below(file, name), source.Children[0], "element")]),
        (MapType m, Apache.Arrow.Types.MapType f) => Shared(field, source, [Entries(field, m, f, columns.Below(file, name), source.Children[0])]),
        (_, var type) when PlainArrays.Stands(type) => Plain(field, file, columns, source, name),
        (StructType or ListType or MapType, _) or (_, NestedType) => throw Inconvertible(field, file),
        _ => Primitive(field, file, source),
    };

    private static ArrayData Plain(NestedField field, Field file, FileColumns columns, ArrayData source, string? name)
    {
        var plain = PlainArrays.Of(source);
        try
        {
            return Convert(field, new Field(file.Name, plain.DataType, file.IsNullable, file.Metadata), columns, plain, name);
        }
        finally
        {
            // Its children, of a list, are the source's.
            foreach (var buffer in plain.Buffers)
                buffer.Dispose();
        }
    }

    private static ArrayData[] Fields(StructType table, Apache.Arrow.Types.StructType file, FileColumns columns, ArrayData source) =>
    [
        .. table.Fields.Select(field => columns.IndexOf(file.Fields, field.Id) is >= 0 and var index
            ? Convert(field, file.Fields[index], columns, source.Children[index])
            : ConstantColumn.Missing(field, source.Offset + source.Length)),
    ];

    private static ArrayData Entries(NestedField field, MapType table, Apache.Arrow.Types.MapType file, FileColumns columns, ArrayData entries)
    {
        var type = ((Apache.Arrow.Types.MapType)ArrowTypes.Of(table)).Fields[0].DataType;
        return new ArrayData(type, entries.Length, entries.NullCount, entries.Offset, Retained(entries),
        [
            Convert(new(table.KeyId, $"{field.Name}.key", true, table.Key), file.KeyField, columns, entries.Children[0], "key"),
            Convert(new(table.ValueId, $"{field.Name}.value", table.ValueRequired, table.Value), file.ValueField, columns, entries.Children[1], "value"),
        ]);
    }

    private static ArrayData Primitive(NestedField field, Field file, ArrayData source)
    {
        switch (field.Type, file.DataType)
        {
            case (PrimitiveType { Kind: PrimitiveKind.Long }, Int32Type):
                return Widened<int, long>(field, source, v => v);
            case (PrimitiveType { Kind: PrimitiveKind.Double }, FloatType):
                return Widened<float, double>(field, source, v => v);
            case (PrimitiveType { Kind: PrimitiveKind.Timestamp or PrimitiveKind.TimestampNs } p, Date32Type):
                var perDay = p.Kind == PrimitiveKind.Timestamp ? 86_400_000_000 : 86_400_000_000_000;
                return Widened<int, long>(field, source, v => checked(v * perDay));
            case (PrimitiveType { Kind: PrimitiveKind.Time }, Time32Type { Unit: TimeUnit.Millisecond }):
                return Widened<int, long>(field, source, v => v * 1000L);
            case (PrimitiveType { Kind: PrimitiveKind.Timestamp or PrimitiveKind.TimestampTz }, TimestampType { Unit: TimeUnit.Millisecond }):
                return Widened<long, long>(field, source, v => checked(v * 1000));
            case (DecimalType d, Decimal128Type f) when d.Scale == f.Scale && d.Precision >= f.Precision:
            // Text that a writer did not mark as such.
            case (PrimitiveType { Kind: PrimitiveKind.String }, BinaryType):
                return Shared(field, source, []);
        }
        return Alike(ArrowTypes.Of(field.Type), file.DataType) ? Shared(field, source, []) : throw Inconvertible(field, file);
    }

    private static bool Alike(IArrowType table, IArrowType file) => (table, file) switch
    {
        (TimestampType t, TimestampType f) => t.Unit == f.Unit && t.Timezone is null == f.Timezone is null,
        (Time64Type t, Time64Type f) => t.Unit == f.Unit,
        (FixedSizeBinaryType t, FixedSizeBinaryType f) => t.ByteWidth == f.ByteWidth,
        (Decimal128Type, _) => false,
        _ => table.TypeId == file.TypeId,
    };

    private static ArrayData Shared(NestedField field, ArrayData source, ArrayData[] children) =>
        new(ArrowTypes.Of(field.Type), source.Length, source.NullCount, source.Offset, Retained(source), children);

    private static ArrowBuffer[] Retained(ArrayData source) => [.. source.Buffers.Select(buffer => buffer.Retain())];

    private static ArrayData Widened<TFrom, TTo>(NestedField field, ArrayData source, Func<TFrom, TTo> widen) where TFrom : unmanaged where TTo : unmanaged
    {
        var values = MemoryMarshal.Cast<byte, TFrom>(source.Buffers[1].Span).Slice(source.Offset, source.Length);
        var wide = new byte[Math.Max(1, values.Length) * Marshal.SizeOf<TTo>()];
        var target = MemoryMarshal.Cast<byte, TTo>(wide.AsSpan());
        var validity = source.Buffers[0].Span;
        for (var i = 0; i < values.Length; i++)
            // What stands where a value is null is arbitrary, and must not overflow.
            if (validity.IsEmpty || BitUtility.GetBit(validity, source.Offset + i))
                target[i] = widen(values[i]);
        // An array of an offset of its own: its validity is moved to the front with it.
        var bits = source.Offset == 0 || validity.IsEmpty ? source.Buffers[0].Retain() : Moved(validity, source.Offset, source.Length);
        return new ArrayData(ArrowTypes.Of(field.Type), source.Length, source.NullCount, 0, [bits, new ArrowBuffer(wide)], []);
    }

    private static ArrowBuffer Moved(ReadOnlySpan<byte> bits, int offset, int length)
    {
        var moved = new ArrowBuffer.BitmapBuilder(length);
        for (var i = 0; i < length; i++)
            moved.Append(BitUtility.GetBit(bits, offset + i));
        return moved.Build();
    }

    private static NotSupportedException Inconvertible(NestedField field, Field file) =>
        new($"Column '{field.Name}' (field id {field.Id}) is {field.Type} in the table, but {file.DataType.Name} in the file, which can't be read as that.");
}
