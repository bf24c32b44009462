using System.Diagnostics;
using System.Globalization;
using Mammoth.Iceberg.Catalogs;
using Mammoth.Tests.Fixtures;

namespace Mammoth.Tests.Iceberg.Catalogs;

/// <summary>Processes that commit to one table and to one catalog at the same time: each snapshot is there once, and none is lost.</summary>
public abstract class CommittingProcessesTests(AzuriteFixture? azurite) : CatalogTests(azurite)
{
    /// <summary>For how many seconds; without it a few.</summary>
    private const string Variable = "MAMMOTH_TEST_COMMIT_SECONDS";

    /// <summary>For each of them to get its turn.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    private static readonly TimeSpan Time = TimeSpan.FromSeconds(int.Parse(Environment.GetEnvironmentVariable(Variable) is { Length: > 0 } seconds ? seconds : "4", CultureInfo.InvariantCulture));

    [Theory]
    [InlineData(2)]
    [InlineData(8)]
    public Task Of_commits_at_once_none_is_lost_and_none_is_there_twice(int writers) => Commit(writers, kill: false);

    [Fact]
    public Task No_commit_that_was_acknowledged_is_lost_by_those_that_are_killed() => Commit(4, kill: true);

    private async Task Commit(int writers, bool kill)
    {
        TableIdentifier[] ids = [Committer.Shared, .. Enumerable.Range(0, writers).Select(Committer.OwnOf)];
        Assert.Equal(CommitOutcome.Committed, (await (await Open()).Commit([.. ids.Select(Create)], "made", Cancellation)).Outcome);
        using var folder = new TemporaryFolder();
        var meeting = folder.Path;
        Committer Start(int writer) => Committer.Start(Root, Container, meeting, writer);
        Committer[] processes = [.. Enumerable.Range(0, writers).Select(Start)];
        var kills = new int[writers];
        var lives = new int[writers];
        var time = new Stopwatch();
        try
        {
            while (Enumerable.Range(0, writers).Any(w => !File.Exists(Path.Combine(meeting, $"{w}.ready"))))
            {
                Assert.DoesNotContain(processes, p => p.HasExited);
                await Task.Delay(20, Cancellation);
            }

            await File.WriteAllTextAsync(Path.Combine(meeting, "go"), "", Cancellation);
            time.Start();
            while (time.Elapsed < Time || (time.Elapsed < Patience && ((kill && kills.Contains(0)) || !Enumerable.Range(0, writers).All(w => HasCommitted(meeting, w)))))
            {
                await Task.Delay(Random.Shared.Next(50, 400), Cancellation);
                var victim = Random.Shared.Next(writers);
                if (!kill || !Commits(meeting, victim, lives[victim]))
                    continue;
                await processes[victim].Kill();
                kills[victim]++;
                processes[victim].Dispose();
                lives[victim] = Committer.Log(meeting, victim).Length;
                processes[victim] = Start(victim);
            }

            await File.WriteAllTextAsync(Path.Combine(meeting, "stop"), "", Cancellation);
            foreach (var process in processes)
                await process.End();
        }
        finally
        {
            foreach (var process in processes)
                process.Dispose();
        }

        await Judge(ids, [.. Enumerable.Range(0, writers).Select(w => Committer.Log(meeting, w))], kills.Sum(), time.Elapsed);
    }

    private static bool HasCommitted(string folder, int writer) => Array.Exists(Committer.Log(folder, writer), l => l.StartsWith("done ", StringComparison.Ordinal));

    /// <summary>Whether a process is in the middle of a commit that is not its first, as its log has it.</summary>
    /// <param name="since">Lines of its log that it had when it was started.</param>
    private static bool Commits(string folder, int writer, int since) =>
        Committer.Log(folder, writer) is [.., var last] lines && lines.Length > since + 2 && last.StartsWith("try ", StringComparison.Ordinal);

    private async Task Judge(TableIdentifier[] ids, string[][] logs, int kills, TimeSpan time)
    {
        var said = logs.SelectMany(log => log).ToLookup(line => line.Split(' ')[0], line => line.Split(' ')[1]);
        var (done, refused) = (said["done"].ToHashSet(), said["refused"].ToHashSet());
        var doubtful = said["try"].Except(done).Except(refused).ToHashSet();
        TestContext.Current.TestOutputHelper?.WriteLine(string.Create(
            CultureInfo.InvariantCulture, $"{logs.Length} processes, {time.TotalSeconds:0} s: {done.Count} commits, {refused.Count} refused since another was first, {kills} killed, {doubtful.Count} of them in a commit"));
        Assert.InRange(doubtful.Count, 0, kills);
        Assert.All(logs, log => Assert.Contains(log, line => line.StartsWith("done ", StringComparison.Ordinal)));

        var catalog = await Open();
        Assert.Empty(catalog.Warnings);
        var marks = new Dictionary<TableIdentifier, List<string>>();
        foreach (var id in ids)
        {
            var table = (await catalog.Load(id, Cancellation))!;
            marks[id] = [.. table.Metadata.Snapshots.Select(s => s.Summary["mark"])];
            Assert.Equal(marks[id].Count, marks[id].Distinct().Count());
            Assert.Equal(1 + marks[id].Count, table.Version);
            Assert.Equal(table.Metadata.Snapshots.Select(s => (long?)s.SnapshotId).Prepend(null).SkipLast(1), table.Metadata.Snapshots.Select(s => s.ParentSnapshotId));
            await MirrorIsWhole(table);
        }

        // By its name a commit went to the table of all, to its writer's own, or to both, and then to both or to none.
        HashSet<string> shared = [.. marks[Committer.Shared]];
        HashSet<string> own = [.. ids.Skip(1).SelectMany(id => marks[id])];
        Assert.Empty(done.Except(shared.Union(own)));
        Assert.Empty(shared.Union(own).Except(done).Except(doubtful));
        static bool Is(string commit, char kind) => commit.Split('-')[1][0] == kind;
        Assert.DoesNotContain(shared, c => Is(c, '1'));
        Assert.DoesNotContain(own, c => Is(c, '0'));
        Assert.Equal(shared.Where(c => Is(c, '2')).Order(StringComparer.Ordinal), own.Where(c => Is(c, '2')).Order(StringComparer.Ordinal));
    }

    private async Task MirrorIsWhole(LoadedTable table)
    {
        Assert.Equal($"{table.Version}", await Text($"{table.Location}/metadata/version-hint.text"));
        var files = (await Locations($"{table.Location}/metadata/")).Where(l => l.EndsWith(".metadata.json", StringComparison.Ordinal)).ToHashSet();
        Assert.Equal(Enumerable.Range(1, table.Version).Select(v => $"{table.Location}/metadata/v{v}.metadata.json").ToHashSet(), files);
        Assert.Equal(await Text(table.MetadataLocation), await Text($"{table.Location}/metadata/v{table.Version}.metadata.json"));
    }
}

public sealed class LocalCommittingProcessesTests() : CommittingProcessesTests(null);

public sealed class AzureCommittingProcessesTests(AzuriteFixture azurite) : CommittingProcessesTests(azurite);
