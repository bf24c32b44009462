namespace Mammoth.Api.Runs;

/// <summary>The sums of a run's tables.</summary>
internal static class ProgressSum
{
    /// <param name="elapsed">Since copying began; null where it has not.</param>
    public static RunProgress Of(IReadOnlyList<TableStatus> tables, bool running, TimeSpan? elapsed)
    {
        long rows = tables.Sum(t => t.Rows);
        long bytes = tables.Sum(t => t.Bytes);
        double fraction = Fraction(tables);
        double? seconds = running && elapsed is { TotalSeconds: > 0 } since && bytes > 0 ? since.TotalSeconds : null;
        return new(
            tables.Count,
            tables.Count(IsDone),
            tables.Count(t => t.State == TableProgressState.Failed),
            tables.Sum(t => t.Chunks),
            tables.Sum(t => t.ChunksDone),
            rows,
            tables.Sum(t => t.QuarantinedRows),
            bytes,
            fraction,
            rows / seconds,
            bytes / seconds,
            fraction > 0 ? seconds * (1 - fraction) / fraction : null);
    }

    private static bool IsDone(TableStatus table) => table.State is TableProgressState.Staged or TableProgressState.Published or TableProgressState.Unchanged
        or TableProgressState.Withheld or TableProgressState.Verified or TableProgressState.Rehearsed or TableProgressState.Failed;

    /// <summary>By the sizes in the source: each chunk of a table counts alike. A table of no bytes is work too, though little.</summary>
    private static double Fraction(IReadOnlyList<TableStatus> tables)
    {
        double all = tables.Sum(Weight);
        return all == 0 ? 0 : Math.Min(1, tables.Sum(t => Weight(t) * (IsDone(t) || t.Chunks == 0 && t.State != TableProgressState.Waiting ? 1 : t.Chunks == 0 ? 0 : (double)t.ChunksDone / t.Chunks)) / all);
    }

    private static double Weight(TableStatus table) => 8192 + (table.EstimatedBytes ?? 0);
}
