using System.Collections.Concurrent;
using System.Net;
using Mammoth.Iceberg.Catalogs;
using Mammoth.Iceberg.IO;
using Mammoth.Tests.Fixtures;
using Mammoth.Tests.Iceberg.IO;

namespace Mammoth.Tests.Iceberg.Catalogs;

/// <summary>
/// Writers of several tables at once over a network that loses requests and answers at random. However it goes, each commit happened once or not at all,
/// its writer was told which or that nobody knows, and the same id finds out.
/// </summary>
public abstract class RandomCommitsTests(AzuriteFixture? azurite, int times) : CatalogTests(azurite)
{
    /// <summary>A network of a writer's own that fails as its chance says, in percent, from when it is set.</summary>
    private protected abstract (IFileIO Files, Action<int> Chance) Network(Random random);

    private const int Writers = 4;
    private const int Tables = 3;

    [Fact]
    public async Task Every_commit_happens_once_or_never_whatever_the_network_loses()
    {
        var ids = Enumerable.Range(0, Tables).Select(i => new TableIdentifier("public", $"t{i}")).ToList();
        Assert.Equal(CommitOutcome.Committed, (await (await Open()).Commit([.. ids.Select(Create)], "made", Cancellation)).Outcome);
        var told = new ConcurrentDictionary<string, (CommitOutcome Outcome, TableIdentifier[] Tables)>();
        await Task.WhenAll(Enumerable.Range(0, Writers).Select(writer => Write(ids, writer, told)));

        // Who was left in doubt asks again over a network that works.
        var end = await Open();
        foreach (var (commit, (outcome, tables)) in told.Where(t => t.Value.Outcome == CommitOutcome.Unknown).ToList())
        {
            var again = await end.Commit([.. tables.Select(table => Mark(table, commit))], commit, Cancellation);
            Assert.Equal(CommitOutcome.Committed, again.Outcome);
            told[commit] = (again.Outcome, tables);
        }
        foreach (var id in ids)
        {
            var table = (await end.Load(id, Cancellation))!;
            var expected = told.Where(t => t.Value.Outcome == CommitOutcome.Committed && t.Value.Tables.Contains(id)).Select(t => t.Key).ToHashSet();
            // A mark holds how often its commit was applied.
            Assert.Equal(expected.Order(), table.Metadata.Properties.Keys.Where(k => k.StartsWith('w')).Order());
            Assert.Equal(1 + expected.Count, table.Version);
            await MirrorIsTheCatalogs(end, table);
        }
        Assert.Empty((await Open()).Warnings);
        // No metadata file is left of commits that certainly did not happen, and none is missing of those that did.
        var versions = (await end.LoadAll(Cancellation)).Sum(t => t.Version);
        Assert.True((await Locations($"{Root}/_mammoth/metadata/")).Count >= versions);
    }

    private async Task Write(List<TableIdentifier> ids, int writer, ConcurrentDictionary<string, (CommitOutcome, TableIdentifier[])> told)
    {
        var random = new Random(writer);
        var (files, fail) = Network(random);
        var catalog = await Open(files);
        for (var i = 0; i < times; i++)
        {
            fail(random.Next(4) switch { 0 => 0, 1 => 2, 2 => 10, _ => 40 });
            var commit = $"w{writer}-{i}";
            TableIdentifier[] tables = [.. ids.Where(_ => random.Next(2) == 0).DefaultIfEmpty(ids[0])];
            CommitResult? result = null;
            var error = await Record.ExceptionAsync(async () => result = await catalog.Commit([.. tables.Select(table => Mark(table, commit))], commit, Cancellation));
            fail(0);
            if (error is not null)
            {
                // What throws did not take place, and never will.
                Assert.True(error is IOException, $"{commit}: {error}");
                Assert.DoesNotContain($"\"{commit}\"", await Text($"{Root}/_mammoth/catalog.json"), StringComparison.Ordinal);
                continue;
            }
            told[commit] = (result!.Outcome, tables);
            if (result.Outcome == CommitOutcome.Committed && random.Next(3) == 0)
            {
                // A process that crashed after its commit sends it again: nothing happens twice.
                var twice = await catalog.Commit([.. tables.Select(table => Mark(table, commit))], commit, Cancellation);
                Assert.Equal(CommitOutcome.Committed, twice.Outcome);
            }
        }
    }

    private static TableCommit Mark(TableIdentifier table, string commit) => SetProperty(table, commit, "1");

    private async Task MirrorIsTheCatalogs(StorageCatalog catalog, LoadedTable table)
    {
        Assert.Equal($"{table.Version}", await Text($"{table.Location}/metadata/version-hint.text"));
        for (var version = 1; version <= table.Version; version++)
            Assert.NotNull(await Text($"{table.Location}/metadata/v{version}.metadata.json"));
        Assert.Null(await Text($"{table.Location}/metadata/v{table.Version + 1}.metadata.json"));
        Assert.Equal(await Text(table.MetadataLocation), await Text($"{table.Location}/metadata/v{table.Version}.metadata.json"));
        Assert.Equal(Root, catalog.Root);
    }
}

public sealed class LocalRandomCommitsTests() : RandomCommitsTests(null, times: 12)
{
    private protected override (IFileIO Files, Action<int> Chance) Network(Random random)
    {
        var faulty = new FaultyFileIO(Files);
        var chance = 0;
        Task Lose(string location)
        {
            lock (random)
                return random.Next(100) < chance ? throw new IOException("The connection was reset.") : Task.CompletedTask;
        }
        (faulty.BeforeRead, faulty.BeforeWrite, faulty.AfterWrite) = (Lose, Lose, Lose);
        return (faulty, to => chance = to);
    }
}

public sealed class AzureRandomCommitsTests(AzuriteFixture azurite) : RandomCommitsTests(azurite, times: 5)
{
    private static readonly Fault[] Kinds =
    [
        AzureFaults.LoseAnswer, AzureFaults.LoseRequest, AzureFaults.Answer(HttpStatusCode.InternalServerError, "InternalError"), AzureFaults.Answer(HttpStatusCode.ServiceUnavailable, "ServerBusy"),
        AzureFaults.Answer(HttpStatusCode.TooManyRequests, null), AzureFaults.Answer(HttpStatusCode.BadGateway, null), CutBody,
    ];

    private protected override (IFileIO Files, Action<int> Chance) Network(Random random)
    {
        var network = new AzureFaults();
        var chance = 0;
        network.Next(_ => true, (request, send, token) =>
        {
            Fault? fault;
            lock (random)
                fault = random.Next(100) < chance ? Kinds[random.Next(Kinds.Length)] : null;
            return fault is null ? send() : fault(request, send, token);
        }, times: 100_000);
        return (Container!.Open(network.Configure).Io, to => chance = to);
    }

    // The store did what it was asked; of its answer only a part arrives.
    private static async Task<HttpResponseMessage> CutBody(HttpRequestMessage request, Func<Task<HttpResponseMessage>> send, CancellationToken cancellation)
    {
        var answer = await send();
        if (!answer.IsSuccessStatusCode)
            return answer;
        var body = await answer.Content.ReadAsByteArrayAsync(cancellation);
        var cut = new ByteArrayContent(body[..(body.Length / 2)]);
        foreach (var (name, values) in answer.Content.Headers)
            cut.Headers.TryAddWithoutValidation(name, values);
        answer.Content = cut;
        return answer;
    }
}
