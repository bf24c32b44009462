namespace Mammoth.Postgres.Copy;

/// <summary>What a COPY stream held so far.</summary>
/// <param name="Digest">Count and digest of the rows that went into batches.</param>
/// <param name="Unfit">Count and digest of the rows that did not fit.</param>
/// <param name="Bytes">Bytes of all tuples on the wire.</param>
public sealed record CopyTotals(RowDigest Digest, RowDigest Unfit, long Bytes)
{
    /// <summary>All rows, fit or not.</summary>
    public long Rows => Digest.Rows + Unfit.Rows;

    /// <summary>All rows, fit or not.</summary>
    public RowDigest All => Digest + Unfit;
}
