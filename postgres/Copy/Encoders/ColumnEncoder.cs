using Apache.Arrow;

namespace Mammoth.Postgres.Copy.Encoders;

/// <summary>Writes the values of one Arrow column as they stand on the wire.</summary>
internal abstract class ColumnEncoder
{
    private PinnedArrowBuffer validity;

    /// <summary>Index of the array's first value within its buffers.</summary>
    protected int Offset { get; private set; }

    protected int Length { get; private set; }

    /// <summary>Takes up a column; <see cref="Unbind"/> lets go of it.</summary>
    public void Bind(ArrayData data)
    {
        Offset = data.Offset;
        Length = data.Length;
        ArrowBuffer bits = data.Buffers.Length > 0 ? data.Buffers[0] : ArrowBuffer.Empty;
        if (!bits.IsEmpty && data.NullCount != 0)
            validity.Pin(bits, (Offset + (long)Length + 7) >> 3);
        BindValues(data);
    }

    public virtual void Unbind() => validity.Dispose();

    /// <summary>Writes value <paramref name="index"/> with its length before it, or -1 where it is null.</summary>
    public void Write(int index, TupleWriter output)
    {
        if ((uint)index >= (uint)Length)
            throw new ArgumentOutOfRangeException(nameof(index), index, $"An Arrow array has {Length} values.");
        if (!validity.IsEmpty && !validity.Bit(Offset + index))
            output.WriteInt32(-1);
        else
            WriteValue(Offset + index, output);
    }

    /// <summary>Takes up the column's own buffers and children.</summary>
    protected abstract void BindValues(ArrayData data);

    /// <summary>Writes a value that is not null, with its length; <paramref name="position"/> is its index within the buffers.</summary>
    protected abstract void WriteValue(int position, TupleWriter output);
}
