namespace Mammoth.Postgres.Copy;

/// <summary>Bounds of what a <see cref="CopyDecoder"/> holds at a time, and how it reads.</summary>
public sealed record CopyDecoderOptions
{
    /// <summary>
    /// Rows in a batch, at most: few enough for the columns to stay in the processor's cache between decoding and encoding.
    /// As many may be handed over as unfit between two batches.
    /// </summary>
    public int BatchRows { get; init; } = 4_096;

    /// <summary>Bytes on the wire in a batch, at most, and in the unfit rows between two batches; one larger row makes a batch of its own.</summary>
    public int BatchBytes { get; init; } = 2 << 20;

    /// <summary>Bytes of one row; more is taken for a damaged stream. The server itself sends no more than 1 GiB.</summary>
    public int RowBytes { get; init; } = 0x4000_0000;

    /// <summary>Bytes of memory for all rows of this process that are larger than usual (4 MB); a row for which it does not suffice is refused.</summary>
    public long LargeRowRoom { get; init; } = long.MaxValue;

    /// <summary>
    /// Text that is no UTF-8 makes its row unfit instead of the stream malformed: for a database in <c>SQL_ASCII</c>, read raw,
    /// where the server checks nothing.
    /// </summary>
    public bool UncheckedText { get; init; }
}
