using System.CommandLine;
using System.Text.Json;
using Mammoth.Benchmarks.Cases;
using Mammoth.Benchmarks.Measuring;
using Mammoth.Benchmarks.Server;

namespace Mammoth.Benchmarks.Pipeline;

/// <summary><c>pipeline</c>: the whole command, measured in pairs against what else there is.</summary>
internal static class PipelineCommand
{
    private static readonly ICase[] Cases = [new CopyCase(), new TlsCase(), new ManyTablesCase(), new LargeValuesCase(), new ReadBackCase(), new SizesCase(), new TunerCase(), new BuildsCase()];

    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web) { WriteIndented = true };

    public static Command Create()
    {
        Option<string> table = new("--table") { Description = "lineitem, mixed, or both.", DefaultValueFactory = _ => "both" };
        table.AcceptOnlyFromAmong("lineitem", "mixed", "both");
        Option<double> scale = new("--rows-scale") { Description = "1.0: 6 million rows of lineitem, 5 million of mixed.", DefaultValueFactory = _ => 1.0 };
        Option<int> pairs = new("--pairs") { Description = "How often each is measured; medians are told.", DefaultValueFactory = _ => 3 };
        Option<string?> only = new("--only") { Description = $"Cases, by comma; all where none is named. {string.Join("; ", Cases.Select(c => $"{c.Name}: {c.Description}"))}." };
        Option<string?> keep = KeptFolder.Option();
        Option<string?> cli = new("--cli") { Description = "Measure the program in this folder instead of publishing this clone's." };
        Option<string?> against = new("--against") { Description = "Another build's folder, which the case builds compares with.", HelpName = "folder" };
        Option<bool> noBuild = new("--no-build") { Description = "Measure what was published last." };
        Option<bool> json = new("--json") { Description = "Print what was found as JSON, with each single measurement; the tables then go to the other output." };
        Command command = new("pipeline", "Measures mammoth migrate against psql and DuckDB.") { table, scale, pairs, only, keep, cli, against, noBuild, json };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            string[] names = parsed.GetValue(only)?.Split(',') ?? [.. Cases.Select(c => c.Name).Where(n => n != "builds" || parsed.GetValue(against) is not null)];
            if (names.FirstOrDefault(n => Cases.All(c => c.Name != n)) is { } unknown)
                throw new ArgumentException($"There is no case {unknown}.");

            string folder = KeptFolder.Of(parsed.GetValue(keep));
            await using FileStream entered = await KeptFolder.EnterAsync(folder, Tell, cancellationToken);
            string program = parsed.GetValue(cli) is { } given ? Path.Combine(given, "mammoth") : await PublishAsync(Path.Combine(folder, "cli"), parsed.GetValue(noBuild), cancellationToken);
            string chosen = parsed.GetValue(table)!;
            await using BenchServer server = await BenchServer.StartAsync(folder, cancellationToken);
            Meter meter = new(server.Process);
            Bench bench = new(
                server, meter, new MammothProgram(meter, program, folder), parsed.GetValue(against) is { } other ? new MammothProgram(meter, Path.Combine(other, "mammoth"), folder) : null,
                [.. BenchTable.All.Where(t => chosen == "both" || t.Name == chosen)],
                parsed.GetValue(scale), parsed.GetValue(pairs), folder, Tell);
            Machine machine = await Machine.OfAsync(server, program, cancellationToken);
            Tell(machine.ToString());
            List<Finding> findings = [];
            void Found(Finding finding)
            {
                findings.Add(finding);
                (parsed.GetValue(json) ? Console.Error : Console.Out).Write(FindingText.Of(finding));
            }

            foreach (ICase one in Cases.Where(c => names.Contains(c.Name)))
                await RunAsync(one, bench, Found, cancellationToken);

            if (parsed.GetValue(json))
                Console.WriteLine(JsonSerializer.Serialize(new { Machine = machine, Findings = findings }, Json));

            return findings.Any(f => f.Rows.Count == 0) ? 1 : 0;
        });
        return command;
    }

    /// <summary>A case that can't be measured leaves the others theirs.</summary>
    private static async Task RunAsync(ICase one, Bench bench, Action<Finding> found, CancellationToken cancellationToken)
    {
        try
        {
            await foreach (Finding finding in one.RunAsync(bench, cancellationToken))
                found(finding);
        }
        catch (Exception e) when (e is InvalidOperationException or InvalidDataException or IOException or Npgsql.NpgsqlException)
        {
            found(new($"{one.Name}: not measured", [], []) { Notes = [e.Message] });
        }
    }

    private static async Task<string> PublishAsync(string to, bool asItIs, CancellationToken cancellationToken)
    {
        if (!asItIs)
        {
            Tell("Publishing cli");
            await Repository.PublishAsync("cli", to, cancellationToken);
        }

        return Path.Combine(to, "mammoth");
    }

    private static void Tell(string what) => Console.Error.WriteLine($"{DateTime.Now:HH:mm:ss} {what}");
}
