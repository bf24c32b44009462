using System.Text;
using Mammoth.Iceberg.Catalogs;
using Mammoth.Iceberg.IO;
using Mammoth.Iceberg.Metadata;
using Mammoth.Iceberg.Schemas;
using Mammoth.Tests.Iceberg.Mutations;

namespace Mammoth.Tests.Iceberg.Catalogs;

/// <summary>Commits and catalogs that make no sense are refused before anything of them can be seen.</summary>
public sealed class CatalogRefusalTests() : CatalogTests(null)
{
    [Theory]
    [InlineData("same", "same")]
    [InlineData("Same", "sAME")]
    public async Task Two_new_tables_of_one_commit_do_not_go_to_one_place(string first, string second)
    {
        var catalog = await Open();
        TableCommit At(string name, string folder) =>
            new(new("public", name), [new AssertCreate()], MetadataChanges.CreateTable(Guid.NewGuid(), $"{Root}/public/{folder}", new(0, [new(1, "id", true, PrimitiveType.Long)], [])));
        var result = await catalog.Commit([At("a", first), At("b", second)], "c1", Cancellation);
        Assert.Equal(CommitOutcome.Rejected, result.Outcome);
        Assert.Contains("public.a", result.Reason, StringComparison.Ordinal);
        Assert.Contains("public.b", result.Reason, StringComparison.Ordinal);
        Assert.Empty(await catalog.List(Cancellation));
        Assert.Equal([$"{Root}/_mammoth/catalog.json"], await Locations($"{Root}/"));
    }

    [Fact]
    public async Task The_id_of_another_commit_is_not_taken_for_this_one()
    {
        var (catalog, _) = await OneTable("orders");
        var error = await Assert.ThrowsAsync<CatalogException>(() => catalog.Commit([Create(new("public", "customers"))], "made-orders", Cancellation));
        Assert.Contains("made-orders", error.Message, StringComparison.Ordinal);
        Assert.Contains("public.customers", error.Message, StringComparison.Ordinal);
        Assert.Single(await catalog.List(Cancellation));
    }

    [Theory]
    [InlineData("99999999999")]
    [InlineData("340282366920938463463374607431768211456")]
    [InlineData(" 7\n")]
    public async Task A_hint_that_is_higher_is_never_lowered_however_it_is_spelled(string hint)
    {
        var (catalog, table) = await OneTable();
        await Put($"{table.Location}/metadata/version-hint.text", hint, replace: true);
        var result = await catalog.Commit([Append(table)], "c2", Cancellation);
        Assert.Equal(MirrorState.InStep, Assert.Single(result.Tables).Mirror);
        Assert.Equal(hint, await Text($"{table.Location}/metadata/version-hint.text"));
    }

    [Theory]
    [InlineData("")]
    [InlineData("1-7ee2")]
    [InlineData("-3")]
    [InlineData("nonsense")]
    public async Task A_hint_that_is_no_number_is_set_right(string hint)
    {
        var (catalog, table) = await OneTable();
        await Put($"{table.Location}/metadata/version-hint.text", hint, replace: true);
        await catalog.Commit([Append(table)], "c2", Cancellation);
        Assert.Equal("2", await Text($"{table.Location}/metadata/version-hint.text"));
    }

    [Fact]
    public async Task A_broken_catalog_is_named_and_left_as_it_is()
    {
        await OneTable();
        var location = $"{Root}/_mammoth/catalog.json";
        var whole = (await Text(location))!;
        var (refused, current) = (0, whole);
        foreach (var mutated in MutatedJson.WrongKinds(whole).Concat(MutatedJson.Without(whole)))
        {
            current = mutated.Json;
            await Put(location, current, replace: true);
            var error = await Record.ExceptionAsync(() => Open());
            if (error is null)
                continue;
            Assert.True(error is CatalogException, $"{mutated}: {error}");
            Assert.Equal(current, await Text(location));
            refused++;
        }
        Assert.True(refused > 60, $"Only {refused} catalogs were refused.");
        var random = new Random(9);
        for (var round = 0; round < 150; round++)
        {
            var bytes = MutatedBytes.Of(Encoding.UTF8.GetBytes(whole), random);
            await Files.Write(location, bytes, WriteCondition.IfUnchanged((await Files.Read(location, Cancellation))!.ETag), Cancellation);
            var error = await Record.ExceptionAsync(() => Open(readOnly: true));
            Assert.True(error is null or CatalogException, $"Round {round}: {error}");
        }
    }

    [Fact]
    public async Task A_commit_on_a_full_or_forbidden_place_leaves_no_metadata_behind()
    {
        var (_, table) = await OneTable();
        var before = await Locations($"{Root}/");
        var faulty = new FaultyFileIO(Files);
        var catalog = await Open(faulty);
        // The second of two tables can't be prepared: the first one's file goes too.
        var begun = 0;
        faulty.BeforeWrite = location => location.Contains("_mammoth/metadata", StringComparison.Ordinal) && Interlocked.Increment(ref begun) > 1
            ? throw new StorageException("The disk is full.", location)
            : Task.CompletedTask;
        await Assert.ThrowsAsync<StorageException>(() => catalog.Commit([Append(table), Create(new("public", "second")), Create(new("public", "third"))], "c2", Cancellation));
        Assert.Equal(before, await Locations($"{Root}/"));
    }
}
