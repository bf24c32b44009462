using Mammoth.Migration.Plans;

namespace Mammoth.Tests.Plans;

public sealed class NamePatternTests
{
    [Theory]
    [InlineData("public.orders", "public", "orders", true)]
    [InlineData("public.*", "public", "orders", true)]
    [InlineData("orders", "sales", "orders", true)]
    [InlineData("order?", "sales", "orders", true)]
    [InlineData("orders", "sales", "Orders", false)]
    [InlineData("public.ord", "public", "orders", false)]
    [InlineData("p.*", "public", "orders", false)]
    [InlineData("*.a[b", "x", "a[b", true)]
    [InlineData("x.a\nb", "x", "a\nb", true)]
    public void Matches_as_a_shell_would(string pattern, string schema, string table, bool matches) =>
        Assert.Equal(matches, new NamePattern(pattern).Matches(new(schema, table)));
}
