using System.Text.Json;
using Mammoth.Iceberg.Metadata;
using Mammoth.Iceberg.Schemas;
using Mammoth.Migration.Errors;
using Mammoth.Migration.Plans;
using Mammoth.Migration.Runs;

namespace Mammoth.Tests.Plans;

/// <summary>Which database a table came from, and when another may take its place.</summary>
public sealed class SourceOriginTests
{
    [Theory]
    [InlineData("7412:16384", "shop", "7412:16384", "shop", true)]
    [InlineData("7412:16384", "shop", "7412:16384", "renamed", true)]
    [InlineData("7412:16384", "shop", "7412:16385", "shop", false)]
    [InlineData("7412:16384", "shop", "9999:16384", "shop", false)]
    [InlineData("7412:16384", "shop", "unknown:16384", "shop", true)]
    [InlineData("unknown:16384", "shop", "7412:16384", "shop", true)]
    [InlineData("unknown:16384", "shop", "unknown:16384", "shop", true)]
    [InlineData("unknown:16384", "shop", "unknown:16384", "crm", false)]
    [InlineData("unknown:16384", "shop", "7412:16384", "crm", false)]
    [InlineData("unknown:16384", "shop", "unknown:5", "shop", false)]
    [InlineData("7412:16384", "", "unknown:16384", "shop", false)]
    [InlineData("16384", "shop", "7412:16384", "shop", true)]
    [InlineData("16384", "shop", "7412:5", "shop", false)]
    public void One_database_is_known_by_cluster_and_oid_whatever_it_is_called(string identity, string name, string otherIdentity, string otherName, bool same)
    {
        var one = new SourceOrigin(identity, name);
        var other = new SourceOrigin(otherIdentity, otherName);
        Assert.Equal(same, one.IsSameAs(other));
        Assert.Equal(same, other.IsSameAs(one));
    }

    [Fact]
    public void A_table_without_the_property_may_be_anybodys()
    {
        MigrationPlan plan = Plan("a", "b");
        Assert.Same(plan, SourceOrigin.Check(plan, Known(("a", null), ("b", "")), new MigrationOptions()));
        Assert.Same(plan, SourceOrigin.Check(plan, Known(), new MigrationOptions()));
        Assert.Null(SourceOrigin.Of(null));
    }

    [Fact]
    public void Tables_of_the_same_database_are_replaced_without_a_word()
    {
        MigrationPlan plan = Plan("a", "b");
        Assert.Same(plan, SourceOrigin.Check(plan, Known(("a", "1:2"), ("b", "1:2")), new MigrationOptions()));
        Assert.Same(plan, SourceOrigin.Check(plan, Known(("a", "1:2"), ("b", "1:2")), new MigrationOptions { ReplaceSource = true }));
    }

    [Fact]
    public void Tables_of_another_database_that_are_not_planned_are_nobodys_business()
    {
        MigrationPlan plan = Plan("a");
        Assert.Same(plan, SourceOrigin.Check(plan, Known(("a", "1:2"), ("b", "9:9")), new MigrationOptions()));
    }

    [Fact]
    public void A_table_of_another_database_is_refused_with_both_names_and_the_way_out()
    {
        OtherSourceException e = Assert.Throws<OtherSourceException>(() => SourceOrigin.Check(Plan("a", "b"), Known(("a", "1:2"), ("b", "9:9")), new MigrationOptions()));
        Assert.Equal("public.b in the warehouse came from another database, crm (9:9), and would be replaced by that of shop (1:2).", e.Message);
        Assert.Contains("--replace-source", e.WayOut, StringComparison.Ordinal);
        Assert.Contains("replaceSource", e.WayOut, StringComparison.Ordinal);
        Assert.Contains("another warehouse", e.WayOut, StringComparison.Ordinal);
        Assert.Equal("other-source", e.Code);
        Assert.False(e.IsTransient);
    }

    [Theory]
    [InlineData(2, "public.t0, public.t1 in")]
    [InlineData(5, "public.t0, public.t1, public.t2, public.t3, public.t4 in")]
    [InlineData(8, "public.t4 and 3 more in")]
    public void Of_many_some_are_named(int tables, string said)
    {
        string[] names = [.. Enumerable.Range(0, tables).Select(i => $"t{i}")];
        OtherSourceException e = Assert.Throws<OtherSourceException>(() => SourceOrigin.Check(Plan(names), Known([.. names.Select(n => (n, (string?)"9:9"))]), new MigrationOptions()));
        Assert.Contains(said, e.Message, StringComparison.Ordinal);
        Assert.Contains("those of shop", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Only_the_tables_of_the_database_that_is_named_are_named_with_it()
    {
        OtherSourceException e = Assert.Throws<OtherSourceException>(() => SourceOrigin.Check(Plan("a", "b"), Known(("a", "8:8"), ("b", "9:9")), new MigrationOptions()));
        Assert.Contains("public.a in the warehouse", e.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("public.b", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Where_it_is_asked_for_it_is_replaced_and_noted()
    {
        MigrationPlan plan = SourceOrigin.Check(Plan("a", "b"), Known(("a", "1:2"), ("b", "9:9")), new MigrationOptions { ReplaceSource = true });
        Assert.Equal(["public.b came from another database, crm (9:9), and is replaced."], plan.Notes);
    }

    [Fact]
    public void A_plan_and_options_of_an_earlier_version_can_be_read()
    {
        JsonElement plan = JsonSerializer.SerializeToElement(Plan("a"), RunFolder.Json);
        Assert.False(plan.TryGetProperty("origin", out _));
        TablePlan table = JsonSerializer.Deserialize<TablePlan>(plan.GetProperty("tables")[0].GetRawText().Replace("\"origin\"", "\"formerly\"", StringComparison.Ordinal), RunFolder.Json)!;
        Assert.Null(table.Origin);
        Assert.Equal(new SourceOrigin("1:2", "shop"), JsonSerializer.Deserialize<TablePlan>(plan.GetProperty("tables")[0].GetRawText(), RunFolder.Json)!.Origin);
        Assert.False(JsonSerializer.Deserialize<MigrationOptions>("{}", RunFolder.Json)!.ReplaceSource);
    }

    private static MigrationPlan Plan(params string[] tables) => new()
    {
        Database = "shop",
        SourceIdentity = "1:2",
        ServerVersion = 170_000,
        Tables = [.. tables.Select((t, i) => Table(i, t))],
        LeftOut = [],
        Cycles = [],
    };

    private static TablePlan Table(int index, string name) => new()
    {
        Index = index,
        Source = new("public", name),
        Origin = new("1:2", "shop"),
        SourceOid = 1,
        Namespace = "public",
        Name = name,
        Batch = 0,
        Class = SizeClass.Small,
        ClassReason = "",
        Columns = [],
        Heaps = [],
        EstimatedRows = 0,
        Bytes = 0,
    };

    /// <param name="tables">Each with its identity; null: it has no such property.</param>
    private static Dictionary<(string, string), TableMetadata> Known(params (string Name, string? Identity)[] tables) => tables.ToDictionary(
        t => ("public", t.Name),
        t => MetadataChanges.Apply(
            null,
            MetadataChanges.CreateTable(
                Guid.NewGuid(),
                $"file:///w/public/{t.Name}",
                new Schema(0, [new(1, "id", true, PrimitiveType.Int)], []),
                t.Identity is null ? [] : new Dictionary<string, string> { [SourceOrigin.IdentityProperty] = t.Identity, [SourceOrigin.DatabaseProperty] = "crm" }),
            null,
            DateTimeOffset.UnixEpoch));
}
