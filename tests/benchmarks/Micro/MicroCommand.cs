using System.CommandLine;
using BenchmarkDotNet.Columns;
using BenchmarkDotNet.Configs;
using BenchmarkDotNet.Diagnosers;
using BenchmarkDotNet.Exporters.Json;
using BenchmarkDotNet.Jobs;
using BenchmarkDotNet.Loggers;
using BenchmarkDotNet.Reports;
using BenchmarkDotNet.Running;
using BenchmarkDotNet.Toolchains.InProcess.Emit;
using Mammoth.Benchmarks.Pipeline;

namespace Mammoth.Benchmarks.Micro;

/// <summary><c>micro</c>: the steps of the pipeline, each alone, by BenchmarkDotNet.</summary>
internal static class MicroCommand
{
    public static Command Create()
    {
        Argument<string> filter = new("filter") { Description = "Which, such as *Decode* or *Metadata*; all where nothing is said.", DefaultValueFactory = _ => "*" };
        Option<string?> keep = KeptFolder.Option();
        Command command = new("micro", "Measures decoding, encoding, digests and metadata, each alone.") { filter, keep };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            string folder = KeptFolder.Of(parsed.GetValue(keep));
            await using FileStream entered = await KeptFolder.EnterAsync(folder, Console.Error.WriteLine, cancellationToken);
            await RecordedTable.RecordAsync(folder, Console.Error.WriteLine, cancellationToken);

            // In this process: a project that the library made and built beside us would come under this repository's rules for projects.
            ManualConfig config = ManualConfig.CreateEmpty()
                .AddJob(Job.Default.WithToolchain(InProcessEmitToolchain.Instance).WithWarmupCount(3).WithIterationCount(10))
                .AddColumnProvider(DefaultColumnProviders.Instance)
                .AddDiagnoser(MemoryDiagnoser.Default)
                .AddExporter(JsonExporter.Brief)
                .AddLogger(ConsoleLogger.Default)
                .WithArtifactsPath(Path.Combine(folder, "micro"));
            IEnumerable<Summary> summaries = BenchmarkSwitcher.FromTypes([typeof(CopyBenchmarks), typeof(MetadataBenchmarks)])
                .Run(["--filter", parsed.GetRequiredValue(filter)], config);
            return summaries.Any() && summaries.All(s => s.Reports.All(r => r.Success)) ? 0 : 1;
        });
        return command;
    }
}
