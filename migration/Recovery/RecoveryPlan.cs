using Mammoth.Iceberg.Catalogs;
using Mammoth.Migration.Errors;

namespace Mammoth.Migration.Recovery;

/// <summary>What a rehearsal brings back, as the warehouse was when that was decided.</summary>
/// <param name="Tables">Those rehearsed longest ago first.</param>
/// <param name="Quarantine">Where the metadata of the table of quarantined rows lies; null: there is none.</param>
/// <param name="LeftOut">Tables that were wanted, and are not brought back this time.</param>
public sealed record RecoveryPlan(IReadOnlyList<RecoveryTable> Tables, string? Quarantine, IReadOnlyList<LeftOutTable> LeftOut)
{
    /// <summary>Bytes of files to read.</summary>
    public long Bytes => Tables.Sum(t => t.Bytes);

    /// <summary>Nothing brought back is nothing shown: it must not look like a rehearsal that went well.</summary>
    /// <param name="root">The warehouse's root URI.</param>
    /// <exception cref="MammothException">No table is brought back.</exception>
    internal RecoveryPlan OrFail(string root) => (Tables.Count, LeftOut.Count) switch
    {
        (0, 0) => throw new UsageException($"No table of {root} was chosen.", "`mammoth tables list` shows those there are; patterns are matched on namespace.table and case matters."),
        (0, _) => throw new MammothException($"None of the chosen tables can be brought back: {LeftOut[0].Table}: {LeftOut[0].Reason}.", "Where they are too large, allow more bytes (--max-bytes, over HTTP maxBytes)."),
        _ => this,
    };
}

/// <summary>A table to bring back.</summary>
/// <param name="Metadata">Where its metadata lies.</param>
/// <param name="Bytes">Of its data files and large values.</param>
/// <param name="Names">The names under which it comes back, which no other table of the plan has.</param>
public sealed record RecoveryTable(TableIdentifier Table, string Metadata, long Bytes, RecoveryNames Names);

/// <summary>A table that is not brought back this time.</summary>
/// <param name="Reason">A sentence.</param>
public sealed record LeftOutTable(string Table, string Reason)
{
    /// <summary>It is larger than a rehearsal may read: its turn never comes.</summary>
    public bool IsTooLarge { get; init; }
}
