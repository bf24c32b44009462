using Mammoth.Orchestrations.Local;
using Mammoth.Tests.Runtime.Conformance;
using Microsoft.Data.Sqlite;

namespace Mammoth.Tests.Runtime;

/// <summary>A killed process leaves whole transactions of its journal. So the journal is copied after each of them, and each copy must come to the same end.</summary>
public sealed class KillTests
{
    [Theory]
    [MemberData(nameof(Scenario.Titles), MemberType = typeof(Scenario))]
    public async Task Goes_on_from_every_row_of_the_journal(string title)
    {
        var cancellation = TestContext.Current.CancellationToken;
        var scenario = Scenario.All[title];
        using var journal = new LocalJournal();
        var copies = new List<string>();
        void Copy(Journal live)
        {
            string path = Path.Combine(journal.Folder, $"copy-{copies.Count}.db");
            using var copy = new SqliteConnection(new SqliteConnectionStringBuilder { DataSource = path, Pooling = false }.ToString());
            copy.Open();
            live.Connection.BackupDatabase(copy);
            copies.Add(path);
        }

        await using (var host = await journal.Open(new LocalOptions { Flush = false, CommitEachStep = true, Committed = Copy }))
        {
            await host.Start(scenario.Orchestration, "probe", scenario.Input, cancellation);
            Assert.Equal(scenario.End, await End(host));
        }

        Assert.True(copies.Count > 2);
        int resumed = 0;
        await Parallel.ForEachAsync(copies, new ParallelOptions { MaxDegreeOfParallelism = 16, CancellationToken = cancellation }, async (path, token) =>
        {
            await using var host = await LocalHost.Open(path, Probes.Registrations.Registry(), new LocalOptions { Flush = false }, token);
            if (await host.Status("probe", token) is null)
                return;
            Assert.Equal(scenario.End, await End(host));
            Interlocked.Increment(ref resumed);
        });
        Assert.True(resumed > 1);
    }

    private static async Task<string> End(LocalHost host)
    {
        var status = await host.WaitForEnd("probe", TestContext.Current.CancellationToken).WaitAsync(TimeSpan.FromSeconds(60), TestContext.Current.CancellationToken);
        return new Ended(status.State, status.Output, status.Failure).ToString();
    }
}
