using Mammoth.Postgres.Catalog;

namespace Mammoth.Migration.Plans;

/// <summary>
/// A heap of a table, and into how large page ranges it is cut. The ranges follow from it: a table of terabytes has tens of thousands, which nobody lists.
/// </summary>
/// <param name="Name">The table itself, or a partition.</param>
/// <param name="FileNode">Its file node when planned: it is checked where no locks are held.</param>
/// <param name="Bytes">Heap and TOAST.</param>
/// <param name="ChunkPages">Pages of a chunk; the last one is open-ended.</param>
public sealed record HeapPlan(QualifiedName Name, uint Oid, uint FileNode, long Pages, long Bytes, long ChunkPages)
{
    /// <summary>How many chunks it has: one at least, for an empty heap may have rows by the time it is read.</summary>
    internal int Chunks => (int)Math.Max(1, ((Pages - 1) / ChunkPages) + 1);

    /// <summary>Some of its chunks as one page range.</summary>
    /// <param name="from">The first, within the heap.</param>
    /// <param name="index">The first, within the table.</param>
    internal ChunkPlan Range(int from, int count, int index)
    {
        bool last = from + count == Chunks;
        long pages = last ? Pages - (from * ChunkPages) : count * ChunkPages;
        long bytes = Pages == 0 ? Bytes : (long)((double)Bytes * pages / Pages);
        return new(index, Name, Oid, FileNode, from == 0 ? null : from * ChunkPages, last ? null : (from + count) * ChunkPages, bytes);
    }
}
