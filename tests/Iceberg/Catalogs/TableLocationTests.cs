using Mammoth.Iceberg.Catalogs;

namespace Mammoth.Tests.Iceberg.Catalogs;

public sealed class TableLocationTests
{
    [Theory]
    [InlineData("orders", "orders")]
    [InlineData("Order_Lines-2.v1", "Order_Lines-2.v1")]
    [InlineData("order lines", "order~20lines")]
    [InlineData("a/b\\c", "a~2fb~5cc")]
    [InlineData("..", "~2e~2e")]
    [InlineData(".hidden.", "~2ehidden~2e")]
    [InlineData("_mammoth", "~5fmammoth")]
    [InlineData("100%", "100~25")]
    [InlineData("a~20b", "a~7e20b")]
    [InlineData("über", "~c3~bcber")]
    [InlineData("🐘", "~f0~9f~90~98")]
    [InlineData("con", "~63on")]
    [InlineData("NUL.txt", "~4eUL.txt")]
    [InlineData("console", "console")]
    [InlineData("", "~")]
    public void Names_become_folders_by_the_documented_rule(string name, string folder) => Assert.Equal(folder, TableLocation.Escape(name));

    [Fact]
    public void Different_names_never_share_a_folder()
    {
        var random = new Random(1);
        const string Alphabet = "aA_~.% /0é🐘-2f";
        var names = Enumerable.Range(0, 20_000).Select(_ => string.Concat(Enumerable.Range(0, random.Next(1, 6)).Select(_ => Pick(random, Alphabet)))).Distinct().ToList();
        Assert.Equal(names.Count, names.Select(TableLocation.Escape).Distinct().Count());
        Assert.All(names, name => Assert.Matches("^[A-Za-z0-9_.~-]+$", TableLocation.Escape(name)));
    }

    [Fact]
    public void A_folder_that_differs_only_by_case_is_not_taken_again()
    {
        string[] taken = ["file:///w/public/Orders", "file:///w/Sales/x"];
        Assert.Equal("file:///w/public/lines", TableLocation.Of("file:///w", new("public", "lines"), taken));
        var second = TableLocation.Of("file:///w", new("public", "orders"), taken);
        Assert.Matches("^file:///w/public/orders~~[0-9a-f]{8}$", second);
        // The same for the same name, whenever it is asked.
        Assert.Equal(second, TableLocation.Of("file:///w", new("public", "orders"), [.. taken, "file:///w/public/zzz"]));
        Assert.Matches("^file:///w/sales~~[0-9a-f]{8}/x$", TableLocation.Of("file:///w", new("sales", "x"), taken));
        Assert.Equal("file:///w/Sales/y", TableLocation.Of("file:///w", new("Sales", "y"), taken));
    }

    private static string Pick(Random random, string alphabet)
    {
        var runes = alphabet.EnumerateRunes().ToList();
        return runes[random.Next(runes.Count)].ToString();
    }
}
