using Mammoth.Migration.Copying;
using Mammoth.Orchestrations.Migrations;
using Mammoth.Orchestrations.Runtime;

namespace Mammoth.Tests.Migrations;

/// <summary>The tuner: its rules one by one, and what they come to for tables of which it is told nothing.</summary>
public sealed class BatchSizesTests
{
    private const double Chunk = 128 << 20;
    private static readonly BatchBounds Bounds = new(Chunk, 32 * Chunk);

    private static readonly SimulatedTable[] Profiles =
    [
        new("narrow", 40_000, Pace: 25, Overhead: 0.4),
        new("wide", 60_000, Pace: 60, Overhead: 0.4),
        new("toast-heavy", 200_000, Pace: 90, Overhead: 0.6, Noise: 0.4),
        new("slow server", 6_000, Pace: 2.5, Overhead: 0.4, Noise: 0.3),
        new("flaky", 40_000, Pace: 25, Overhead: 0.4, Noise: 0.2, Failures: 60),
        new("far away", 60_000, Pace: 80, Overhead: 1.5, Noise: 0.2),
    ];

    /// <summary>Chunks a copy; more of them are beyond the tuner's bounds.</summary>
    private static readonly int[] Fixed = [1, 2, 3, 4, 6, 8, 12, 16, 24, 32];

    public static TheoryData<SimulatedTable, int> Tables => [.. Profiles.SelectMany(table => new[] { 2, 4, 8 }.Select(lanes => new TheoryDataRow<SimulatedTable, int>(table, lanes)))];

    [Theory]
    [MemberData(nameof(Tables))]
    public void Comes_within_a_tenth_of_the_best_fixed_size_without_being_told(SimulatedTable table, int lanes)
    {
        double best = Fixed.Min(take => CopySimulation.Median(table, lanes, take));
        double tuned = CopySimulation.Median(table, lanes);
        Assert.True(tuned <= 1.1 * best, $"{table.Name}: {tuned:0} s, and {best:0} s with the best size");
    }

    [Theory]
    [InlineData(2)]
    [InlineData(4)]
    public void Comes_within_a_tenth_where_chunks_are_so_small_that_most_of_a_copy_is_overhead(int lanes)
    {
        var table = new SimulatedTable("in small chunks", 1_000, Pace: 80, Overhead: 0.15, Noise: 0.1, Chunk: 8);
        double best = Fixed.Append(64).Min(take => CopySimulation.Median(table, lanes, take));
        double tuned = CopySimulation.Median(table, lanes);
        Assert.True(tuned <= 1.1 * best, $"{tuned:0.0} s, and {best:0.0} s with the best size");
    }

    [Fact]
    public void No_one_fixed_size_comes_as_near_to_all_of_them()
    {
        double worst = Fixed.Min(take => Profiles.Max(table => CopySimulation.Median(table, 8, take) / CopySimulation.Median(table, 8)));
        Assert.True(worst > 1.1, $"One size would cost {worst:0.00} times the tuner's at most.");
    }

    [Theory]
    [MemberData(nameof(Tables))]
    public void Converges_and_does_not_swing(SimulatedTable table, int lanes)
    {
        IReadOnlyList<double> sizes = CopySimulation.Run(table, lanes, seed: 3).Sizes;
        double[] later = [.. sizes.Skip(20)];
        double[] steps = [.. later.Zip(later.Skip(1), (a, b) => b - a).Where(step => step != 0)];
        int turns = steps.Zip(steps.Skip(1)).Count(pair => pair.First * pair.Second < 0);
        Assert.True(turns <= Math.Max(2, later.Length / 7), $"{table.Name} turned {turns} times in {later.Length} copies.");
        double[] ordered = [.. later.Order()];
        Assert.True(ordered[(int)(0.9 * ordered.Length)] <= 4 * ordered[(int)(0.1 * ordered.Length)], $"{table.Name} went from {ordered[0]:0} to {ordered[^1]:0} MB.");
    }

