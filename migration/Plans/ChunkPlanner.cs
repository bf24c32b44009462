using Mammoth.Postgres.Catalog;

namespace Mammoth.Migration.Plans;

/// <summary>
/// Cuts a table into page ranges: at least 1,000 pages, since many tiny ranges cost the server more than few large ones, and at
/// least one data file's bytes with TOAST included; the last range of each heap is open-ended.
/// </summary>
public static class ChunkPlanner
{
    /// <summary>Fewest pages of a chunk.</summary>
    public const long MinimumPages = 1_000;

    /// <summary>Server versions before 14 have no TID range scan: a range would read the whole heap each time.</summary>
    private const int TidRangeScans = 140_000;

    /// <summary>The chunks of all heaps of a table.</summary>
    public static IReadOnlyList<ChunkPlan> Cut(IReadOnlyList<Leaf> leaves, int serverVersion, long targetFileSize, long minimumPages = MinimumPages)
    {
        var chunks = new List<ChunkPlan>();
        foreach (Leaf leaf in leaves)
        {
            long step = serverVersion < TidRangeScans ? long.MaxValue : PagesPerChunk(leaf, targetFileSize, minimumPages);
            long from = 0;
            do
            {
                bool last = step >= leaf.Pages - from;
                long pages = last ? leaf.Pages - from : step;
                long bytes = leaf.Pages == 0 ? leaf.TotalBytes : (long)((double)leaf.TotalBytes * pages / leaf.Pages);
                chunks.Add(new ChunkPlan(chunks.Count, leaf.Name, leaf.Oid, leaf.FileNode, from == 0 ? null : from, last ? null : from + step, bytes));
                from = last ? leaf.Pages : from + step;
            }
            while (from < leaf.Pages);
        }

        return chunks;
    }

    private static long PagesPerChunk(Leaf leaf, long targetFileSize, long minimumPages)
    {
        double bytesPerPage = leaf.Pages == 0 ? 1 : Math.Max(1, (double)leaf.TotalBytes / leaf.Pages);
        return Math.Max(minimumPages, (long)Math.Ceiling(targetFileSize / bytesPerPage));
    }
}
