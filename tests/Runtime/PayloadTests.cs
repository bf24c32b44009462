using FsCheck;
using FsCheck.Fluent;
using Mammoth.Orchestrations.Runtime;
using Mammoth.Tests.Runtime.Probes;

namespace Mammoth.Tests.Runtime;

public sealed class PayloadTests
{
    [Fact]
    public void Decimals_keep_every_digit() => Prop.ForAll(ArbMap.Default.ArbFor<decimal>(), d =>
        Payload.To<decimal>(Payload.Of(d)).ToString(System.Globalization.CultureInfo.InvariantCulture) == d.ToString(System.Globalization.CultureInfo.InvariantCulture))
        .QuickCheckThrowOnFailure();

    [Fact]
    public void Doubles_keep_every_bit_but_the_kind_of_NaN() => Prop.ForAll(ArbMap.Default.ArbFor<double>(), d =>
        BitConverter.DoubleToInt64Bits(Payload.To<double>(Payload.Of(d))) == BitConverter.DoubleToInt64Bits(d) || double.IsNaN(d))
        .QuickCheckThrowOnFailure();

    [Fact]
    public void Exact_numbers_are_strings_and_may_be_read_from_numbers()
    {
        Assert.Equal("\"1.2300\"", Payload.Of(1.2300m).GetRawText());
        Assert.Equal("\"18446744073709551615\"", Payload.Of(ulong.MaxValue).GetRawText());
        Assert.Equal(1.5m, Payload.To<decimal>(Payload.Parse("1.5")));
        Assert.Throws<System.Text.Json.JsonException>(() => Payload.To<decimal>(Payload.Parse("\"x\"")));
    }

    [Fact]
    public void A_derived_type_is_told_by_its_kind_wherever_it_stands()
    {
        Assert.Equal("""{"kind":"square","side":3}""", Payload.Of<Shape>(new Square(3)).GetRawText());
        Assert.Equal(new Square(3), Payload.To<Shape>(Payload.Parse("""{"side":3,"kind":"square"}""")));
    }

    [Fact]
    public void Nothing_at_all_is_null()
    {
        Assert.Null(Payload.To<string?>(default));
        Assert.Equal("null", Payload.Of<string?>(null).GetRawText());
    }
}
