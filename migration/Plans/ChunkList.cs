using System.Collections;

namespace Mammoth.Migration.Plans;

/// <summary>The chunks of a table, heap after heap.</summary>
public sealed class ChunkList(IReadOnlyList<HeapPlan> heaps) : IReadOnlyList<ChunkPlan>
{
    public int Count { get; } = heaps.Sum(h => h.Chunks);

    public ChunkPlan this[int index] => Ranges(index, 1)[0];

    /// <summary>Consecutive chunks as few page ranges: one of each heap they lie in.</summary>
    public IReadOnlyList<ChunkPlan> Ranges(int first, int count)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(first);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(first + count, Count);
        var ranges = new List<ChunkPlan>();
        int before = 0;
        foreach (HeapPlan heap in heaps)
        {
            int from = Math.Max(first, before);
            int to = Math.Min(first + count, before + heap.Chunks);
            if (from < to)
            {
                ranges.Add(heap.Range(from - before, to - from, from));
            }

            before += heap.Chunks;
            if (before >= first + count)
            {
                break;
            }
        }

        return ranges;
    }

    public IEnumerator<ChunkPlan> GetEnumerator()
    {
        int before = 0;
        foreach (HeapPlan heap in heaps)
        {
            for (int i = 0; i < heap.Chunks; i++)
            {
                yield return heap.Range(i, 1, before + i);
            }

            before += heap.Chunks;
        }
    }

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
}
