using System.CommandLine;
using System.Text.Json;
using Mammoth.Benchmarks.Cases;
using Mammoth.Benchmarks.Server;

namespace Mammoth.Benchmarks.Pipeline;

/// <summary><c>pipeline</c>: the whole command, measured in pairs against what else there is.</summary>
internal static class PipelineCommand
{
    private static readonly ICase[] Cases = [new CopyCase()];

    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web) { WriteIndented = true };

    public static Command Create()
    {
        Option<string> table = new("--table") { Description = "lineitem, mixed, or both.", DefaultValueFactory = _ => "both" };
        table.AcceptOnlyFromAmong("lineitem", "mixed", "both");
        Option<double> scale = new("--rows-scale") { Description = "1.0: 6 million rows of lineitem, 5 million of mixed.", DefaultValueFactory = _ => 1.0 };
        Option<int> pairs = new("--pairs") { Description = "How often each is measured; medians are told.", DefaultValueFactory = _ => 3 };
        Option<string?> only = new("--only") { Description = $"Cases, by comma; all where none is named. {string.Join("; ", Cases.Select(c => $"{c.Name}: {c.Description}"))}." };
        Option<string?> keep = new("--keep") { Description = "The folder of the cluster, its data and what is written; kept for the next run. artifacts/bench where none is given." };
        Option<string?> cli = new("--cli") { Description = "Measure the program in this folder instead of publishing this clone's." };
        Option<bool> noBuild = new("--no-build") { Description = "Measure what was published last." };
        Option<bool> json = new("--json") { Description = "Print what was found as JSON." };
        Command command = new("pipeline", "Measures mammoth migrate against psql and DuckDB.") { table, scale, pairs, only, keep, cli, noBuild, json };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            string[] names = parsed.GetValue(only)?.Split(',') ?? [.. Cases.Select(c => c.Name)];
            if (names.FirstOrDefault(n => Cases.All(c => c.Name != n)) is { } unknown)
                throw new ArgumentException($"There is no case {unknown}.");

            string folder = Path.GetFullPath(parsed.GetValue(keep) ?? Path.Combine(Repository.Root(), "artifacts", "bench"));
            Directory.CreateDirectory(folder);
            string program = parsed.GetValue(cli) is { } given ? Path.Combine(given, "mammoth") : await PublishAsync(Path.Combine(folder, "cli"), parsed.GetValue(noBuild), cancellationToken);
            string chosen = parsed.GetValue(table)!;
            await using BenchServer server = await BenchServer.StartAsync(folder, cancellationToken);
            Bench bench = new(
                server, new MammothProgram(program, folder), [.. BenchTable.All.Where(t => chosen == "both" || t.Name == chosen)],
                parsed.GetValue(scale), parsed.GetValue(pairs), folder, Tell);
            Machine machine = await Machine.OfAsync(server, program, cancellationToken);
            Tell(machine.ToString());
            List<Finding> findings = [];
            foreach (ICase one in Cases.Where(c => names.Contains(c.Name)))
            {
                IReadOnlyList<Finding> found = await one.RunAsync(bench, cancellationToken);
                findings.AddRange(found);
                if (!parsed.GetValue(json))
                    Console.Write(string.Concat(found.Select(FindingText.Of)));
            }

            if (parsed.GetValue(json))
                Console.WriteLine(JsonSerializer.Serialize(new { Machine = machine, Findings = findings }, Json));

            return 0;
        });
        return command;
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
