using Mammoth.Migration.Plans;
using Mammoth.Postgres.Catalog;

namespace Mammoth.Tests.Plans;

public sealed class ChunkPlannerTests
{
    private const long Target = 128L << 20;

    private static Leaf Heap(long pages, long bytes, string name = "t") => new(1, new("public", name), pages, bytes, 7);

    [Fact]
    public void A_small_table_is_one_open_chunk()
    {
        ChunkPlan chunk = Assert.Single(ChunkPlanner.Cut([Heap(10, 81_920)], 150_000, Target));
        Assert.Null(chunk.FromPage);
        Assert.Null(chunk.ToPage);
    }

    [Fact]
    public void An_empty_heap_is_still_read_since_rows_may_have_no_page_yet_when_measured()
    {
        Assert.Single(ChunkPlanner.Cut([Heap(0, 0)], 150_000, Target));
    }

    [Theory]
    [InlineData(1_000_000, 8_192_000_000L)]
    [InlineData(16_384, 134_217_728L)]
    [InlineData(16_385, 134_225_920L)]
    [InlineData(500, 50_000_000_000L)]
    [InlineData(1_342_177_280, 10_995_116_277_760L)]
    public void Ranges_meet_without_gap_or_overlap_and_the_last_is_open(long pages, long bytes)
    {
        IReadOnlyList<ChunkPlan> chunks = ChunkPlanner.Cut([Heap(pages, bytes)], 150_000, Target);
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
        Assert.Equal(100, ChunkPlanner.Cut([Heap(100_000, 100L << 30)], 150_000, Target).Count);
    }

    [Fact]
    public void Each_leaf_has_chunks_of_its_own()
    {
        IReadOnlyList<ChunkPlan> chunks = ChunkPlanner.Cut([Heap(40_000, 327_680_000, "a"), Heap(3, 24_576, "b")], 150_000, Target);
        Assert.Equal(["a", "a", "a", "b"], chunks.Select(c => c.Leaf.Name));
        Assert.Equal(2, chunks.Count(c => c.ToPage is null));
    }

    [Fact]
    public void Before_version_14_a_heap_is_one_chunk()
    {
        Assert.Single(ChunkPlanner.Cut([Heap(1_000_000, 8_192_000_000)], 130_010, Target));
    }
}
