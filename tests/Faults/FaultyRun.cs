using Mammoth.Migration.Reports;
using Mammoth.Tests.Cli;
using Mammoth.Tests.EndToEnd.Judging;
using Mammoth.Tests.EndToEnd.Running;
using Mammoth.Tests.Fixtures;

namespace Mammoth.Tests.Faults;

/// <summary>A migration of the sample that meets faults, and what must be true when it is done.</summary>
internal sealed class FaultyRun : IDisposable
{
    /// <summary>What a process that got SIGKILL ends with.</summary>
    public const int Killed = 128 + 9;

    private readonly MigrationArea area;
    private readonly Readers readers;
    private readonly FaultySample sample;
    private readonly string[] options;

    private FaultyRun(MigrationArea area, Readers readers, FaultySample sample)
    {
        (this.area, this.readers, this.sample) = (area, readers, sample);
        options = ["migrate", "--source", area.Source.ConnectionString, "--warehouse", area.Warehouse.Argument, "--output", "json", "--slots", "4", "--include", $"{FaultySample.Schema}.*", .. area.Config(FaultySample.Config)];
        Log = Path.Combine(area.Folder, "passed.log");
    }

    public TestWarehouse Warehouse => area.Warehouse;

    /// <summary>Where the failpoints that were passed are written.</summary>
    public string Log { get; }

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public static async Task<FaultyRun> Of(FaultySample sample, Readers readers, AzuriteContainer? container) =>
        new(new MigrationArea(await sample.Source(Cancellation), readers, container), readers, sample);

    /// <summary>Runs the command to its end.</summary>
    public async Task<Ended> Run(string failpoints = "", bool log = false)
    {
        await using var process = MammothProcess.Start(options, new Dictionary<string, string>
        {
            ["XDG_DATA_HOME"] = Path.Combine(area.Folder, "state"),
            ["TMPDIR"] = area.Folder,
            ["MAMMOTH_FAILPOINTS"] = failpoints,
            ["MAMMOTH_FAILPOINTS_LOG"] = log ? Log : "",
        });
        return await process.End(Cancellation);
    }

    /// <summary>Every row is there once: as ClickHouse counts them, and as Mammoth's own proof reads them; each table has one snapshot.</summary>
    public async Task Judge(RunReport report)
    {
        var expected = await sample.Rows(Cancellation);
        Assert.Equal(expected.Keys.Order(StringComparer.Ordinal), report.Tables.Select(t => t.Source).Order(StringComparer.Ordinal));
        Assert.All(report.Tables, t => Assert.True(t.Outcome is Outcome.Published or Outcome.Unchanged && t.Verification!.Holds, $"{t.Source}: {t.Outcome}"));

        var tables = report.Tables.ToList();
        var counts = new List<string>();
        foreach (var table in tables)
        {
            Assert.Single((await Warehouse.Metadata(table.Location!, Cancellation)).Snapshots);
            counts.Add($"SELECT {ClickHouseText.Literal(table.Source)} AS name, toString(count()) AS rows FROM {(await Warehouse.Written(table.Location!, null, Cancellation)).ClickHouse}");
        }

        var answer = await readers.ClickHouse(
            $"SELECT * FROM ({string.Join(" UNION ALL ", counts)}) ORDER BY name SETTINGS use_iceberg_metadata_files_cache = 0, optimize_count_from_files = 0, optimize_trivial_count_query = 0", area.Folder, Cancellation);
        Assert.Equal(expected, answer.Rows.ToDictionary(r => r[0]!, r => long.Parse(r[1]!, System.Globalization.CultureInfo.InvariantCulture)));

        var (exitCode, output, errors) = await CommandLine.RunAsync("verify", "--warehouse", Warehouse.Argument);
        Assert.True(exitCode == 0, $"verify ended with {exitCode}: {output} {errors}");
    }

    public void Dispose() => area.Dispose();
}
