using Mammoth.Migration.Reports;
using Mammoth.Tests.Cli;
using Mammoth.Tests.EndToEnd.Judging;
using Mammoth.Tests.Fixtures;

namespace Mammoth.Tests.EndToEnd.Running;

/// <summary>One source, one warehouse, and a folder with all that a test leaves behind; gone when disposed.</summary>
internal sealed class MigrationArea : IDisposable
{
    private readonly Readers readers;

    public MigrationArea(SourceDatabase source, Readers readers, AzuriteContainer? container = null)
    {
        this.readers = readers;
        Source = source;
        Folder = Directory.CreateTempSubdirectory("mammoth-e2e-").FullName;
        Warehouse = container is null ? TestWarehouse.Local(Folder) : TestWarehouse.Azure(container, Folder);
    }

    public SourceDatabase Source { get; }

    public string Folder { get; }

    public TestWarehouse Warehouse { get; set; }

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    /// <summary>Starts <c>mammoth migrate</c> from the source into the warehouse.</summary>
    public MammothProcess Start(params string[] more) => Mammoth(["migrate", "--source", Source.ConnectionString, "--warehouse", Warehouse.Argument, "--output", "json", .. more]);

    public async Task<Ended> Migrate(params string[] more)
    {
        await using var process = Start(more);
        return await process.End(Cancellation);
    }

    /// <summary>The same within this process, for tests to which a process of its own makes no difference: it costs a fifth of the CPU.</summary>
    public Task<Ended> MigrateHere(params string[] more) => RunHere(["migrate", "--source", Source.ConnectionString, "--warehouse", Warehouse.Argument, "--output", "json", .. more]);

    /// <summary>Any command line, within this process.</summary>
    public static async Task<Ended> RunHere(params string[] arguments)
    {
        var ended = await CommandLine.RunAsync(arguments);
        return new(ended.ExitCode, ended.Out, ended.Error);
    }

    /// <summary>Any command line, with the state of runs kept in this area.</summary>
    public MammothProcess Mammoth(params string[] arguments) => MammothProcess.Start(arguments, new Dictionary<string, string>
    {
        ["XDG_DATA_HOME"] = Path.Combine(Folder, "state"),
        ["TMPDIR"] = Folder,
    });

    /// <summary>Writes a configuration file and returns the option for it.</summary>
    public string[] Config(string json)
    {
        var path = Path.Combine(Folder, $"config-{Guid.NewGuid():N}.json");
        File.WriteAllText(path, json);
        return ["--config", path];
    }

    /// <summary>Options by which the rows of a table (or of all that match) are filtered.</summary>
    public string[] Filter(string pattern, string condition) => Config($$"""{"tables": {"{{pattern}}": {"filter": "{{condition}}"} } }""");

    /// <summary>Holds a relation against what a report says was written of it.</summary>
    /// <returns>How many rows there are.</returns>
    public async Task<long> Judge(RunReport report, string relation, Func<JudgedTable, JudgedTable>? how = null, string? tag = null)
    {
        var name = await Source.Unquoted(relation, Cancellation);
        var table = report.Tables.SingleOrDefault(t => t.Source == name) ?? throw new KeyNotFoundException($"The report says nothing of {name}.");
        var judged = new JudgedTable { Relation = relation, Written = await Warehouse.Written(table.Location!, tag, Cancellation) };
        return await new Judge(Source.ConnectionString, readers).Agrees(how?.Invoke(judged) ?? judged, Cancellation);
    }

    /// <summary>Holds every table of the source against what was written of it.</summary>
    public async Task JudgeAll(RunReport report)
    {
        var relations = await Source.Tables(Cancellation);
        Assert.Equal(relations.Count, report.Tables.Count);
        foreach (var relation in relations)
        {
            var name = await Source.Unquoted(relation, Cancellation);
            var table = report.Tables.Single(t => t.Source == name);
            Assert.Equal(table.Rows, await Judge(report, relation));
        }
    }

    public void Dispose() => Directory.Delete(Folder, recursive: true);
}
