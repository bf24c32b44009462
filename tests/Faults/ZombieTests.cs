using Mammoth.Iceberg.Catalogs;
using Mammoth.Iceberg.IO;
using Mammoth.Migration.Cleaning;
using Mammoth.Migration.Plans;
using Mammoth.Migration.Reports;
using Mammoth.Migration.Types;
using Mammoth.Orchestrations.Migrations;
using Mammoth.Tests.Cli;
using Mammoth.Tests.EndToEnd.Judging;
using Mammoth.Tests.Fixtures;
using Mammoth.Tests.Migrations;

namespace Mammoth.Tests.Faults;

/// <summary>
/// Every activity is delivered twice, and both copies run to the end, whichever step the first of them stopped at: one result counts, no file of a table is written twice, and what
/// the other wrote is found as leftovers.
/// </summary>
[LongRunning]
public sealed class ZombieTests(PostgresFixture postgres, Readers readers)
{
    /// <summary>A copy is stopped before each of its writes, or every second; where this is set, before each thing that it asks of the store.</summary>
    private const string Variable = "MAMMOTH_TEST_ALL_STEPS";

    /// <summary>Small enough that each kind of step is taken: a small table, one of partitions with rows for quarantine, one with large values.</summary>
    private const string Sql = """
        CREATE TABLE public.small (id int PRIMARY KEY, n int NOT NULL);
        CREATE TABLE public.parts (id int, n int NOT NULL, day date) PARTITION BY LIST (id);
        CREATE TABLE public.odd PARTITION OF public.parts FOR VALUES IN (1, 3);
        CREATE TABLE public.even PARTITION OF public.parts FOR VALUES IN (2, 4);
        CREATE TABLE public.files (id int PRIMARY KEY, n int NOT NULL, content text);
        INSERT INTO public.small SELECT i, i FROM generate_series(1, 40) i;
        INSERT INTO public.parts SELECT 1 + i % 4, i, CASE WHEN i % 50 = 0 THEN 'infinity'::date ELSE date '2020-01-01' + i END FROM generate_series(1, 400) i;
        INSERT INTO public.files SELECT i, i, repeat('large ', CASE WHEN i % 3 = 0 THEN 20000 ELSE 1 END) FROM generate_series(1, 6) i;
        ANALYZE
        """;

    private static readonly string[] Tables = ["files", "parts", "small"];

