using Mammoth.Iceberg.Metadata;
using Mammoth.Migration.LargeValues;
using Mammoth.Migration.Plans;
using Mammoth.Migration.Reports;
using Mammoth.Postgres.Copy.LargeValues;
using Mammoth.Tests.EndToEnd.Running;
using Mammoth.Tests.Fixtures;
using Mammoth.Tests.Migrations;
using SourceDatabase = Mammoth.Tests.Postgres.SourceDatabase;

namespace Mammoth.Tests.LargeValues;

/// <summary>Attempts that failed, were killed, or were made twice: whose objects remain.</summary>
public sealed class LargeValueAttemptTests(PostgresFixture postgres, Readers readers) : IDisposable
{
    private static readonly MigrationOptions Options = new() { LargeValueBytes = LargeTable.Over, Include = ["public.files"] };
    private readonly MigrationWarehouse _warehouse = new();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private string Folder => Path.Combine(_warehouse.Folder, "public", "files", "data", "_large");

    public void Dispose() => _warehouse.Dispose();

    [Fact]
    public async Task An_attempt_that_failed_after_its_objects_takes_them_away_and_the_next_writes_its_own()
    {
        await using SourceDatabase source = await LargeTable.CreateAsync(postgres, "large_retry");
        int failures = 2;
        List<string[]> left = [];
        _warehouse.Store.BeforeWrite = location =>
        {
            if (!location.Contains("/data/_large/", StringComparison.Ordinal) || !location.EndsWith(".json", StringComparison.Ordinal))
                return Task.CompletedTask;
            left.Add(Directory.GetFiles(Folder, "*.bin"));
            return failures-- > 0 ? throw new IOException("the store is away", new System.Net.Sockets.SocketException(110)) : Task.CompletedTask;
        };
        TableReport table = Assert.Single((await _warehouse.Migrate(source.ConnectionString, Options, Cancellation)).Tables);
        Assert.True(table.Outcome == Outcome.Published, table.Error);
        Assert.All(left.Take(3), l => Assert.Equal(20, l.Length));
        Assert.Equal(3, left.Take(3).SelectMany(l => l.Select(Attempt)).Distinct().Count());
        await JudgeAsync(source);
    }

    [Fact]
    public async Task A_process_that_was_killed_leaves_objects_to_be_swept_when_the_run_is_over()
    {
        await using SourceDatabase source = await LargeTable.CreateAsync(postgres, "large_killed");
        await source.ExecuteAsync("INSERT INTO files SELECT i, 'many', noise(i, 2000) || piece.bytes, 's', NULL, NULL FROM generate_series(1000, 1299) i, (SELECT noise(1, 16000) AS bytes) piece");
        using var area = new MigrationArea(new Mammoth.Tests.EndToEnd.Running.SourceDatabase(source.ConnectionString), readers);
        string folder = Path.Combine(area.Folder, "warehouse", "public", "files", "data", "_large");
        string[] command = ["--large-values", "100000", "--include", "public.files"];
        await using (MammothProcess first = area.Start(command))
        {
            while (!first.HasExited && (!Directory.Exists(folder) || Directory.GetFiles(folder, "*.bin").Length < 5))
                await Task.Delay(1, Cancellation);
            await first.Kill();
        }

        string[] killed = Directory.GetFiles(folder, "*.bin");
        Assert.InRange(killed.Length, 5, 319);
        TableReport table = Assert.Single((await area.Migrate(command)).Expect(0).Report.Tables);
        Assert.True(table.Outcome == Outcome.Published && table.Verification!.Holds, table.Error);
        Assert.All(killed, f => Assert.False(File.Exists(f), f));
        Assert.Equal(320, Directory.GetFiles(folder, "*.bin").Length);
        await LargeTable.JudgeAsync(area.Warehouse.Io, await LargeTable.ExpectedAsync(source), await LargeTable.ReferencesAsync(area.Warehouse.Io, await LargeTable.MetadataAsync(area.Warehouse.Io, area.Warehouse.Root)));
    }

