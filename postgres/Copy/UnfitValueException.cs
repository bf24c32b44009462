using Mammoth.Postgres.Errors;

namespace Mammoth.Postgres.Copy;

/// <summary>A value has no exact place in its column's Arrow type, and nobody was there to take the row.</summary>
public sealed class UnfitValueException(string column, string reason)
    : SourceException($"Column '{column}' holds a value that its table type can't hold ({reason}). Copy the column as text (policy 'string') or quarantine its rows (policy 'quarantine').")
{
    public string Column { get; } = column;

    /// <summary>What about the value does not fit: <c>infinity</c>, <c>NaN</c>, <c>year 12000</c>, <c>24:00:00</c>, <c>2 dimensions</c> …</summary>
    public string Reason { get; } = reason;
}
