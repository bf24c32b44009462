using System.CommandLine;
using System.Diagnostics;
using System.Globalization;
using Mammoth.Cli.Errors;
using Mammoth.Cli.Options;
using Mammoth.Cli.Rendering;
using Mammoth.Cli.Sample;
using Mammoth.Cli.Soak;
using Mammoth.Iceberg.IO;
using Mammoth.Migration.Errors;
using Mammoth.Postgres.Cluster;
using Npgsql;
using Spectre.Console;

namespace Mammoth.Cli.Commands;

/// <summary><c>mammoth soak</c>: kills migrations of the sample, over and over, and judges what they leave.</summary>
internal static class SoakCommand
{
    private const int MostFaults = 3;

    public static Command Create(Terminal terminal)
    {
        Option<long> minutes = new("--minutes") { Description = "For how long; the round under way then is the last.", HelpName = "number", DefaultValueFactory = _ => 5, CustomParser = r => WholeNumber.Parse(r, "--minutes") };
        Option<long> seed = new("--seed") { Description = "The same seed chooses the same faults.", HelpName = "number", DefaultValueFactory = _ => 42, CustomParser = r => WholeNumber.Parse(r, "--seed") };
        Option<string?> warehouse = WarehouseOption.Create();
        warehouse.Description = $"Where the rounds' warehouses go, each in a folder of its own: a place as `mammoth migrate` takes it. Else a temporary folder; {WarehouseOption.Variable} is not asked.";
        Option<string?> bin = DemoCommand.PostgresBin();
        CommandWithExamples command = new(
            "soak", "Try whether Mammoth keeps its promise on this machine: migrations of the sample are killed and made to fail at random, gone on with, and judged. Exit code 1 on a finding.",
            "mammoth soak --minutes 30 --seed 7",
            "mammoth soak --warehouse http://127.0.0.1:10000/devstoreaccount1/soak/rounds")
        {
            minutes, seed, warehouse, bin,
        };
        command.SetAction((parsed, cancellationToken) => RunAsync(
            terminal, TimeSpan.FromMinutes(parsed.GetValue(minutes)), parsed.GetValue(seed), parsed.GetValue(warehouse), parsed.GetValue(bin), cancellationToken));
        return command;
    }

    private static async Task<int> RunAsync(Terminal terminal, TimeSpan time, long seed, string? warehouse, string? bin, CancellationToken cancellationToken)
    {
        string folder = Directory.CreateTempSubdirectory("mammoth-soak-").FullName;
        await File.WriteAllTextAsync(Path.Combine(folder, "config.json"), """{"sizes": {"mediumRows": 5000}}""", cancellationToken);
        await using PrivateCluster server = await PrivateCluster.StartAsync(new() { BinDirectory = bin, NodeModules = Path.Combine(Environment.CurrentDirectory, "node_modules") }, cancellationToken);
        string source = await FillAsync(server.ConnectionString, cancellationToken);
        bool found = await RoundsAsync(terminal.Out, time, new((int)seed), source, warehouse is { Length: > 0 } ? warehouse.TrimEnd('/') : folder, folder, cancellationToken);
        if (found)
            terminal.Out.MarkupLineInterpolated($"[red]What was found is kept[/] beside {folder}; --seed {seed} chooses the same faults.");
        else
            Directory.Delete(folder, recursive: true);
        return found ? ExitCodes.Differences : ExitCodes.Done;
    }

    private static async Task<string> FillAsync(string server, CancellationToken cancellationToken)
    {
        await using (NpgsqlConnection connection = new(new NpgsqlConnectionStringBuilder(server) { Pooling = false }.ConnectionString))
        {
            await connection.OpenAsync(cancellationToken);
            await using NpgsqlCommand create = new("CREATE DATABASE shop TEMPLATE template0 ENCODING 'UTF8'", connection);
            await create.ExecuteNonQueryAsync(cancellationToken);
        }

        string source = new NpgsqlConnectionStringBuilder(server) { Database = "shop", Pooling = false }.ConnectionString;
        await new SampleLoader(source).LoadAsync(SampleSize.Small, seed: 42, replace: false, progress: null, cancellationToken);
        return source;
    }

    /// <returns>Whether there was a finding.</returns>
    private static async Task<bool> RoundsAsync(IAnsiConsole console, TimeSpan time, Random random, string source, string warehouses, string folder, CancellationToken cancellationToken)
    {
        SoakJudge judge = new(source);
        long started = Stopwatch.GetTimestamp();
        string log = Path.Combine(folder, "passed.log");
        (SoakChild child, Warehouse place) = Place(0);
        SoakEnd undisturbed = await child.Run(null, default, log, cancellationToken);
        TimeSpan whole = Stopwatch.GetElapsedTime(started);
        if (undisturbed.Report is not { } report)
            throw new MammothException($"The migration fails although nothing disturbs it: {undisturbed.Errors}");
        Dictionary<string, int> passes = (await File.ReadAllLinesAsync(log, cancellationToken)).CountBy(l => l).ToDictionary();
        bool found = Show(console, new(0, [], 1, await judge.Done(place, report, cancellationToken), whole));
        int number = 0;
        int processes = 1;
        while (!found && Stopwatch.GetElapsedTime(started) < time)
        {
            await RemoveAsync(place, cancellationToken);
            SoakFault[] faults = [.. Enumerable.Range(0, 1 + random.Next(MostFaults)).Select(_ => SoakFault.Random(random, passes))];
            (child, place) = Place(++number);
            SoakRound round = await SoakRound.Run(number, faults, child, place, judge, report.Tables.Count, whole, cancellationToken);
            processes += round.Processes;
            found = Show(console, round);
        }

        console.MarkupLineInterpolated($"{Amount.Of(number, "round")} with {Amount.Of(processes, "start")} in {Amount.Time(Stopwatch.GetElapsedTime(started))}: {(found ? "a finding" : "no finding")}.");
        if (!found)
            await RemoveAsync(place, cancellationToken);
        return found;

        (SoakChild, Warehouse) Place(int round)
        {
            string at = string.Create(CultureInfo.InvariantCulture, $"{warehouses}/round-{round}");
            return (new(source, at, folder), Warehouse.Open(at));
        }
    }

    private static bool Show(IAnsiConsole console, SoakRound round)
    {
        string faults = round.Faults.Count == 0 ? "none" : string.Join(", then ", round.Faults);
        console.MarkupLineInterpolated($"{round.Number,4}  {round.Took.TotalSeconds,6:0.0} s  {round.Processes,2} starts  {round.Finding ?? "every row once"}  ({faults})");
        return round.Finding is not null;
    }

    private static async Task RemoveAsync(Warehouse place, CancellationToken cancellationToken)
    {
        List<string> files = [];
        await foreach (FileEntry file in place.Io.List($"{place.Root}/", cancellationToken))
            files.Add(file.Location);
        await Parallel.ForEachAsync(files, cancellationToken, async (file, token) => await place.Io.Delete(file, token));
        if (place.LocalPath is { } local)
            Directory.Delete(local, recursive: true);
    }
}
