using Apache.Arrow;
using Mammoth.Iceberg.Schemas;
using ParquetSharp;

namespace Mammoth.Iceberg.Data;

/// <summary>Writes one leaf column of the open row group, and counts what Parquet's own statistics leave out.</summary>
internal abstract class LeafWriter(NestedField field, short maxDefinition, short maxRepetition)
{
    public NestedField Field { get; } = field;

    /// <summary>Below a list or map: the reference keeps sizes of such leaves, but no counts and no bounds.</summary>
    public bool Repeated { get; } = maxRepetition > 0;

    /// <summary>NaN values of the whole file; null where the type has none.</summary>
    public virtual long? NanCount => null;

    protected short MaxDefinition { get; } = maxDefinition;

    /// <summary>Starts a row group.</summary>
    public abstract void Open(ColumnWriter column);

    /// <summary>Writes a batch's values; <paramref name="entries"/> are positions in the buffers of <paramref name="data"/>.</summary>
    public abstract void Write(Frontier entries, ArrayData data);

    /// <inheritdoc cref="ColumnShape.WantsNewRowGroup"/>
    public virtual bool WantsNewRowGroup(ArrayData data) => false;

    /// <summary>Leaves its memory to others.</summary>
    public abstract void Release();

    public static LeafWriter For(NestedField field, short maxDefinition, short maxRepetition) => field.Type switch
    {
        DecimalType { Precision: <= 9 } => new DecimalLeaf<int>(field, maxDefinition, maxRepetition),
        DecimalType { Precision: <= 18 } => new DecimalLeaf<long>(field, maxDefinition, maxRepetition),
        DecimalType => new WideDecimalLeaf(field, maxDefinition, maxRepetition),
        FixedType or PrimitiveType { Kind: PrimitiveKind.Uuid } => new FixedLeaf(field, maxDefinition, maxRepetition),
        PrimitiveType { Kind: PrimitiveKind.Boolean } => new BooleanLeaf(field, maxDefinition, maxRepetition),
        PrimitiveType { Kind: PrimitiveKind.Int or PrimitiveKind.Date } => new NumberLeaf<int>(field, maxDefinition, maxRepetition),
        PrimitiveType { Kind: PrimitiveKind.Float } => new FloatLeaf<float>(field, maxDefinition, maxRepetition),
        PrimitiveType { Kind: PrimitiveKind.Double } => new FloatLeaf<double>(field, maxDefinition, maxRepetition),
        PrimitiveType { Kind: PrimitiveKind.String or PrimitiveKind.Binary } => new BytesLeaf(field, maxDefinition, maxRepetition),
        _ => new NumberLeaf<long>(field, maxDefinition, maxRepetition),
    };
}

/// <summary>A leaf whose values Parquet holds as <typeparamref name="T"/>.</summary>
internal abstract class LeafWriter<T>(NestedField field, short maxDefinition, short maxRepetition) : LeafWriter(field, maxDefinition, maxRepetition)
    where T : unmanaged
{
    private ColumnWriter<T>? _column;
    private Scratch<short> _full = new();
    private Scratch<T> _values = new();
    private int _filled;

    public override void Open(ColumnWriter column) => _column = (ColumnWriter<T>)column;

    public override void Release()
    {
        _full.Release();
        _values.Release();
        _filled = 0;
    }

    /// <summary>Room for converted values, kept between batches.</summary>
    protected Span<T> Room(int count) => _values.Room(count).AsSpan(0, count);

    /// <summary>Hands levels and the values that are there to the column.</summary>
    protected void Put(Frontier entries, ReadOnlySpan<T> values)
    {
        var column = _column ?? throw new InvalidOperationException("No row group is open.");
        if (entries.Count == 0)
            return;
        ReadOnlySpan<short> definitions = MaxDefinition == 0 ? default : entries.Dense ? Full(entries.Count) : entries.Definitions;
        column.WriteBatch(entries.Count, definitions, Repeated ? entries.Repetitions : default, values);
    }

    private ReadOnlySpan<short> Full(int count)
    {
        if (_filled < count)
        {
            _full.Room(count).AsSpan().Fill(MaxDefinition);
            _filled = count;
        }
        return _full.Of(count);
    }
}
