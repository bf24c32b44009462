using Mammoth.Iceberg.Catalogs;
using Mammoth.Iceberg.Metadata;
using Mammoth.Tests.Fixtures;

namespace Mammoth.Tests.Iceberg.Catalogs;

public abstract class CommitTests(AzuriteFixture? azurite) : CatalogTests(azurite)
{
    [Fact]
    public async Task A_commit_makes_many_tables_at_one_moment()
    {
        var catalog = await Open();
        var ids = Enumerable.Range(0, 20).Select(i => new TableIdentifier("public", $"t{i:00}")).ToList();
        var result = await catalog.Commit([.. ids.Select(Create)], "c1", Cancellation);

        Assert.Equal((CommitOutcome.Committed, null), (result.Outcome, result.Reason));
        Assert.All(result.Tables, t => Assert.Equal((MirrorState.InStep, null), (t.Mirror, t.MirrorProblem)));
        Assert.Equal(ids, await catalog.List(Cancellation));
        var other = await Open();
        var tables = await other.LoadAll(Cancellation);
        Assert.Equal(ids, tables.Select(t => t.Identifier));
        foreach (var table in tables)
        {
            Assert.Equal(1, table.Version);
            Assert.Equal($"{Root}/public/{table.Identifier.Name}", table.Location);
            Assert.Equal("1", await Text($"{table.Location}/metadata/version-hint.text"));
            Assert.Equal(await Text(table.MetadataLocation), await Text($"{table.Location}/metadata/v1.metadata.json"));
        }
        Assert.Null(await other.Load(new("public", "t99"), Cancellation));
    }

    [Fact]
    public async Task A_second_commit_moves_the_table_on_and_names_the_file_before()
    {
        var (catalog, before) = await OneTable();
        var result = await catalog.Commit([Append(before)], "c2", Cancellation);

        var after = Assert.Single(result.Tables).Table;
        Assert.Equal(2, after.Version);
        Assert.Equal(1, after.Metadata.LastSequenceNumber);
        Assert.Equal([$"{before.Location}/metadata/v1.metadata.json"], after.Metadata.MetadataLog.Select(e => e.MetadataFile));
        Assert.Equal("2", await Text($"{before.Location}/metadata/version-hint.text"));
        Assert.Equal(await Text(after.MetadataLocation), await Text($"{before.Location}/metadata/v2.metadata.json"));
        // What was decided before is still there, unchanged.
        Assert.NotNull(await Text(before.MetadataLocation));
        Assert.NotNull(await Text($"{before.Location}/metadata/v1.metadata.json"));
    }

    [Fact]
    public async Task A_requirement_that_does_not_hold_moves_no_table_and_leaves_nothing()
    {
        var (catalog, table) = await OneTable("a");
        var result = await catalog.Commit([Create(new("public", "b")), Create(table.Identifier)], "c2", Cancellation);
        Assert.Equal(CommitOutcome.Rejected, result.Outcome);
        Assert.Equal("public.a was changed by somebody else: the table already exists.", result.Reason);
        Assert.Equal([table.Identifier], await catalog.List(Cancellation));
        Assert.Single(await Locations($"{Root}/_mammoth/metadata/"));
        Assert.Empty(await Locations($"{Root}/public/b/"));
    }

    [Fact]
    public async Task A_table_that_is_gone_or_another_one_is_not_changed()
    {
        var (catalog, table) = await OneTable();
        var gone = Append(table) with { Identifier = new("public", "gone") };
        Assert.Contains("the table does not exist", (await catalog.Commit([gone], "c2", Cancellation)).Reason, StringComparison.Ordinal);
        var other = Append(table) with { Requirements = [new AssertTableUuid(Guid.NewGuid())] };
        Assert.Contains("it is another table", (await catalog.Commit([other], "c3", Cancellation)).Reason, StringComparison.Ordinal);
        var misfit = new TableCommit(table.Identifier, [], [new SetCurrentSchema(9)]);
        Assert.Equal("public.orders can't be changed so: The table has no schema 9.", (await catalog.Commit([misfit], "c4", Cancellation)).Reason);
        Assert.Equal(1, (await catalog.Load(table.Identifier, Cancellation))!.Version);
    }

    [Fact]
    public async Task The_same_commit_again_decides_nothing_twice()
    {
        var (_, table) = await OneTable();
        var commit = Append(table);
        var first = await (await Open()).Commit([commit], "c2", Cancellation);
        var again = await (await Open()).Commit([commit], "c2", Cancellation);
        Assert.Equal((CommitOutcome.Committed, CommitOutcome.Committed), (first.Outcome, again.Outcome));
        Assert.Equal(2, Assert.Single(again.Tables).Table.Version);
    }

    [Fact]
    public async Task Two_tables_can_not_share_a_folder()
    {
        var (catalog, table) = await OneTable();
        var beside = Create(new("public", "other"));
        var same = beside with { Updates = [.. beside.Updates, new SetLocation(table.Location.Replace("orders", "ORDERS", StringComparison.Ordinal))] };
        var result = await catalog.Commit([same], "c2", Cancellation);
        Assert.Equal(CommitOutcome.Rejected, result.Outcome);
        Assert.Contains("public.orders is there", result.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_table_keeps_its_folder_and_a_new_one_gets_its_own()
    {
        var (catalog, table) = await OneTable("Orders");
        Assert.Equal(table.Location, await catalog.LocationOf(table.Identifier, Cancellation));
        Assert.StartsWith($"{Root}/public/orders~~", await catalog.LocationOf(new("public", "orders"), Cancellation), StringComparison.Ordinal);
        Assert.Equal($"{Root}/public/lines", await catalog.LocationOf(new("public", "lines"), Cancellation));
    }

    [Fact]
    public async Task A_commit_that_names_a_table_twice_is_a_mistake()
    {
        var (catalog, table) = await OneTable();
        await Assert.ThrowsAsync<ArgumentException>(() => catalog.Commit([Append(table), Append(table)], "c2", Cancellation));
    }

    [Fact]
    public async Task A_catalog_opened_for_reading_commits_nothing()
    {
        var (_, table) = await OneTable();
        var reader = await Open(readOnly: true);
        Assert.Equal(1, (await reader.Load(table.Identifier, Cancellation))!.Version);
        await Assert.ThrowsAsync<InvalidOperationException>(() => reader.Commit([Append(table)], "c2", Cancellation));
    }
}

public sealed class LocalCommitTests() : CommitTests(null);

public sealed class AzureCommitTests(AzuriteFixture azurite) : CommitTests(azurite);
