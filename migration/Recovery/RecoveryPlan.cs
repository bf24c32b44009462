using Mammoth.Iceberg.Catalogs;

namespace Mammoth.Migration.Recovery;

/// <summary>What a rehearsal brings back, as the warehouse was when that was decided.</summary>
/// <param name="Tables">Those rehearsed longest ago first.</param>
/// <param name="Quarantine">Where the metadata of the table of quarantined rows lies; null: there is none.</param>
/// <param name="LeftOut">Tables that were wanted, and are not brought back this time.</param>
public sealed record RecoveryPlan(IReadOnlyList<RecoveryTable> Tables, string? Quarantine, IReadOnlyList<LeftOutTable> LeftOut)
{
    /// <summary>Bytes of files to read.</summary>
    public long Bytes => Tables.Sum(t => t.Bytes);
}

/// <summary>A table to bring back.</summary>
/// <param name="Metadata">Where its metadata lies.</param>
/// <param name="Bytes">Of its data files and large values.</param>
public sealed record RecoveryTable(TableIdentifier Table, string Metadata, long Bytes);

/// <summary>A table that is not brought back this time.</summary>
/// <param name="Reason">A sentence.</param>
public sealed record LeftOutTable(string Table, string Reason);
