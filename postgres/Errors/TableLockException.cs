using Mammoth.Postgres.Catalog;

namespace Mammoth.Postgres.Errors;

/// <summary>The tables could not be locked against being rewritten or emptied during the copy.</summary>
/// <param name="table">The table that somebody else holds, where it is known.</param>
public sealed class TableLockException(string message, QualifiedName? table = null, Exception? inner = null) : SourceException(message, inner)
{
    public QualifiedName? Table { get; } = table;
}
