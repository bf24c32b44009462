using Apache.Arrow;

namespace Mammoth.Postgres.Copy.Builders;

/// <summary>Where each value of a column of varying lengths ends.</summary>
internal sealed unsafe class OffsetBuffer
{
    private readonly GrowingBuffer offsets = new();

    public OffsetBuffer() => Clear();

    /// <summary>Where value <paramref name="index"/> begins; the end of the one before it.</summary>
    public int this[int index] => ((int*)offsets.Pointer)[index];

    /// <summary>Ends value <paramref name="index"/>.</summary>
    public void End(int index, int offset)
    {
        Reserve(index + 1);
        ((int*)offsets.Pointer)[index + 1] = offset;
    }

    /// <summary>Makes room for so many values.</summary>
    public void Reserve(int values) => offsets.Reserve((values + 1L) * sizeof(int));

    public ArrowBuffer Build(int length) => new(offsets.Written((length + 1) * sizeof(int)));

    public void Release() => offsets.Release();

    public void Clear()
    {
        offsets.Reserve(sizeof(int));
        *(int*)offsets.Pointer = 0;
    }
}
