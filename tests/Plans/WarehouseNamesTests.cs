using Mammoth.Migration.Plans;

namespace Mammoth.Tests.Plans;

public sealed class WarehouseNamesTests
{
    [Fact]
    public void Leaves_ordinary_and_odd_but_harmless_names_alone()
    {
        string[] names = ["orders", "Line Items", "weird \"name\"", "a.b", "größe", "日本"];
        Assert.All(WarehouseNames.Map(names), p => Assert.Equal(p.Key, p.Value));
    }

    [Fact]
    public void Numbers_names_that_differ_only_by_case()
    {
        IReadOnlyDictionary<string, string> map = WarehouseNames.Map(["users", "Users", "USERS"]);
        Assert.Equal("USERS", map["USERS"]);
        Assert.Equal("Users_2", map["Users"]);
        Assert.Equal("users_3", map["users"]);
    }

    [Fact]
    public void Never_pushes_aside_a_name_that_looks_numbered()
    {
        IReadOnlyDictionary<string, string> map = WarehouseNames.Map(["a", "A", "a_2"]);
        Assert.Equal("a_2", map["a_2"]);
        Assert.Equal("a_3", map["a"]);
    }

    [Fact]
    public void Replaces_what_a_path_cannot_take()
    {
        IReadOnlyDictionary<string, string> map = WarehouseNames.Map(["a/b", "a_b", "a\nb"]);
        Assert.Equal("a_b", map["a_b"]);
        Assert.Equal(3, map.Values.Distinct(StringComparer.OrdinalIgnoreCase).Count());
        Assert.DoesNotContain(map.Values, v => v.Contains('/', StringComparison.Ordinal) || v.Any(char.IsControl));
    }

    [Fact]
    public void Does_not_depend_on_the_order_of_the_names()
    {
        string[] names = ["b", "B", "a/b", "A_b", "a_B", "b_2"];
        var random = new Random(7);
        IReadOnlyDictionary<string, string> expected = WarehouseNames.Map(names);
        for (int i = 0; i < 50; i++)
        {
            random.Shuffle(names);
            Assert.Equal(expected.OrderBy(p => p.Key, StringComparer.Ordinal), WarehouseNames.Map(names).OrderBy(p => p.Key, StringComparer.Ordinal));
        }
    }
}
