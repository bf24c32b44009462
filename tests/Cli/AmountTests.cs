using Mammoth.Cli.Rendering;

namespace Mammoth.Tests.Cli;

public sealed class AmountTests
{
    [Theory]
    [InlineData(0, "0 B")]
    [InlineData(999, "999 B")]
    [InlineData(1_000, "1.00 kB")]
    [InlineData(12_345, "12.3 kB")]
    [InlineData(999_499, "999 kB")]
    [InlineData(999_500, "1.00 MB")]
    [InlineData(134_217_728, "134 MB")]
    [InlineData(1.5e15, "1.50 PB")]
    [InlineData(2e18, "2000 PB")]
    public void Bytes_have_three_digits(double bytes, string expected) => Assert.Equal(expected, Amount.Bytes(bytes));

    [Theory]
    [InlineData(0, "0 tables")]
    [InlineData(1, "1 table")]
    [InlineData(2, "2 tables")]
    [InlineData(1_234_567, "1,234,567 tables")]
    public void One_thing_is_told_from_many(long count, string expected) => Assert.Equal(expected, Amount.Of(count, "table"));

    [Theory]
    [InlineData(950, "950")]
    [InlineData(12_345, "12.3k")]
    [InlineData(4_560_000, "4.56M")]
    public void Rough_counts_have_three_digits(double count, string expected) => Assert.Equal(expected, Amount.Rough(count));

    [Theory]
    [InlineData(0.85, "850 ms")]
    [InlineData(12.34, "12.3 s")]
    [InlineData(245, "4 min 05 s")]
    [InlineData(7_390, "2 h 03 min")]
    [InlineData(100_000, "27 h 46 min")]
    public void Times_have_two_units(double seconds, string expected) => Assert.Equal(expected, Amount.Time(TimeSpan.FromSeconds(seconds)));
}