    private static readonly MigrationOptions Options = new()
    {
        Slots = 2,
        MaxCopySize = 1,
        Sizes = new() { MediumRows = 200 },
        LargeValueBytes = MigrationOptions.LeastLargeValueBytes,
        Tables = new Dictionary<string, TableSettings> { ["public.parts"] = new() { Policies = new Dictionary<string, TypePolicy> { ["day"] = TypePolicy.Quarantine } } },
    };

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(Awakening.Overtaken)]
    [InlineData(Awakening.Recorded)]
    [InlineData(Awakening.AfterTheRun)]
    [InlineData(Awakening.AfterTheNextRun)]
    public async Task Of_two_copies_of_each_step_one_counts_and_the_other_harms_nothing(Awakening awakening)
    {
        var source = await EndToEnd.Running.SourceDatabase.Create(postgres, "zombies", Sql, Cancellation);
        using var warehouse = new MigrationWarehouse { ProofBytes = 1 };
        var all = Environment.GetEnvironmentVariable(Variable) is { Length: > 0 };
        using var runs = new DoubledRuns(warehouse, source.ConnectionString, Options, awakening, onlyWrites: !all);
        int made = 0, woken = 0;
        SortedDictionary<string, UInt128> before = [];
        for (var step = 1; ; step += !all && awakening is Awakening.Recorded or Awakening.AfterTheNextRun ? 2 : 1)
        {
            if (made > 0)
                await source.Run("UPDATE small SET n = n + 1; UPDATE parts SET n = n + 1; UPDATE files SET n = n + 1", Cancellation);
            var report = await runs.Run(step);
            made++;
            Assert.All(report.Tables, t => Assert.True(t.Outcome == Outcome.Published && t.Verification!.Holds, $"At step {step}: {t.Source}: {t.Outcome} {t.Error}"));
            Assert.Equal((Consistency.Database, 446), (report.Consistency, report.Tables.Sum(t => t.Rows + t.QuarantinedRows)));
            await Judge(warehouse, made, step);
            DoubledRuns.Unchanged(before, runs.Files());

            // A run takes away what its copies left. Only a copy that stopped between a metadata file and the catalog's write still has it.
            var left = (await Orphans(warehouse)).Files;
            Assert.All(left, f => Assert.Contains("/_mammoth/metadata/", f.Location, StringComparison.Ordinal));
            Assert.True(awakening is Awakening.AfterTheRun or Awakening.AfterTheNextRun || left.Count == 0, $"At step {step}: {string.Join(", ", left)}");
            before = Without(runs.Files(), left);
            if (runs.Stopped == 0)
                break;
            if (awakening is Awakening.AfterTheNextRun && made % 2 == 1)
                continue;
            woken += await runs.Wake();
            await Judge(warehouse, made, step);
            await Clean(warehouse, runs, before);
        }

        await runs.Wake();
        await Clean(warehouse, runs, before);
        await Judge(warehouse, made, 0);
        Assert.True(made > 8, $"{made} runs are all that it took.");
        Assert.Equal(awakening is Awakening.AfterTheRun or Awakening.AfterTheNextRun, woken > 0);

        // Of all that change anything, copies were stopped.
        string[] expected =
        [
            nameof(CopyChunk), nameof(CopySmallTable), nameof(FoldChunks), nameof(FoldOutcomes), nameof(HoldSnapshot), nameof(KeepSizes), nameof(MakePlan), nameof(OpenTable),
            nameof(PublishRun), nameof(RecordOutcomes), nameof(ReleaseSnapshot), nameof(StageTable), nameof(SweepRun), nameof(VerifyTable),
        ];
        Assert.Equal(expected.Order(StringComparer.Ordinal), runs.Doubled.Intersect(expected));
        var told = Directory.EnumerateFiles(Path.Combine(warehouse.Folder, "_mammoth", "runs"), "*.json", SearchOption.AllDirectories).Where(f => f.Contains("/warnings/", StringComparison.Ordinal)).Select(File.ReadAllText);
        Assert.DoesNotContain(told, w => w.Contains("somebody else writes", StringComparison.Ordinal));
        await JudgedByOthers(warehouse, source);
    }

    private static async Task<OrphanList> Orphans(MigrationWarehouse warehouse)
    {
        var io = new LocalFileIO();
        return await Mammoth.Migration.Cleaning.Orphans.Find(io, await StorageCatalog.Open(io, warehouse.Root, readOnly: true, Cancellation), DateTimeOffset.MaxValue, Cancellation);
    }

    /// <summary>All that copies wrote after their run is found, and nothing that was there before; it is deleted.</summary>
    private static async Task Clean(MigrationWarehouse warehouse, DoubledRuns runs, SortedDictionary<string, UInt128> before)
    {
        var after = runs.Files();
        DoubledRuns.Unchanged(before, after);
        var orphans = await Orphans(warehouse);
        Assert.Equal(after.Keys.Except(before.Keys).Order(StringComparer.Ordinal), orphans.Files.Select(f => LocalPath.Of(f.Location)).Order(StringComparer.Ordinal));
        await Mammoth.Migration.Cleaning.Orphans.Delete(new LocalFileIO(), orphans.Files.Select(f => f.Location), Cancellation);
        Assert.Equal(before, runs.Files());
    }

    private static SortedDictionary<string, UInt128> Without(SortedDictionary<string, UInt128> files, IEnumerable<FileEntry> left)
    {
        foreach (var file in left)
            files.Remove(LocalPath.Of(file.Location));
        return files;
    }

    /// <summary>Each run made one snapshot of each table, and one version; readers without the catalog see the same.</summary>
    private static async Task Judge(MigrationWarehouse warehouse, int runs, int step)
    {
        var io = new LocalFileIO();
        var catalog = await StorageCatalog.Open(io, warehouse.Root, readOnly: false, Cancellation);
        Assert.Empty(catalog.Warnings);
        var tables = await catalog.LoadAll(Cancellation);
        Assert.Equal(["files", "parts", "quarantine", "small"], tables.Select(t => t.Identifier.Name).Order(StringComparer.Ordinal));
        foreach (var table in tables)
        {
            Assert.True(table.Metadata.Snapshots.Count == runs && table.Version == runs, $"At step {step}, of {runs} runs: {table.Identifier} has {table.Metadata.Snapshots.Count} snapshots and is version {table.Version}.");
            Assert.Equal($"{runs}", await File.ReadAllTextAsync($"{LocalPath.Of(table.Location)}/metadata/version-hint.text", Cancellation));
            Assert.Equal(await File.ReadAllBytesAsync(LocalPath.Of(table.MetadataLocation), Cancellation), await File.ReadAllBytesAsync($"{LocalPath.Of(table.Location)}/metadata/v{runs}.metadata.json", Cancellation));
        }
    }

    private async Task JudgedByOthers(MigrationWarehouse warehouse, EndToEnd.Running.SourceDatabase source)
    {
        var verified = await CommandLine.RunAsync("verify", "--warehouse", warehouse.Folder);
        Assert.True(verified.ExitCode == 0, verified.Out + verified.Error);
        foreach (var table in Tables)
        {
            var expected = (await source.Query<string>($"SELECT count(*) || ' ' || sum(n) FROM {table}{(table == "parts" ? " WHERE isfinite(day)" : "")}", Cancellation)).Single();
            var answer = await readers.ClickHouse($"SELECT concat(toString(count()), ' ', toString(sum(n))) FROM icebergLocal({ClickHouseText.Literal(Path.Combine(warehouse.Folder, "public", table))})", warehouse.Folder, Cancellation);
            Assert.Equal(expected, answer.Rows.Single()[0]);
        }
    }
}
