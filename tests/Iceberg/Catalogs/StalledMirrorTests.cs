using Mammoth.Iceberg.Catalogs;
using Mammoth.Tests.Faults;
using Mammoth.Tests.Fixtures;

namespace Mammoth.Tests.Iceberg.Catalogs;

/// <summary>Writers of a mirror that stall at any step, and go on when others have passed them: no hint is lowered, and no version that is there is replaced.</summary>
public abstract class StalledMirrorTests(AzuriteFixture? azurite) : CatalogTests(azurite)
{
    [Fact]
    public async Task A_writer_that_stalls_at_any_step_of_its_commit_harms_nothing_when_it_goes_on()
    {
        var decided = 0;
        for (var (step, stalls) = (1, true); stalls; step++)
        {
            var table = await NewTable($"one{step}");
            var (files, result) = await Stalled(table, "late", step);
            stalls = !result.IsCompleted;
            var (second, third) = (await Commit(table.Identifier, "second"), await Commit(table.Identifier, "third"));
            Assert.Equal((CommitOutcome.Committed, CommitOutcome.Committed), (second.Outcome, third.Outcome));
            var before = await Mirror(table);
            files.GoOn();
            var late = await result;
            await Judge(table, before, decided: 3 + (late.Outcome == CommitOutcome.Committed ? 1 : 0));
            decided += late.Outcome == CommitOutcome.Committed && stalls ? 1 : 0;
        }

        Assert.True(decided >= 4, $"Of those that stalled only {decided} had been decided: the mirror's steps were not met.");
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Writers_that_stall_with_their_mirrors_and_go_on_in_any_order_harm_nothing(bool inOrder)
    {
        // The steps at which only the mirror is left, found by where the commit is decided.
        var steps = await MirrorSteps();
        Assert.True(steps.Count >= 4, $"{steps.Count} steps.");
        foreach (var first in steps)
            foreach (var second in steps)
            {
                var table = await NewTable($"two{first}x{second}");
                var one = await Stalled(table, "one", first);
                var two = await Stalled((await (await Open()).Load(table.Identifier, Cancellation))!, "two", second);
                Assert.Equal(CommitOutcome.Committed, (await Commit(table.Identifier, "three")).Outcome);
                foreach (var (files, result) in inOrder ? new[] { one, two } : [two, one])
                {
                    var before = await Mirror(table);
                    files.GoOn();
                    Assert.Equal(CommitOutcome.Committed, (await result).Outcome);
                    await Judge(table, before, decided: 4);
                }
            }
    }

    [Fact]
    public async Task Who_opens_the_warehouse_and_stalls_while_it_brings_up_what_another_left_behind_harms_nothing()
    {
        // One table all the time: whoever opens the warehouse looks at each.
        var table = await NewTable("opened");
        for (var (step, stalls) = (1, true); stalls; step++)
        {
            table = (await (await Open()).Load(table.Identifier, Cancellation))!;
            var faulty = new FaultyFileIO(Files);
            var dying = await Open(faulty);
            faulty.BeforeWrite = location => location.EndsWith($"/metadata/v{table.Version + 1}.metadata.json", StringComparison.Ordinal) ? throw new IOException("Killed.") : Task.CompletedTask;
            Assert.Equal(MirrorState.Behind, Assert.Single((await dying.Commit([Append(table, "left")], $"left{step}", Cancellation)).Tables).Mirror);
            var files = new PausedFileIO(Files);
            files.StopAt(step);
            var opening = Open(files);
            await Task.WhenAny(opening, files.Paused);
            stalls = !opening.IsCompleted;
            Assert.Equal(CommitOutcome.Committed, (await Commit(table.Identifier, $"next{step}")).Outcome);
            var before = await Mirror(table);
            files.GoOn();
            await opening;
            await Judge(table, before, decided: table.Version + 2);
        }
    }

    [Fact]
    public async Task The_way_out_that_is_told_of_a_forked_table_leads_out()
    {
        var (_, table) = await OneTable();
        var faulty = new FaultyFileIO(Files);
        var catalog = await Open(faulty);
        var ours = $"{table.Location}/metadata/v2.metadata.json";
        faulty.AfterWrite = location => location == $"{Root}/_mammoth/catalog.json" ? Put(ours, "{}") : Task.CompletedTask;
        var forked = Assert.Single((await catalog.Commit([Append(table)], "c2", Cancellation)).Tables);
        Assert.Equal(MirrorState.Forked, forked.Mirror);
        Assert.EndsWith($"stop the other writer and restore the file from {forked.Table.MetadataLocation}.", forked.MirrorProblem, StringComparison.Ordinal);

        await Put(ours, (await Text(forked.Table.MetadataLocation))!, replace: true);

        var healed = await Open();
        Assert.Empty(healed.Warnings);
        Assert.Equal("2", await Text($"{table.Location}/metadata/version-hint.text"));
        Assert.Equal(CommitOutcome.Committed, (await healed.Commit([Append(forked.Table)], "c3", Cancellation)).Outcome);
    }

    private async Task<LoadedTable> NewTable(string name) =>
        Assert.Single((await (await Open()).Commit([Create(new("public", name))], $"made-{name}", Cancellation)).Tables).Table;

    private async Task<CommitResult> Commit(TableIdentifier table, string mark)
    {
        var catalog = await Open();
        return await catalog.Commit([Append((await catalog.Load(table, Cancellation))!, mark)], $"{table}-{mark}", Cancellation);
    }

    /// <summary>A commit by somebody who stalls at a step.</summary>
    private async Task<(PausedFileIO Files, Task<CommitResult> Result)> Stalled(LoadedTable table, string mark, int step)
    {
        var files = new PausedFileIO(Files);
        var catalog = await Open(files);
        files.StopAt(step);
        var result = catalog.Commit([Append(table, mark)], $"{table.Identifier}-{mark}", Cancellation);
        await Task.WhenAny(result, files.Paused);
        return (files, result);
    }

    private async Task<List<int>> MirrorSteps()
    {
        var steps = new List<int>();
        for (var step = 1; ; step++)
        {
            var table = await NewTable($"look{step}");
            var (files, result) = await Stalled(table, "look", step);
            var isDecided = (await (await Open(readOnly: true)).Load(table.Identifier, Cancellation))!.Version == 2;
            var isOver = result.IsCompleted;
            files.GoOn();
            await result;
            if (isOver)
                return steps;
            if (isDecided)
                steps.Add(step);
        }
    }

    /// <summary>What a reader without the catalog finds: the hint, and each version's text.</summary>
    private async Task<(int Hint, Dictionary<string, string?> Versions)> Mirror(LoadedTable table)
    {
        var versions = new Dictionary<string, string?>();
        foreach (var file in (await Locations($"{table.Location}/metadata/")).Where(l => l.EndsWith(".metadata.json", StringComparison.Ordinal)))
            versions[file] = await Text(file);
        return (int.Parse(await Text($"{table.Location}/metadata/version-hint.text") ?? "0", System.Globalization.CultureInfo.InvariantCulture), versions);
    }

    private async Task Judge(LoadedTable table, (int Hint, Dictionary<string, string?> Versions) before, int decided)
    {
        var now = await Mirror(table);
        Assert.True(now.Hint >= before.Hint, $"The hint of {table.Identifier} was lowered from {before.Hint} to {now.Hint}.");
        foreach (var (file, text) in before.Versions)
            Assert.Equal(text, now.Versions[file]);
        var end = (await (await Open(readOnly: true)).Load(table.Identifier, Cancellation))!;
        Assert.Equal((decided, decided, decided), (end.Version, now.Hint, now.Versions.Count));
        Assert.Equal(await Text(end.MetadataLocation), now.Versions[$"{table.Location}/metadata/v{decided}.metadata.json"]);
        Assert.Empty((await Open()).Warnings);
    }
}

public sealed class LocalStalledMirrorTests() : StalledMirrorTests(null);

public sealed class AzureStalledMirrorTests(AzuriteFixture azurite) : StalledMirrorTests(azurite);
