using Mammoth.Migration.Types;

namespace Mammoth.Tests.Types;

public sealed class NumericModifierTests
{
    // As PostgreSQL's make_numeric_typmod packs them; checked against pg_attribute.atttypmod.
    private static int Modifier(int precision, int scale) => ((precision << 16) | (scale & 0x7ff)) + 4;

    [Theory]
    [InlineData(10, 2, 10, 2)]
    [InlineData(38, 0, 38, 0)]
    [InlineData(38, 38, 38, 38)]
    [InlineData(2, -3, 5, 0)]
    [InlineData(3, 5, 5, 5)]
    [InlineData(1, -37, 38, 0)]
    public void Finds_the_decimal_that_holds_every_value(int precision, int scale, int decimalPrecision, int decimalScale) =>
        Assert.Equal((decimalPrecision, decimalScale), NumericModifier.Decimal(Modifier(precision, scale)));

    [Theory]
    [InlineData(39, 0)]
    [InlineData(2, -37)]
    [InlineData(3, 39)]
    [InlineData(1000, 10)]
    public void Finds_none_beyond_38_digits(int precision, int scale) => Assert.Null(NumericModifier.Decimal(Modifier(precision, scale)));

    [Fact]
    public void Finds_none_without_a_constraint() => Assert.Null(NumericModifier.Decimal(-1));
}
