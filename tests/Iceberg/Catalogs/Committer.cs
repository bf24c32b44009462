using System.Diagnostics;
using Mammoth.Iceberg.Catalogs;
using Mammoth.Iceberg.IO;
using Mammoth.Tests.Fixtures;

namespace Mammoth.Tests.Iceberg.Catalogs;

/// <summary>
/// A process of its own that commits to a catalog until it is told to stop or killed: to one table that all write, to one that only it writes, and to both at once. What it tries,
/// and what it was told of it, is in its log before it does the next thing.
/// </summary>
internal sealed class Committer : IDisposable
{
    private const string PlaceVariable = "MAMMOTH_TEST_COMMITTER";

    public static readonly TableIdentifier Shared = new("public", "shared");

    private readonly Process process;
    private readonly Task<string> output;

    private Committer(Process process)
    {
        this.process = process;
        output = process.StandardOutput.ReadToEndAsync(CancellationToken.None);
        _ = process.StandardError.ReadToEndAsync(CancellationToken.None);
    }

    public bool HasExited => process.HasExited;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    /// <summary>The table that only this one writes.</summary>
    public static TableIdentifier OwnOf(int writer) => new("public", $"own{writer}");

    /// <param name="folder">Where the processes meet: a file <c>go</c> lets them begin, a file <c>stop</c> ends them, and each has a log.</param>
    public static Committer Start(string root, AzuriteContainer? container, string folder, int writer)
    {
        var start = new ProcessStartInfo { RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true };
        start.Environment[PlaceVariable] = string.Join('\n', root, folder, $"{writer}", container?.ConnectionString, container?.Name);
        return new(Leash.Start(start, ["dotnet", "exec", typeof(Committer).Assembly.Location, "-method", $"{typeof(CommitterTests).FullName}.{nameof(CommitterTests.Child)}", "-explicit", "only", "-noLogo"]));
    }

    /// <summary>What it wrote down, a word and a commit a line.</summary>
    public static string[] Log(string folder, int writer) => File.Exists(LogOf(folder, writer)) ? [.. File.ReadAllLines(LogOf(folder, writer)).Where(l => l.EndsWith('.')).Select(l => l[..^1])] : [];

    public async Task<string> End()
    {
        await process.WaitForExitAsync(Cancellation);
        Assert.True(process.ExitCode == 0, await output);
        return await output;
    }

    public async Task Kill()
    {
        process.Kill();
        await process.WaitForExitAsync(Cancellation);
    }

    public void Dispose()
    {
        if (!process.HasExited)
            process.Kill();
        process.Dispose();
    }

    /// <summary>What the process does.</summary>
    internal static async Task Work()
    {
        string? place = Environment.GetEnvironmentVariable(PlaceVariable);
        Assert.SkipWhen(place is null, "Started by the test that wants it.");
        if (place!.Split('\n') is not [var root, var folder, var writer, var connection, var container])
            throw new InvalidOperationException(place);
        IFileIO files = connection.Length > 0 ? new AzuriteContainer(connection, container).Open().Io : new LocalFileIO();
        var catalog = await StorageCatalog.Open(files, root, readOnly: false, Cancellation);
        var (own, random) = (OwnOf(int.Parse(writer, System.Globalization.CultureInfo.InvariantCulture)), new Random());
        await using var log = new FileStream(Path.Combine(folder, $"{writer}.log"), FileMode.Append);
        void Say(string word, string commit)
        {
            log.Write(System.Text.Encoding.ASCII.GetBytes($"{word} {commit}.\n"));
            log.Flush();
        }

        await File.WriteAllTextAsync(Path.Combine(folder, $"{writer}.ready"), "", Cancellation);
        while (!File.Exists(Path.Combine(folder, "go")))
            await Task.Delay(5, Cancellation);
        while (!File.Exists(Path.Combine(folder, "stop")))
        {
            var both = random.Next(3);
            TableIdentifier[] tables = both switch { 0 => [Shared], 1 => [own], _ => [Shared, own] };
            var commit = $"{writer}-{both}-{Guid.NewGuid():N}";
            Say("try", commit);
            var commits = new List<TableCommit>();
            foreach (var table in tables)
                commits.Add(CatalogTests.Append((await catalog.Load(table, Cancellation))!, commit));
            var result = await catalog.Commit(commits, commit, Cancellation);
            Assert.NotEqual(CommitOutcome.Unknown, result.Outcome);

            // Nobody else writes its own table.
            Assert.True(result.Outcome == CommitOutcome.Committed || both != 1, $"{commit}: {result.Reason}");
            Assert.All(result.Tables, t => Assert.True(t.Mirror == MirrorState.InStep, t.MirrorProblem));
            Say(result.Outcome == CommitOutcome.Committed ? "done" : "refused", commit);
        }
    }

    private static string LogOf(string folder, int writer) => Path.Combine(folder, $"{writer}.log");
}

public sealed class CommitterTests
{
    /// <summary>Not a test: what <see cref="Committer"/> starts.</summary>
    [Fact(Explicit = true)]
    public Task Child() => Committer.Work();
}
