namespace Mammoth.Postgres.Copy;

/// <summary>Takes the rows that hold a value which their column's type can't hold. It may throw, which ends the copy.</summary>
public interface IUnfitRows
{
    /// <summary>Called once for each unfit row, which is in no batch. The row's bytes and values are only valid during the call.</summary>
    void Add(in UnfitRow row);
}

/// <summary>A row with a value that does not fit.</summary>
public readonly ref struct UnfitRow
{
    /// <summary>All its values that do not fit, in the order of their columns; at least one.</summary>
    public required ReadOnlySpan<UnfitValue> Values { get; init; }

    /// <summary>The row's COPY tuple (field count and length-prefixed fields), in canonical form; nothing where the row has large values, which were not held.</summary>
    public required ReadOnlySpan<byte> Tuple { get; init; }

    /// <summary>The row has large values: it can't be kept as a tuple.</summary>
    public bool HasLargeValues => Tuple.IsEmpty;
}

/// <summary>A value that does not fit its column.</summary>
/// <param name="Column">The column's index.</param>
/// <param name="ColumnName">The column's name.</param>
/// <param name="Reason">What about it does not fit: <c>infinity</c>, <c>NaN</c>, <c>year 12000</c>, <c>24:00:00</c>, <c>2 dimensions</c> …</param>
public readonly record struct UnfitValue(int Column, string ColumnName, string Reason);
