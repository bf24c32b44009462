using Mammoth.Migration.Plans;
using Mammoth.Postgres.Catalog;

namespace Mammoth.Tests.Plans;

public sealed class ChunkPlannerTests
{
    private const long Target = 128L << 20;

    private static ChunkList Cut(IReadOnlyList<Leaf> leaves, int serverVersion, long target) => new(ChunkPlanner.Cut(leaves, serverVersion, target));

    private static Leaf Heap(long pages, long bytes, string name = "t") => new(1, new("public", name), pages, bytes, 7);

    [Fact]
    public void A_small_table_is_one_open_chunk()
    {
        ChunkPlan chunk = Assert.Single(Cut([Heap(10, 81_920)], 150_000, Target));
        Assert.Null(chunk.FromPage);
        Assert.Null(chunk.ToPage);
    }

    [Fact]
    public void An_empty_heap_is_still_read_since_rows_may_have_no_page_yet_when_measured()
    {
        Assert.Single(Cut([Heap(0, 0)], 150_000, Target));
    }

    [Theory]
    [InlineData(1_000_000, 8_192_000_000L)]
    [InlineData(16_384, 134_217_728L)]
    [InlineData(16_385, 134_225_920L)]
    [InlineData(500, 50_000_000_000L)]
    [InlineData(1_342_177_280, 10_995_116_277_760L)]
    public void Ranges_meet_without_gap_or_overlap_and_the_last_is_open(long pages, long bytes)
    {
        ChunkList chunks = Cut([Heap(pages, bytes)], 150_000, Target);
        Assert.Null(chunks[0].FromPage);
        Assert.Null(chunks[^1].ToPage);
        for (int i = 1; i < chunks.Count; i++)
        {
            Assert.Equal(chunks[i - 1].ToPage, chunks[i].FromPage);
            Assert.Equal(i, chunks[i].Index);
            Assert.True(chunks[i].FromPage - (chunks[i - 1].FromPage ?? 0) >= ChunkPlanner.MinimumPages);
        }

        Assert.InRange(chunks.Sum(c => c.Bytes), bytes - chunks.Count, bytes);
    }

    [Fact]
    public void Counts_toast_into_a_chunks_bytes()
    {
        // 100,000 pages that carry 100 GB of TOAST: fewest pages decide, not the heap's own bytes.
        Assert.Equal(100, Cut([Heap(100_000, 100L << 30)], 150_000, Target).Count);
    }

    [Fact]
    public void Each_leaf_has_chunks_of_its_own()
    {
        ChunkList chunks = Cut([Heap(40_000, 327_680_000, "a"), Heap(3, 24_576, "b")], 150_000, Target);
        Assert.Equal(["a", "a", "a", "b"], chunks.Select(c => c.Leaf.Name));
        Assert.Equal(2, chunks.Count(c => c.ToPage is null));
    }

    [Fact]
    public void Before_version_14_a_heap_is_one_chunk()
    {
        Assert.Single(Cut([Heap(1_000_000, 8_192_000_000)], 130_010, Target));
    }

    [Fact]
    public void Chunks_taken_together_are_one_range_of_each_heap()
    {
        ChunkList chunks = Cut([Heap(40_000, 327_680_000, "a"), Heap(3, 24_576, "b"), Heap(0, 0, "c")], 150_000, Target);
        Assert.Equal(
            [(1, "a", 16_384, null), (3, "b", null, null)],
            chunks.Ranges(1, 3).Select(r => (r.Index, r.Leaf.Name, r.FromPage, r.ToPage)).ToArray<(int, string, long?, long?)>());
        Assert.Equal((null, 32_768L), (chunks.Ranges(0, 2)[0].FromPage, chunks.Ranges(0, 2)[0].ToPage));
        Assert.Equal(chunks.Sum(c => c.Bytes), chunks.Ranges(0, chunks.Count).Sum(r => r.Bytes));
    }

    /// <summary>In whatever runs its chunks are taken, each page of each heap is read once.</summary>
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void Runs_of_any_length_read_each_page_once(int seed)
    {
        var random = new Random(seed);
        Leaf[] leaves = [.. Enumerable.Range(0, 20).Select(i => Heap(random.Next(5) == 0 ? random.Next(400_000) : random.Next(3_000), random.NextInt64(4L << 30), $"p{i}"))];
        ChunkList chunks = Cut(leaves, 150_000, Target);
        var ranges = new List<ChunkPlan>();
        for (int next = 0; next < chunks.Count;)
        {
            int count = Math.Min(1 + random.Next(9), chunks.Count - next);
            ranges.AddRange(chunks.Ranges(next, count));
            next += count;
        }

        foreach (Leaf leaf in leaves)
        {
            ChunkPlan[] own = [.. ranges.Where(r => r.Leaf == leaf.Name)];
            Assert.Null(own[0].FromPage);
            Assert.Null(own[^1].ToPage);
            Assert.All(own.Zip(own.Skip(1)), pair => Assert.Equal(pair.First.ToPage, pair.Second.FromPage));
        }
    }
}
