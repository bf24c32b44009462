using System.IO.Hashing;
using System.Text.Json;
using Mammoth.Iceberg.Catalogs;
using Mammoth.Iceberg.IO;
using Mammoth.Migration.Plans;
using Mammoth.Migration.Reports;
using Mammoth.Migration.Runs;
using Mammoth.Orchestrations.Local;
using Mammoth.Orchestrations.Migrations;
using Mammoth.Orchestrations.Runtime;
using Mammoth.Tests.Migrations;
using Microsoft.Extensions.Logging.Abstractions;

namespace Mammoth.Tests.Faults;

/// <summary>When the first copy of a step goes on that was taken for dead, and which copy's result the run knows.</summary>
public enum Awakening
{
    /// <summary>When the second copy has ended, whose result is recorded.</summary>
    Overtaken,

    /// <summary>The same, but its own result is recorded.</summary>
    Recorded,

    /// <summary>When the run has ended, with the second copy's results.</summary>
    AfterTheRun,

    /// <summary>When another run has published after it.</summary>
    AfterTheNextRun,
}

/// <summary>
/// Migrations into one warehouse of which each activity is delivered twice: a first copy stops at a step, a second one runs to its end, and then the first goes on. The first
/// works as another process would: with a catalog of its own, and sessions that nobody lends it. One activity at a time, so that its copies meet each other and nobody else.
/// </summary>
internal sealed class DoubledRuns(MigrationWarehouse warehouse, string source, MigrationOptions options, Awakening awakening, bool onlyWrites) : IDisposable
{
    private readonly SemaphoreSlim _turn = new(1, 1);
    private readonly List<Copy> _stopped = [];
    private readonly List<Task> _holders = [];
    private TaskCompletionSource _held = new();
    private int _step;

    /// <summary>Which activities had a copy that was stopped, over all runs.</summary>
    public SortedSet<string> Doubled { get; } = new(StringComparer.Ordinal);

    /// <summary>How many activities of the last run had a copy that came as far as its step.</summary>
    public int Stopped { get; private set; }

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    /// <summary>The bytes of all whole files that belong to tables, or that the catalog may name; of what is written anew (hints) only the name.</summary>
    public SortedDictionary<string, UInt128> Files()
    {
        var files = new SortedDictionary<string, UInt128>(StringComparer.Ordinal);
        foreach (var folder in new[] { Path.Combine(warehouse.Folder, "public"), Path.Combine(warehouse.Folder, "mammoth"), Path.Combine(warehouse.Folder, "_mammoth", "metadata") }.Where(Directory.Exists))
            foreach (var file in Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories).Where(f => Path.GetFileName(f)[0] != '.'))
                files[file] = file.EndsWith("version-hint.text", StringComparison.Ordinal) ? 0 : XxHash128.HashToUInt128(File.ReadAllBytes(file));
        return files;
    }

    /// <summary>Runs a migration, and lets all copies go on but those that outlive it.</summary>
    /// <param name="step">The copies stop before the thing of this number that they ask of the store, or the write of this number, from 1.</param>
    public async Task<RunReport> Run(int step)
    {
        (_step, Stopped, _held) = (step, 0, new(TaskCreationOptions.RunContinuationsAsynchronously));
        var local = new LocalOptions { Time = new HastyTime(300), Flush = false, Deliver = Deliver };
        var migration = new LocalMigration(await warehouse.Site(source, Cancellation), Path.Combine(warehouse.Folder, "_mammoth", "local"), local);
        var report = await migration.Run(MigrationWarehouse.New(source, options), Cancellation);
        await Task.WhenAll(_holders);
        _holders.Clear();
        return report;
    }

    /// <summary>Lets those go on that have waited, one after the other.</summary>
    /// <returns>How many of them came to their end without a failure.</returns>
    public async Task<int> Wake()
    {
        var done = 0;
        foreach (var copy in _stopped)
        {
            copy.Files.GoOn();
            if (await Record.ExceptionAsync(() => copy.Work) is not { } failure)
                done++;
            else
                Assert.True(failure is FailureException, $"{copy.Name}: {failure}");
        }

        _stopped.Clear();
        return done;
    }

    public void Dispose() => _turn.Dispose();

    private async Task<JsonElement> Deliver(string name, JsonElement call, Func<Task<JsonElement>> run)
    {
        if (name == nameof(HoldSnapshot))
            return await Hold(name, call, run);
        await _turn.WaitAsync(Cancellation);
        try
        {
            var first = await Begin(name, call);
            await Task.WhenAny(first.Work, first.Files.Paused);

            // It looks again and again, and comes to any step.
            if (!first.Work.IsCompleted && name != nameof(AwaitSnapshot))
            {
                Stopped++;
                Doubled.Add(name);
            }

            var second = await run();
            if (name == nameof(AwaitSnapshot))
                _held.TrySetResult();
            if (awakening is Awakening.AfterTheRun or Awakening.AfterTheNextRun)
            {
                _stopped.Add(first);
                return second;
            }

            var before = Files();
            first.Files.GoOn();
            var late = await first.Work;

            // What nothing names yet is its own: leftovers, and metadata files of an attempt that the catalog did not take.
            Unchanged(before, Files(), mayDelete: f => name == nameof(SweepRun) || (name == nameof(PublishRun) && f.EndsWith(".metadata.json", StringComparison.Ordinal) && f.Contains("/_mammoth/metadata/", StringComparison.Ordinal)));
            return awakening == Awakening.Recorded ? late : second;
        }
        finally
        {
            _turn.Release();
        }
    }

    /// <summary>Two that hold one snapshot do so side by side: the first goes on when it is known, whoever made it known.</summary>
    private async Task<JsonElement> Hold(string name, JsonElement call, Func<Task<JsonElement>> run)
    {
        var first = await Begin(name, call);
        await Task.WhenAny(first.Work, first.Files.Paused, Task.Delay(TimeSpan.FromSeconds(1), Cancellation));
        if (!first.Work.IsCompleted)
            Doubled.Add(name);
        var second = run();
        await Task.WhenAny(_held.Task, second);
        first.Files.GoOn();
        _holders.AddRange(first.Work, second);
        return await (awakening == Awakening.Recorded ? first.Work : second);
    }

    private async Task<Copy> Begin(string name, JsonElement call)
    {
        var files = new PausedFileIO(new LocalFileIO()) { OnlyWrites = onlyWrites };
        var site = new MigrationSite(source, files, await StorageCatalog.Open(files, warehouse.Root, readOnly: false, Cancellation), new MigrationWarehouse.Deaf()) { ProofBytes = warehouse.ProofBytes!.Value };
        files.StopAt(_step);
        return new(name, files, new Registry().AddMigrations(site).RunActivity(name, call, "first", NullLogger.Instance, Cancellation));
    }

    public static void Unchanged(SortedDictionary<string, UInt128> before, SortedDictionary<string, UInt128> after, Func<string, bool>? mayDelete = null)
    {
        foreach (var (file, bytes) in before)
            if (after.TryGetValue(file, out var now))
                Assert.True(now == bytes, $"{file} was overwritten.");
            else
                Assert.True(mayDelete?.Invoke(file) == true, $"{file} was deleted.");
    }

    private sealed record Copy(string Name, PausedFileIO Files, Task<JsonElement> Work);
}
