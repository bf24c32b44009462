using System.Numerics;
using System.Text;
using Mammoth.Iceberg.Schemas;

namespace Mammoth.Tests.Iceberg.Schemas;

public sealed class ValueOrderTests
{
    public static TheoryData<object[]> Ascending => new()
    {
        { [false, true] },
        { [int.MinValue, -1, 0, 1, int.MaxValue] },
        { [long.MinValue, -256L, 255L] },
        { [double.NegativeInfinity, -1.5, -0.0, 0.0, double.Epsilon, double.PositiveInfinity] },
        { [-1.5f, -0.0f, 0.0f, 2f] },
        { [BigInteger.Parse("-99999999999999999999999999999999999999"), new BigInteger(-129), new BigInteger(-128), BigInteger.Zero, new BigInteger(128)] },
        { ["", "A", "a", "aa", "é", "\uD7FF", "\uE000", "\uFFFF", "\U00010000", "🐘"] },
        { [Guid.Parse("00000000-0000-0000-0000-000000000001"), Guid.Parse("01000000-0000-0000-0000-000000000000"), Guid.Parse("80000000-0000-0000-0000-000000000000")] },
        { [Array.Empty<byte>(), new byte[] { 0 }, new byte[] { 0, 0 }, new byte[] { 127 }, new byte[] { 128 }] },
    };

    [Theory]
    [MemberData(nameof(Ascending))]
    public void Values_are_ordered_as_the_specification_says(object[] ascending)
    {
        for (var i = 0; i < ascending.Length; i++)
            for (var j = 0; j < ascending.Length; j++)
                Assert.Equal(i.CompareTo(j), Math.Sign(ValueOrder.Compare(ascending[i], ascending[j])));
    }

    [Fact]
    public void Serialized_values_have_the_order_of_their_values()
    {
        Assert.True(ValueOrder.Compare(PrimitiveType.Int, [255, 255, 255, 255], [1, 0, 0, 0]) < 0);
        Assert.True(ValueOrder.Compare(new DecimalType(5, 0), [0xFF, 0x7F], [0x00]) < 0);
        Assert.True(ValueOrder.Compare(PrimitiveType.Binary, [0x80], [0x7F]) > 0);
    }

    [Fact]
    public void A_cut_bound_stays_on_its_side_of_the_value()
    {
        var random = new Random(16);
        for (var i = 0; i < 5000; i++)
        {
            var text = string.Concat(Enumerable.Range(0, random.Next(0, 24)).Select(_ => Pick(random)));
            var utf8 = Encoding.UTF8.GetBytes(text);
            var lower = BoundTruncation.LowerText(utf8);
            Assert.True(ValueOrder.Compare(PrimitiveType.String, lower, utf8) <= 0);
            Assert.True(Encoding.UTF8.GetString(lower).EnumerateRunes().Count() <= 16);
            if (BoundTruncation.UpperText(utf8) is { } upper)
            {
                Assert.True(ValueOrder.Compare(PrimitiveType.String, upper, utf8) >= 0, text);
                Assert.True(ValueOrder.Compare(Encoding.UTF8.GetString(upper), text) >= 0, text);
            }
        }
    }

    [Theory]
    [InlineData("abcdefghijklmnop", "abcdefghijklmnop")]
    [InlineData("abcdefghijklmnopq", "abcdefghijklmnoq")]
    [InlineData("abcdefghijklmno\U0010FFFFx", "abcdefghijklmnp")]
    [InlineData("abcdefghijklmno\uD7FFx", "abcdefghijklmno\uE000")]
    [InlineData("🐘🐘🐘🐘🐘🐘🐘🐘🐘🐘🐘🐘🐘🐘🐘🐘🐘", "🐘🐘🐘🐘🐘🐘🐘🐘🐘🐘🐘🐘🐘🐘🐘🐙")]
    public void An_upper_bound_is_rounded_up(string value, string bound) =>
        Assert.Equal(bound, Encoding.UTF8.GetString(BoundTruncation.UpperText(Encoding.UTF8.GetBytes(value))!));

    [Fact]
    public void Where_nothing_is_above_there_is_no_upper_bound()
    {
        Assert.Null(BoundTruncation.UpperText(Encoding.UTF8.GetBytes(string.Concat(Enumerable.Repeat("\U0010FFFF", 17)))));
        Assert.Null(BoundTruncation.UpperBinary(Enumerable.Repeat((byte)255, 17).ToArray()));
        Assert.Equal(16, BoundTruncation.UpperBinary(Enumerable.Repeat((byte)255, 16).ToArray())!.Length);
        Assert.Equal([1, 3], BoundTruncation.UpperBinary([1, 2, 255, 255], 3));
        Assert.Equal([1, 2, 255], BoundTruncation.LowerBinary([1, 2, 255, 255], 3));
    }

    private static string Pick(Random random) => random.Next(4) switch
    {
        0 => "a",
        1 => "\uD7FF",
        2 => "\U0010FFFF",
        _ => char.ConvertFromUtf32(random.Next(0x20, 0xD7FF)),
    };
}
