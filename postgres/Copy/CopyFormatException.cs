using Mammoth.Postgres.Errors;

namespace Mammoth.Postgres.Copy;

/// <summary>The stream is no binary COPY of the columns it was announced with: it was cut, damaged, or the table is another one.</summary>
public sealed class CopyFormatException(string message) : SourceException(message)
{
    /// <summary>The row that could not be read, counted from 0 over the whole stream; null where it is not about one row.</summary>
    public long? Row { get; init; }

    /// <summary>The column that could not be read; null where it is not about one column.</summary>
    public string? Column { get; init; }
}
