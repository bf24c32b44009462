namespace Mammoth.Postgres.Copy.Wire;

/// <summary>
/// How a value of one type is written on the wire, both ways. Writing a value that was read gives the same bytes again.
/// Implemented by structs, so that a column's loop is compiled for its type.
/// </summary>
internal interface IFixedWire<TValue>
    where TValue : unmanaged
{
    /// <summary>Bytes that a value takes on the wire, at most.</summary>
    int LongestWire { get; }

    /// <summary>Reads a value; where it does not fit the column, says why.</summary>
    /// <exception cref="CopyFormatException">These bytes are no value of the type.</exception>
    string? Read(ReadOnlySpan<byte> wire, out TValue value);

    /// <summary>Writes a value and returns its length.</summary>
    /// <exception cref="UnencodableValueException">No value of the type is written like this.</exception>
    int Write(TValue value, Span<byte> wire);
}
