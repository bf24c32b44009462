using System.Runtime.CompilerServices;
using Apache.Arrow;
using Apache.Arrow.Types;

namespace Mammoth.Postgres.Copy.Builders;

/// <summary>Grows one Arrow column out of values as they stand on the wire.</summary>
internal abstract unsafe class ColumnBuilder(IArrowType type)
{
    /// <summary>What a builder keeps for the next batch; larger buffers were for one large value and are given back.</summary>
    protected const int KeptBytes = 4 << 20;

    private readonly GrowingBuffer validity = new();
    private bool hasValidity;

    public int Length { get; private set; }

    public int NullCount { get; private set; }

    protected IArrowType Type { get; } = type;

    /// <summary>Appends a value. Where it does not fit the column, says why; the builder must then be truncated to where the row began.</summary>
    /// <exception cref="CopyFormatException">These bytes are no value of the type.</exception>
    public abstract string? Append(ReadOnlySpan<byte> wire);

    /// <summary>
    /// Appends a column's values in several rows. False where one does not fit or can't be read, whatever was appended before it: the builder must then be truncated to where the rows
    /// began, and who appends them one by one learns why.
    /// </summary>
    /// <param name="data">What the places are places in.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public virtual bool TryAppend(ReadOnlySpan<byte> data, ColumnPlaces places)
    {
        for (int i = 0; i < places.Count; i++)
        {
            FieldPlace place = places[i];
            if (place.Length < 0)
                AppendNull();
            else if (Append(data.Slice(place.Start, place.Length)) is not null)
                return false;
        }

        return true;
    }

    /// <summary>
    /// Appends the elements of an array where all are of the type's one length, as they nearly always are where it has one. False where one is not, or does not fit: nothing is
    /// appended then.
    /// </summary>
    /// <param name="elements">Each behind its length, and nothing else.</param>
    public virtual bool TryAppendElements(ReadOnlySpan<byte> elements, int count) => false;

    public void AppendNull()
    {
        AppendEmpty();
        if (!hasValidity)
            BeginValidity();
        validity.Reserve((Length >> 3) + 1);
        validity.Pointer[Length >> 3] &= (byte)~(1 << (Length & 7));
        Length++;
        NullCount++;
    }

    /// <summary>Takes back all values from <paramref name="length"/> on, those not finished too.</summary>
    public void Truncate(int length)
    {
        TruncateValues(length);
        for (int i = length; i < Length && NullCount > 0; i++)
        {
            if ((validity.Pointer[i >> 3] & (1 << (i & 7))) == 0)
                NullCount--;
        }

        Length = length;
    }

    /// <summary>The column as Arrow data over this builder's own memory.</summary>
    public abstract ArrayData Build();

    /// <summary>Empties the builder for another batch.</summary>
    public void Clear()
    {
        TruncateValues(0);
        Length = 0;
        NullCount = 0;
        hasValidity = false;
        Shrink();
    }

    /// <summary>Gives the builder's memory to those that come after it; it is of no use then.</summary>
    public virtual void Release() => validity.Release();

    /// <summary>Writes the place of a null.</summary>
    protected abstract void AppendEmpty();

    /// <summary>Forgets the values from <paramref name="length"/> on.</summary>
    protected abstract void TruncateValues(int length);

    protected virtual void Shrink() => validity.Shrink(KeptBytes);

    /// <summary>Counts a value that was written.</summary>
    protected void Count()
    {
        if (hasValidity)
        {
            validity.Reserve((Length >> 3) + 1);
            validity.Pointer[Length >> 3] |= (byte)(1 << (Length & 7));
        }

        Length++;
    }

    /// <summary>Counts values that were written, and the nulls between them.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    protected void Count(ColumnPlaces places, int nulls)
    {
        if (nulls > 0 && !hasValidity)
            BeginValidity();
        if (hasValidity)
        {
            for (int i = 0; i < places.Count; i += 64)
                validity.WriteBits(Length + i, places.NotNull(i));
        }

        Length += places.Count;
        NullCount += nulls;
    }

    /// <summary>The null bitmap; none where nothing is null.</summary>
    protected ArrowBuffer Validity() => NullCount == 0 ? ArrowBuffer.Empty : new ArrowBuffer(validity.Written((Length + 7) >> 3));

    /// <summary>Most columns never meet a null and need no bitmap; with the first one, all before it are marked as there.</summary>
    private void BeginValidity()
    {
        validity.Reserve((Length >> 3) + 1);
        new Span<byte>(validity.Pointer, (Length >> 3) + 1).Fill(0xFF);
        hasValidity = true;
    }
}
