using Mammoth.Migration.Errors;
using Mammoth.Migration.Plans;
using Mammoth.Postgres.Catalog;

namespace Mammoth.Tests.Plans;

/// <summary>What the role that reads lacks is named where it is missing, and the grant that is given out is the one that helps.</summary>
public sealed class SourceAccessTests
{
    [Fact]
    public void Who_may_read_all_is_not_refused() => SourceAccess.Refuse([Table("a"), Table("b")]);

    [Fact]
    public void A_table_without_select()
    {
        SourceRefusedException e = Refused(Table("a"), Table("Closed") with { WithoutSelect = [new("public", "Closed")] });
        Assert.Equal("This role may not SELECT from public.Closed.", e.Message);
        Assert.StartsWith("GRANT SELECT ON \"public\".\"Closed\" TO the role (", e.WayOut, StringComparison.Ordinal);
        Assert.Contains("--exclude", e.WayOut, StringComparison.Ordinal);
    }

    [Fact]
    public void A_partition_without_select_is_named_and_its_root_is_not_granted_again()
    {
        SourceRefusedException e = Refused(Table("root") with { WithoutSelect = [new("public", "leaf_1"), new("parts", "leaf 2")] });
        Assert.Equal("This role may not SELECT from public.leaf_1 (a partition of public.root), parts.leaf 2 (a partition of public.root).", e.Message);
        Assert.Contains("GRANT SELECT ON \"public\".\"leaf_1\" TO the role; GRANT SELECT ON \"parts\".\"leaf 2\" TO the role", e.WayOut, StringComparison.Ordinal);
        Assert.DoesNotContain("\"root\"", e.WayOut, StringComparison.Ordinal);
    }

    [Fact]
    public void A_schema_without_usage()
    {
        SourceRefusedException e = Refused(Table("a") with { WithoutUsage = ["Hid den"] }, Table("b") with { WithoutUsage = ["Hid den"] });
        Assert.Equal("This role may not use the schema Hid den, where public.a, public.b have rows.", e.Message);
        Assert.StartsWith("GRANT USAGE ON SCHEMA \"Hid den\" TO the role (", e.WayOut, StringComparison.Ordinal);
        Assert.DoesNotContain("GRANT SELECT", e.WayOut, StringComparison.Ordinal);
    }

    [Fact]
    public void Both_are_said_together()
    {
        SourceRefusedException e = Refused(Table("a") with { WithoutUsage = ["x", "y"], WithoutSelect = [new("x", "leaf")] });
        Assert.Contains("the schemas x, y, where public.a has rows. This role may not SELECT from x.leaf (a partition of public.a).", e.Message, StringComparison.Ordinal);
        Assert.Contains("GRANT USAGE ON SCHEMA \"x\" TO the role; GRANT USAGE ON SCHEMA \"y\" TO the role; GRANT SELECT ON \"x\".\"leaf\" TO the role", e.WayOut, StringComparison.Ordinal);
    }

    [Fact]
    public void Row_level_security_names_the_partition_that_has_it()
    {
        SourceRefusedException e = Refused(Table("root") with { Filtered = [new("public", "leaf")] }, Table("own") with { Filtered = [new("public", "own")] });
        Assert.Contains("in public.leaf (a partition of public.root), public.own:", e.Message, StringComparison.Ordinal);
        Assert.Contains("BYPASSRLS", e.WayOut, StringComparison.Ordinal);
    }

    [Fact]
    public void Of_many_five_are_named()
    {
        SourceRefusedException e = Refused([.. Enumerable.Range(0, 9).Select(i => Table($"t{i}") with { WithoutSelect = [new("public", $"t{i}")] })]);
        Assert.EndsWith("public.t4 and 4 more.", e.Message, StringComparison.Ordinal);
        Assert.Contains("\"t4\" TO the role and 4 more", e.WayOut, StringComparison.Ordinal);
        Assert.DoesNotContain("t5", e.Message + e.WayOut, StringComparison.Ordinal);
    }

    private static SourceRefusedException Refused(params Table[] tables) => Assert.Throws<SourceRefusedException>(() => SourceAccess.Refuse(tables));

    private static Table Table(string name) => new() { Oid = 1, Name = new("public", name), Columns = [], Leaves = [] };
}
