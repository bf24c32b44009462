namespace Mammoth.Migration.Verification;

/// <summary>
/// Into how many parts the proof of a table is divided, by its data files in their order: each is read by a step of its own that takes minutes, and the
/// digests are summed. Whoever divides the same files by the same bytes gets the same parts.
/// </summary>
/// <param name="Bytes">What a part has at most, unless a single file has more.</param>
public sealed record ProofParts(int Count, long Bytes);

/// <summary>What the steps of a divided proof found.</summary>
/// <param name="Counted">Rows of an independent <c>count(*)</c>.</param>
/// <param name="Digest">The sum of the parts' digests.</param>
public sealed record ProofSums(long Counted, string Digest);

/// <summary>Deals files, in their order, to parts.</summary>
/// <param name="bytes">What a part has at most, unless a single file has more.</param>
internal sealed class ProofDivision(long bytes)
{
    private long _filled;
    private int _part;

    /// <summary>Parts so far.</summary>
    public int Count { get; private set; } = 1;

    /// <summary>The part, from 0, of the next file.</summary>
    public int PartOf(long size)
    {
        if (_filled > 0 && _filled + size > bytes)
        {
            _part++;
            _filled = 0;
        }

        _filled += size;
        Count = _part + 1;
        return _part;
    }
}
