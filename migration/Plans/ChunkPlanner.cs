using Mammoth.Postgres.Catalog;

namespace Mammoth.Migration.Plans;

/// <summary>
/// Cuts a table into page ranges: at least 1,000 pages, since many tiny ranges cost the server more than few large ones, and at
/// least one data file's bytes with TOAST included; the last range of each heap is open-ended. A copy may take several of them at once.
/// </summary>
public static class ChunkPlanner
{
    /// <summary>Fewest pages of a chunk.</summary>
    public const long MinimumPages = 1_000;

    /// <summary>Server versions before 14 have no TID range scan: a range would read the whole heap each time.</summary>
    private const int TidRangeScans = 140_000;

    /// <summary>All heaps of a table, and how they are cut.</summary>
    public static IReadOnlyList<HeapPlan> Cut(IReadOnlyList<Leaf> leaves, int serverVersion, long targetFileSize) =>
    [
        .. leaves.Select(leaf => new HeapPlan(
            leaf.Name, leaf.Oid, leaf.FileNode, leaf.Pages, leaf.TotalBytes, serverVersion < TidRangeScans ? Math.Max(1, leaf.Pages) : PagesPerChunk(leaf, targetFileSize))),
    ];

    private static long PagesPerChunk(Leaf leaf, long targetFileSize)
    {
        double bytesPerPage = leaf.Pages == 0 ? 1 : Math.Max(1, (double)leaf.TotalBytes / leaf.Pages);
        return Math.Max(MinimumPages, (long)Math.Ceiling(targetFileSize / bytesPerPage));
    }
}
