using Mammoth.Iceberg.Catalogs;
using Mammoth.Tests.Faults;
using Mammoth.Tests.Fixtures;

namespace Mammoth.Tests.Iceberg.Catalogs;

public abstract class ConcurrentCommitTests(AzuriteFixture? azurite) : CatalogTests(azurite)
{
    [Fact]
    public async Task Of_many_writers_of_one_table_no_commit_is_lost()
    {
        const int Writers = 8;
        const int Each = 5;
        var (_, table) = await OneTable();
        await Task.WhenAll(Enumerable.Range(0, Writers).Select(writer => AppendAgainAndAgain(table.Identifier, writer, Each)));

        var end = (await (await Open()).Load(table.Identifier, Cancellation))!;
        Assert.Equal(1 + (Writers * Each), end.Version);
        var marks = end.Metadata.Snapshots.Select(s => s.Summary["mark"]).ToList();
        Assert.Equal(Enumerable.Range(0, Writers).SelectMany(w => Enumerable.Range(0, Each).Select(i => $"{w}/{i}")).Order(), marks.Order());
        // Each builds on the one before: a chain without branches.
        Assert.Equal(end.Metadata.Snapshots.SkipLast(1).Select(s => (long?)s.SnapshotId).Prepend(null), end.Metadata.Snapshots.Select(s => s.ParentSnapshotId));
        await MirrorIsWhole(end);
    }

    [Fact]
    public async Task Writers_of_different_tables_do_not_reject_each_other()
    {
        var ids = Enumerable.Range(0, 8).Select(i => new TableIdentifier("public", $"t{i}")).ToList();
        await (await Open()).Commit([.. ids.Select(Create)], "made", Cancellation);
        var results = await Task.WhenAll(ids.Select(async id =>
        {
            var catalog = await Open();
            var outcomes = new List<CommitOutcome>();
            for (var i = 0; i < 4; i++)
                outcomes.Add((await catalog.Commit([Append((await catalog.Load(id, Cancellation))!)], $"{id}-{i}", Cancellation)).Outcome);
            return outcomes;
        }));
        Assert.All(results.SelectMany(outcomes => outcomes), outcome => Assert.Equal(CommitOutcome.Committed, outcome));
        foreach (var table in await (await Open()).LoadAll(Cancellation))
        {
            Assert.Equal(5, table.Version);
            await MirrorIsWhole(table);
        }
    }

    [Fact]
    public async Task A_reader_never_sees_half_of_a_commit_of_many_tables()
    {
        var ids = Enumerable.Range(0, 4).Select(i => new TableIdentifier("public", $"t{i}")).ToList();
        var catalog = await Open();
        await catalog.Commit([.. ids.Select(Create)], "made", Cancellation);
        using var done = CancellationTokenSource.CreateLinkedTokenSource(Cancellation);
        var reading = Task.WhenAll(Enumerable.Range(0, 2).Select(async _ =>
        {
            var reader = await Open(readOnly: true);
            var seen = new HashSet<string>();
            while (!done.IsCancellationRequested)
            {
                var rounds = (await reader.LoadAll(Cancellation)).Select(t => t.Metadata.Properties.GetValueOrDefault("round", "0")).Distinct();
                seen.Add(Assert.Single(rounds));
            }
            return seen.Count;
        }));
        for (var round = 1; round <= 10; round++)
            Assert.Equal(CommitOutcome.Committed, (await catalog.Commit([.. ids.Select(id => SetProperty(id, "round", $"{round}"))], $"r{round}", Cancellation)).Outcome);
        await done.CancelAsync();
        Assert.All(await reading, seen => Assert.InRange(seen, 1, 11));
    }

    [Fact]
    public async Task Many_who_open_an_empty_place_make_one_warehouse()
    {
        var catalogs = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => Open()));
        await Task.WhenAll(catalogs.Select((catalog, i) => catalog.Commit([Create(new("public", $"t{i}"))], $"c{i}", Cancellation)));
        Assert.Equal(8, (await catalogs[0].List(Cancellation)).Count);
    }

    [Fact]
    public async Task Two_copies_of_one_commit_are_one_whichever_step_the_first_stops_at()
    {
        var decidedByTheFirst = 0;
        for (var (step, stops) = (1, true); stops; step++)
        {
            var id = new TableIdentifier("public", $"twice{step}");
            var table = Assert.Single((await (await Open()).Commit([Create(id)], $"made{step}", Cancellation)).Tables).Table;
            var commit = Append(table);
            var files = new PausedFileIO(Files);
            var catalog = await Open(files);
            files.StopAt(step);
            var first = catalog.Commit([commit], $"twice{step}", Cancellation);
            await Task.WhenAny(first, files.Paused);
            stops = !first.IsCompleted;
            decidedByTheFirst += (await (await Open(readOnly: true)).Load(id, Cancellation))!.Version == 2 ? 1 : 0;
            var second = await (await Open()).Commit([commit], $"twice{step}", Cancellation);
            files.GoOn();

            foreach (var result in (CommitResult[])[await first, second])
            {
                Assert.Equal((CommitOutcome.Committed, null), (result.Outcome, result.Reason));
                Assert.Equal((MirrorState.InStep, 2), (Assert.Single(result.Tables).Mirror, result.Tables[0].Table.Version));
            }

            var end = (await (await Open()).Load(id, Cancellation))!;
            Assert.Single(end.Metadata.Snapshots);
            await MirrorIsWhole(end);

            // The one that came too late takes its metadata file away.
            Assert.Equal(2, (await Locations($"{Root}/_mammoth/metadata/{end.Metadata.TableUuid}/")).Count);
        }

        Assert.True(decidedByTheFirst > 3, $"Only {decidedByTheFirst} of the first copies came to their decision: the test shows little.");
    }

    private async Task AppendAgainAndAgain(TableIdentifier id, int writer, int times)
    {
        var catalog = await Open();
        for (var i = 0; i < times;)
        {
            // A rejected commit is staged again on the new state, as an application would.
            var current = (await catalog.Load(id, Cancellation))!;
            var result = await catalog.Commit([Append(current, $"{writer}/{i}")], $"{writer}-{i}-{Guid.NewGuid()}", Cancellation);
            Assert.NotEqual(CommitOutcome.Unknown, result.Outcome);
            if (result.Outcome == CommitOutcome.Committed)
                i++;
        }
    }

    private async Task MirrorIsWhole(LoadedTable table)
    {
        Assert.Equal($"{table.Version}", await Text($"{table.Location}/metadata/version-hint.text"));
        var files = (await Locations($"{table.Location}/metadata/")).Where(l => l.EndsWith(".metadata.json", StringComparison.Ordinal)).ToHashSet();
        Assert.Equal(Enumerable.Range(1, table.Version).Select(v => $"{table.Location}/metadata/v{v}.metadata.json").ToHashSet(), files);
        Assert.Equal(await Text(table.MetadataLocation), await Text($"{table.Location}/metadata/v{table.Version}.metadata.json"));
    }
}

public sealed class LocalConcurrentCommitTests() : ConcurrentCommitTests(null);

public sealed class AzureConcurrentCommitTests(AzuriteFixture azurite) : ConcurrentCommitTests(azurite);
