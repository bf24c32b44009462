using Mammoth.Iceberg.Catalogs;
using Mammoth.Migration.Cleaning;
using Mammoth.Migration.Reports;
using Mammoth.Tests.EndToEnd.Judging;
using Mammoth.Tests.EndToEnd.Running;
using Mammoth.Tests.Fixtures;

namespace Mammoth.Tests.Faults;

/// <summary>Runs that set rows aside and are killed around them: every row is in quarantine once in the end, on top of what an earlier run put there.</summary>
[LongRunning]
public sealed class QuarantineFaultTests(PostgresFixture postgres, AzuriteFixture azurite, Readers readers)
{
    private const string Sql = """
        CREATE TABLE a (id integer PRIMARY KEY, d date);
        INSERT INTO a SELECT i, CASE WHEN i % 10 = 3 THEN 'infinity' ELSE '2024-01-01'::date END FROM generate_series(1, 200) i;
        CREATE TABLE b (id integer PRIMARY KEY, d date) PARTITION BY HASH (id);
        CREATE TABLE b_0 PARTITION OF b FOR VALUES WITH (MODULUS 3, REMAINDER 0);
        CREATE TABLE b_1 PARTITION OF b FOR VALUES WITH (MODULUS 3, REMAINDER 1);
        CREATE TABLE b_2 PARTITION OF b FOR VALUES WITH (MODULUS 3, REMAINDER 2);
        INSERT INTO b SELECT i, CASE WHEN i % 10 = 4 THEN '-infinity' ELSE '2024-01-01'::date END FROM generate_series(1, 300) i;
        CREATE TABLE stays (id integer PRIMARY KEY, d date);
        INSERT INTO stays VALUES (1, 'infinity'), (2, '2024-01-01')
        """;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    // Two tables are written, and then the quarantine: the third pass is its, and the first of a run whose tables are all proven.
    [Theory]
    [InlineData(false, "manifests-merged=crash@3", "manifest-list-written=crash", "commit-attempted=crash", "metadata-write=crash@3")]
    [InlineData(true, "manifest-list-written=crash@3", "catalog-write=crash")]
    [InlineData(false, "catalog-written=crash", "run-published=crash")]
    [InlineData(true, "mirror-write=crash@2", "hint-write=crash")]
    [InlineData(false, "files-written=crash@2", "manifest-written=crash@2")]
    [InlineData(true, "catalog-write=drop;mirror-write=drop@3;hint-write=drop@3")]
    public async Task Whatever_fails_every_row_is_there_once(bool azure, params string[] faults)
    {
        using var area = new MigrationArea(await SourceDatabase.Create(postgres, "quarantine_fault", Sql, Cancellation), readers, azure ? await azurite.CreateContainer(Cancellation) : null);
        string[] options = area.Config("""{"policy": "quarantine", "sizes": {"mediumBytes": 1}}""");
        string first = (await area.MigrateHere(options)).Expect(0).Report.RunId;
        await area.Source.Run("UPDATE a SET d = 'infinity' WHERE id <= 5; UPDATE b SET d = '2024-01-01' WHERE id = 4", Cancellation);
        foreach (string fault in faults.Where(f => f.Contains("=crash", StringComparison.Ordinal)))
        {
            Ended killed = await Run(area, options, fault);
            Assert.True(killed.ExitCode == FaultyRun.Killed, $"{fault}: {killed}");
        }

        RunReport report = (await Run(area, options, faults[^1].Contains("=drop", StringComparison.Ordinal) ? faults[^1] : "")).Expect(0).Report;
        var judge = new QuarantineJudge(area, readers);
        foreach ((string name, string run) in new[] { ("a", report.RunId), ("b", report.RunId), ("stays", first) })
            Assert.Equal([run], await judge.Agrees(new($"public.{name}", "NOT isfinite(d)", "id"), $"{area.Warehouse.Root}/public/{name}"));

        // One snapshot for each of the two runs, and nothing beside what they name.
        string quarantine = $"{area.Warehouse.Root}/mammoth/quarantine";
        Assert.Equal(2, (await area.Warehouse.Metadata(quarantine, Cancellation)).Snapshots.Count);
        (await MigrationArea.RunHere("verify", "--warehouse", area.Warehouse.Argument)).Expect(0);
        var catalog = await StorageCatalog.Open(area.Warehouse.Io, area.Warehouse.Root, readOnly: true, Cancellation);
        var orphans = await Orphans.Find(area.Warehouse.Io, catalog, DateTimeOffset.UtcNow.AddMinutes(1), Cancellation);
        Assert.DoesNotContain(orphans.Files, f => f.Location.StartsWith($"{quarantine}/", StringComparison.Ordinal));
    }

    private static async Task<Ended> Run(MigrationArea area, string[] options, string failpoints)
    {
        await using var process = MammothProcess.Start(
            ["migrate", "--source", area.Source.ConnectionString, "--warehouse", area.Warehouse.Argument, "--output", "json", "--slots", "4", .. options],
            new Dictionary<string, string>
            {
                ["XDG_DATA_HOME"] = Path.Combine(area.Folder, "state"),
                ["TMPDIR"] = area.Folder,
                ["MAMMOTH_FAILPOINTS"] = failpoints,
            });
        return await process.End(Cancellation);
    }
}
