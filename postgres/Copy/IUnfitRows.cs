namespace Mammoth.Postgres.Copy;

/// <summary>Takes the rows that hold a value which their column's type can't hold. It may throw, which ends the copy.</summary>
public interface IUnfitRows
{
    /// <summary>Called once for each unfit row, which is in no batch. The row's bytes are only valid during the call.</summary>
    void Add(in UnfitRow row);
}

/// <summary>A row with a value that does not fit.</summary>
public readonly ref struct UnfitRow
{
    /// <summary>The index of the first column whose value does not fit.</summary>
    public required int Column { get; init; }

    /// <summary>That column's name.</summary>
    public required string ColumnName { get; init; }

    /// <summary>What about the value does not fit: <c>infinity</c>, <c>NaN</c>, <c>year 12000</c>, <c>24:00:00</c>, <c>2 dimensions</c> …</summary>
    public required string Reason { get; init; }

    /// <summary>The row's COPY tuple (field count and length-prefixed fields), in canonical form.</summary>
    public required ReadOnlySpan<byte> Tuple { get; init; }
}
