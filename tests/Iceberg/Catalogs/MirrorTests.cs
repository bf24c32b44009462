using Mammoth.Iceberg.Catalogs;
using Mammoth.Tests.Fixtures;

namespace Mammoth.Tests.Iceberg.Catalogs;

/// <summary>The copies for readers without a catalog: they follow each decision, whoever dies in between, and never lead it.</summary>
public abstract class MirrorTests(AzuriteFixture? azurite) : CatalogTests(azurite)
{
    [Theory]
    [InlineData("v2.metadata.json")]
    [InlineData("version-hint.text")]
    public async Task A_process_that_dies_between_decision_and_mirror_is_made_up_for_by_the_next(string at)
    {
        var (_, table) = await OneTable();
        await CommitWithMirrorFailingAt(at, table);
        Assert.Equal("1", await Text($"{table.Location}/metadata/version-hint.text"));

        var catalog = await Open();
        Assert.Empty(catalog.Warnings);
        Assert.Equal("2", await Text($"{table.Location}/metadata/version-hint.text"));
        Assert.Equal(await Text((await catalog.Load(table.Identifier, Cancellation))!.MetadataLocation), await Text($"{table.Location}/metadata/v2.metadata.json"));
    }

    [Fact]
    public async Task A_commit_brings_up_what_another_left_behind_so_that_no_version_is_missing()
    {
        // Opened before the other one dies: only its commit can find the gap.
        var (catalog, table) = await OneTable();
        await CommitWithMirrorFailingAt("v2.metadata.json", table);
        Assert.Null(await Text($"{table.Location}/metadata/v2.metadata.json"));
        var result = await catalog.Commit([Append((await catalog.Load(table.Identifier, Cancellation))!)], "c3", Cancellation);
        Assert.Equal(MirrorState.InStep, Assert.Single(result.Tables).Mirror);
        for (var version = 1; version <= 3; version++)
            Assert.NotNull(await Text($"{table.Location}/metadata/v{version}.metadata.json"));
        Assert.Equal("3", await Text($"{table.Location}/metadata/version-hint.text"));
    }

    [Fact]
    public async Task A_reader_writes_nothing_even_where_a_mirror_is_behind()
    {
        var (_, table) = await OneTable();
        await CommitWithMirrorFailingAt("v2.metadata.json", table);
        var watched = new FaultyFileIO(Files);
        var reader = await Open(watched, readOnly: true);
        // It sees what was decided all the same.
        Assert.Equal(2, (await reader.Load(table.Identifier, Cancellation))!.Version);
        Assert.Single(await reader.LoadAll(Cancellation));
        Assert.Empty(watched.Written);
        Assert.Null(await Text($"{table.Location}/metadata/v2.metadata.json"));
    }

    [Fact]
    public async Task A_hint_is_never_lowered()
    {
        var (catalog, table) = await OneTable();
        await Put($"{table.Location}/metadata/version-hint.text", "9", replace: true);
        await catalog.Commit([Append(table)], "c2", Cancellation);
        Assert.Equal("9", await Text($"{table.Location}/metadata/version-hint.text"));
    }

    [Fact]
    public async Task A_foreign_version_where_ours_would_go_is_a_conflict_before_the_decision()
    {
        var (catalog, table) = await OneTable();
        await Put($"{table.Location}/metadata/v2.metadata.json", "{}");
        var result = await catalog.Commit([Append(table), Create(new("public", "other"))], "c2", Cancellation);
        Assert.Equal(CommitOutcome.Rejected, result.Outcome);
        Assert.Contains("somebody else writes public.orders", result.Reason, StringComparison.Ordinal);
        Assert.Equal("{}", await Text($"{table.Location}/metadata/v2.metadata.json"));
        Assert.Single(await catalog.List(Cancellation));
    }

    [Fact]
    public async Task A_new_table_does_not_go_where_another_lies()
    {
        var catalog = await Open();
        await Put($"{Root}/public/orders/metadata/v1.metadata.json", "{}");
        var result = await catalog.Commit([Create(new("public", "orders"))], "c1", Cancellation);
        Assert.Equal(CommitOutcome.Rejected, result.Outcome);
        Assert.Empty(await catalog.List(Cancellation));
    }

    [Fact]
    public async Task A_foreign_version_that_came_between_decision_and_mirror_is_told_and_stays()
    {
        var (_, table) = await OneTable();
        var faulty = new FaultyFileIO(Files);
        var catalog = await Open(faulty);
        faulty.AfterWrite = async location =>
        {
            if (location == $"{Root}/_mammoth/catalog.json")
                await Put($"{table.Location}/metadata/v2.metadata.json", "{}");
        };
        var result = await catalog.Commit([Append(table)], "c2", Cancellation);
        Assert.Equal(CommitOutcome.Committed, result.Outcome);
        var committed = Assert.Single(result.Tables);
        Assert.Equal(MirrorState.Forked, committed.Mirror);
        Assert.Contains("v2.metadata.json is not what the catalog decided: somebody else writes public.orders", committed.MirrorProblem, StringComparison.Ordinal);
        Assert.Equal("{}", await Text($"{table.Location}/metadata/v2.metadata.json"));
        Assert.Equal("1", await Text($"{table.Location}/metadata/version-hint.text"));

        // Loudly for everyone who comes after, too.
        Assert.Contains("somebody else writes public.orders", Assert.Single((await Open()).Warnings), StringComparison.Ordinal);
        faulty.AfterWrite = _ => Task.CompletedTask;
        var next = await catalog.Commit([Append(committed.Table)], "c3", Cancellation);
        Assert.Equal(CommitOutcome.Rejected, next.Outcome);
    }

    private async Task CommitWithMirrorFailingAt(string file, LoadedTable table)
    {
        var faulty = new FaultyFileIO(Files);
        var dying = await Open(faulty);
        faulty.BeforeWrite = location => location == $"{table.Location}/metadata/{file}" ? throw new IOException("Killed.") : Task.CompletedTask;
        var result = await dying.Commit([Append(table)], "c2", Cancellation);
        Assert.Equal(CommitOutcome.Committed, result.Outcome);
        Assert.Equal(MirrorState.Behind, Assert.Single(result.Tables).Mirror);
        Assert.Contains("Opening the warehouse again does it", result.Tables[0].MirrorProblem, StringComparison.Ordinal);
    }
}

public sealed class LocalMirrorTests() : MirrorTests(null);

public sealed class AzureMirrorTests(AzuriteFixture azurite) : MirrorTests(azurite);
