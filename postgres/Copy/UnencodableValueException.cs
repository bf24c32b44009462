using Mammoth.Postgres.Errors;

namespace Mammoth.Postgres.Copy;

/// <summary>A value read from a table is no value of the PostgreSQL type it is to become.</summary>
public sealed class UnencodableValueException(string what)
    : SourceException($"A value of the table can't be a value of its PostgreSQL column: {what}.");