    [Fact]
    public async Task A_table_that_was_not_published_leaves_none()
    {
        await using SourceDatabase source = await LargeTable.CreateAsync(postgres, "large_withheld");
        await source.ExecuteAsync("CREATE TABLE bad (d date); INSERT INTO bad VALUES ('infinity')");
        MigrationOptions options = Options with { Include = [], Slots = 1, Tables = new Dictionary<string, TableSettings> { ["public.bad"] = new() { Policy = Mammoth.Migration.Types.TypePolicy.Fail } } };
        RunReport report = await _warehouse.Migrate(source.ConnectionString, options, Cancellation);
        Assert.Equal(Outcome.Withheld, report.Tables.Single(t => t.Name == "files").Outcome);
        Assert.Empty(Directory.Exists(Folder) ? Directory.GetFiles(Folder) : []);
    }

    [Fact]
    public async Task Shared_values_of_equal_bytes_are_one_object_also_over_runs_and_attempts()
    {
        await using SourceDatabase source = await LargeTable.CreateAsync(postgres, "large_shared");
        await source.ExecuteAsync("INSERT INTO files SELECT i, 'twin', noise(3, 2003), 'short', NULL, NULL FROM generate_series(101, 110) i");
        MigrationOptions options = Options with { Tables = new Dictionary<string, TableSettings> { ["public.files"] = new() { ShareLargeValues = true } } };
        bool failed = false;
        _warehouse.Store.BeforeWrite = location =>
        {
            if (failed || !location.Contains("/chunks/", StringComparison.Ordinal))
                return Task.CompletedTask;
            failed = true;
            throw new IOException("the store is away", new System.Net.Sockets.SocketException(110));
        };
        TableReport table = Assert.Single((await _warehouse.Migrate(source.ConnectionString, options, Cancellation)).Tables);
        Assert.True(table.Outcome == Outcome.Published && table.Verification!.Holds, table.Error);
        Assert.True(failed);
        SortedDictionary<string, LargeValue> references = await JudgeAsync(source);
        Assert.Equal(30, references.Count);
        Assert.Single(references.Where(r => r.Key is "3.content" || r.Key.StartsWith("10", StringComparison.Ordinal) && r.Key != "10.story").Select(r => r.Value.Location).Distinct());
        string[] first = Directory.GetFiles(Path.Combine(Folder, "shared"));
        Assert.Equal(20, first.Length);

        // The next run finds them, though its rows are others; and makes anew what is gone.
        File.Delete(first[0]);
        await source.ExecuteAsync("UPDATE files SET name = 'another'");
        Assert.Equal(Outcome.Published, Assert.Single((await _warehouse.Migrate(source.ConnectionString, options, Cancellation)).Tables).Outcome);
        Assert.Equal(19, Directory.GetFiles(Path.Combine(Folder, "shared")).Intersect(first).Count());
        await JudgeAsync(source);
    }

    /// <summary>What the snapshot lists is what its rows refer to, and that is what there is.</summary>
    private async Task<SortedDictionary<string, LargeValue>> JudgeAsync(SourceDatabase source)
    {
        TableMetadata metadata = await LargeTable.MetadataAsync(_warehouse.Store, _warehouse.Root);
        SortedDictionary<string, LargeValue> references = await LargeTable.ReferencesAsync(_warehouse.Store, metadata);
        await LargeTable.JudgeAsync(_warehouse.Store, await LargeTable.ExpectedAsync(source), references);
        List<string> listed = [];
        await foreach (string file in SnapshotLargeValues.Files(_warehouse.Store, metadata.CurrentSnapshot!, Cancellation))
            listed.Add(file);
        Assert.Equal(references.Values.Select(r => r.Location).Distinct().Order(), listed.Where(f => f.EndsWith(".bin", StringComparison.Ordinal)).Distinct().Order());
        string[] there = [.. Directory.GetFiles(Folder, "*", SearchOption.AllDirectories).Where(f => !f.Contains("by-hash", StringComparison.Ordinal)).Select(f => $"file://{f}")];
        if (metadata.Snapshots.Count == 1)
            Assert.Equal(listed.Distinct().Order(StringComparer.Ordinal), there.Order(StringComparer.Ordinal));
        Assert.Equal($"{references.Count}", metadata.CurrentSnapshot!.Summary["mammoth.large-value-count"]);
        return references;
    }

    private static string Attempt(string file) => Path.GetFileName(file)[..^"-00000.bin".Length];
}
