namespace Mammoth.Iceberg.Catalogs;

/// <summary>One table of a commit, before the decision: its metadata file is written, or the commit is refused.</summary>
/// <param name="Table">The table as it will be, and the bytes of its metadata file.</param>
/// <param name="Refusal">Why the commit is refused: a sentence.</param>
/// <param name="MayBeStale">Whether the refusal may come from a commit decided after the catalog was read; it then counts only if the catalog is unchanged.</param>
internal sealed record PreparedTable(CatalogEntry? Entry, (LoadedTable Table, ReadOnlyMemory<byte> Bytes)? Table, string? Refusal, bool MayBeStale)
{
    public static PreparedTable Ready(CatalogEntry entry, LoadedTable table, ReadOnlyMemory<byte> bytes) => new(entry, (table, bytes), null, false);

    public static PreparedTable Refused(string reason) => new(null, null, reason, false);

    public static PreparedTable Stale(string reason) => new(null, null, reason, true);
}