    [Fact]
    public void What_was_learnt_is_where_the_next_run_begins()
    {
        SimulatedTable wide = Profiles[1];
        double first = CopySimulation.Run(wide, 4, 7).Sizes[^1];
        var remembered = new BatchSizes(first * (1 << 20), 17, 0, 100);
        Assert.True(CopySimulation.Run(wide, 4, 8, remembered: remembered).Sizes[0] > 0.7 * first);
        Assert.True(CopySimulation.Beginning(wide, 4, remembered) > 0.7 * first);
        Assert.True(CopySimulation.Beginning(wide, 4) < 0.4 * first);
    }

    [Theory]
    [InlineData(60_000, 0.3, 0, 0.5)]
    [InlineData(40_000, 0.3, 0, 0.5)]
    [InlineData(20_000, 0.3, 0, 1)]
    [InlineData(15_000, 0.3, 0, 1)]
    [InlineData(8_000, 0.3, 0, 2.5)]
    [InlineData(1_000, 0.3, 0, 4)]
    [InlineData(1_000, 0.6, 0, 1)]
    [InlineData(1_000, 0.81, 0, 0.7)]
    [InlineData(20_000, 0.9, 0, 0.7)]
    [InlineData(1_000, 0.3, 1, 0.8)]
    [InlineData(60_000, 0.9, 2, 0.8)]
    public void Follows_its_rules(double milliseconds, double memory, int errors, double factor)
    {
        var before = new BatchSizes(4 * Chunk, 0, 0, 0);
        BatchSizes after = before.After([Measure(4, milliseconds, memory, errors)], Bounds);
        Assert.Equal(4 * Chunk * factor, after.Bytes, 1.0);
    }

    [Fact]
    public void After_a_failure_it_grows_again_only_when_some_copies_went_well()
    {
        BatchSizes sizes = new BatchSizes(4 * Chunk, 0, 0, 0).After([Measure(4, 4_000, 0.3, 1)], Bounds);
        Assert.Equal(3.2 * Chunk, sizes.Bytes, 1.0);
        BatchSizes calm = sizes.After([Measure(4, 4_000, 0.3, 0), Measure(4, 4_000, 0.3, 0), Measure(4, 4_000, 0.3, 0)], Bounds);
        Assert.Equal(sizes.Bytes, calm.Bytes, 1.0);
        Assert.True(calm.After([Measure(4, 4_000, 0.3, 0)], Bounds).Bytes > sizes.Bytes);
    }

    [Fact]
    public void Stays_within_its_bounds()
    {
        BatchSizes small = new BatchSizes().After([.. Enumerable.Repeat(Measure(1, 500_000, 0.95, 3), 50)], Bounds);
        Assert.Equal(Bounds.Least, small.Bytes);
        BatchSizes large = small.After([.. Enumerable.Repeat(Measure(1, 10, 0.1, 0), 50)], Bounds);
        Assert.Equal(Bounds.Most, large.Bytes);
    }

    [Fact]
    public void Its_state_as_an_entity_is_what_the_orchestration_reckoned()
    {
        CopyMeasure[] copies = [Measure(1, 900, 0.2, 0), Measure(2, 2_000, 0.2, 1), Measure(1, 40_000, 0.2, 0)];
        (System.Text.Json.JsonElement? state, _) = EntityTransition.Apply(typeof(BatchSizes), null, nameof(BatchSizes.After), Payload.Of(new object[] { copies, Bounds }));
        BatchSizes kept = Payload.To<BatchSizes>(state!.Value);
        Assert.Equal(new BatchSizes().After(copies, Bounds), kept);
        Assert.Equal(kept, kept.Begin(new BatchSizes(5, 5, 5, 5)));
        Assert.Equal(5, new BatchSizes().Begin(new BatchSizes(5, 5, 5, 5)).Copies);
    }

    private static CopyMeasure Measure(int chunks, double milliseconds, double memory, int errors) => new(1, (long)(chunks * Chunk), 1, milliseconds, memory, errors);
}
