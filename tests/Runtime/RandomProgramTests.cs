using Mammoth.Orchestrations.Local;
using Mammoth.Tests.Runtime.Probes;
using Microsoft.Data.Sqlite;

namespace Mammoth.Tests.Runtime;

/// <summary>Programs of random calls come to what arithmetic says they come to: undisturbed, cut anywhere, and run from the top at every answer.</summary>
public sealed class RandomProgramTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public static TheoryData<int> Seeds => [.. Enumerable.Range(1, 12)];

    [Theory]
    [MemberData(nameof(Seeds))]
    public async Task Come_to_their_result_from_any_row_of_the_journal(int seed)
    {
        var random = new Random(seed);
        var program = Interpreter.Generate(random, 12);
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

        await Check(journal.Path, program, new LocalOptions { Flush = false, CommitEachStep = true, KeepTurns = true, Committed = Copy }, start: true);
        Assert.True(ReplayCheck.Run(journal.Path, Registrations.Registry()) > 0);
        foreach (string copy in random.GetItems(copies.Skip(2).Distinct().ToArray(), 5).Distinct())
            await Check(copy, program, new LocalOptions { Flush = false, ReplayAlways = seed % 2 == 0 }, start: false);
    }

    private static async Task Check(string path, IReadOnlyList<Instruction> program, LocalOptions options, bool start)
    {
        await using var host = await LocalHost.Open(path, Registrations.Registry(), options, Cancellation);
        if (start)
            await host.Start<Interpreter>("program", new Interpreter.State(program), Cancellation);
        Assert.Equal(Interpreter.Expected(program), await host.WaitForCompletion<long>("program", Cancellation).WaitAsync(TimeSpan.FromSeconds(60), Cancellation));
    }
}
