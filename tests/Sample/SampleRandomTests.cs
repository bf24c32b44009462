using Mammoth.Cli.Sample;

namespace Mammoth.Tests.Sample;

public sealed class SampleRandomTests
{
    [Fact]
    public void Is_SplitMix64()
    {
        // The reference implementation's first numbers for seed 1234567 (https://rosettacode.org/wiki/Pseudo-random_numbers/Splitmix64).
        SampleRandom random = new(1234567);

        Assert.Equal([6457827717110365317UL, 3203168211198807973UL, 9817491932198370423UL], [random.Next(), random.Next(), random.Next()]);
    }

    [Fact]
    public void Between_reaches_both_ends_and_nothing_beyond()
    {
        SampleRandom random = new(1);
        HashSet<long> seen = [.. Enumerable.Range(0, 1_000).Select(_ => random.Between(-2, 2))];

        Assert.Equal([-2, -1, 0, 1, 2], seen.Order());
    }

    [Fact]
    public void Between_takes_all_of_64_bits()
    {
        SampleRandom random = new(1);
        long[] numbers = [.. Enumerable.Range(0, 100).Select(_ => random.Between(long.MinValue, long.MaxValue))];

        Assert.Contains(numbers, n => n < long.MinValue / 2);
        Assert.Contains(numbers, n => n > long.MaxValue / 2);
    }

    [Fact]
    public void The_same_part_of_a_stream_is_the_same_again()
    {
        SampleRandom random = new(0);
        ulong first = random.At(5, 17).Next();
        random.At(5, 18).Next();

        Assert.Equal(first, random.At(5, 17).Next());
        Assert.NotEqual(first, random.At(6, 17).Next());
    }
}
