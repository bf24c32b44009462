using Mammoth.Migration.Plans;

namespace Mammoth.Tests.Plans;

public sealed class ForeignKeyGraphTests
{
    [Fact]
    public void Puts_a_table_behind_all_it_references()
    {
        // lines -> orders -> customers; lines -> products
        var graph = new ForeignKeyGraph(4, [(0, 1), (1, 2), (0, 3)]);
        Assert.Equal([2, 1, 0, 0], graph.Batches());
    }

    [Fact]
    public void Collapses_a_cycle_into_one_batch()
    {
        // warehouse <-> manager, and stock references warehouse, and manager references country
        var graph = new ForeignKeyGraph(4, [(0, 1), (1, 0), (2, 0), (1, 3)]);
        Assert.Equal([1, 1, 2, 0], graph.Batches());
        Assert.Contains(graph.Components(), c => c.SequenceEqual([0, 1]));
    }

    [Fact]
    public void Takes_a_self_reference_and_a_double_edge_calmly()
    {
        var graph = new ForeignKeyGraph(2, [(0, 0), (1, 0), (1, 0)]);
        Assert.Equal([0, 1], graph.Batches());
        Assert.All(graph.Components(), c => Assert.Single(c));
    }

    [Fact]
    public void Follows_a_chain_of_a_hundred_thousand_tables()
    {
        const int n = 100_000;
        int[] batches = new ForeignKeyGraph(n, Enumerable.Range(0, n - 1).Select(i => (i, i + 1))).Batches();
        Assert.Equal(n - 1, batches[0]);
        Assert.Equal(0, batches[n - 1]);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void Agrees_with_reachability_on_random_graphs(int seed)
    {
        var random = new Random(seed);
        for (int round = 0; round < 200; round++)
        {
            int n = random.Next(1, 12);
            (int, int)[] edges = [.. Enumerable.Range(0, random.Next(0, 2 * n)).Select(_ => (random.Next(n), random.Next(n)))];
            bool[,] reach = Reachability(n, edges);
            var graph = new ForeignKeyGraph(n, edges);
            int[] component = new int[n];
            int number = 0;
            foreach (IReadOnlyList<int> members in graph.Components())
            {
                number++;
                foreach (int table in members)
                {
                    Assert.Equal(0, component[table]);
                    component[table] = number;
                }
            }

            int[] batches = graph.Batches();
            for (int a = 0; a < n; a++)
            {
                for (int b = 0; b < n; b++)
                {
                    bool together = a == b || (reach[a, b] && reach[b, a]);
                    Assert.Equal(together, component[a] == component[b]);
                    if (reach[a, b])
                    {
                        Assert.True(together ? batches[a] == batches[b] : batches[a] > batches[b]);
                    }
                }
            }
        }
    }

    private static bool[,] Reachability(int n, (int From, int To)[] edges)
    {
        var reach = new bool[n, n];
        foreach ((int from, int to) in edges)
        {
            reach[from, to] = true;
        }

        for (int k = 0; k < n; k++)
        {
            for (int i = 0; i < n; i++)
            {
                for (int j = 0; j < n; j++)
                {
                    reach[i, j] |= reach[i, k] && reach[k, j];
                }
            }
        }

        return reach;
    }
}
