using System.CommandLine;
using System.Runtime.Versioning;
using Mammoth.Benchmarks.Micro;
using Mammoth.Benchmarks.Pipeline;

// Memory, CPU times and the signals of processes are read as Linux tells them.
[assembly: SupportedOSPlatform("linux")]

RootCommand root = new("Measures Mammoth: docs/performance.md says how, and what came out.");
root.Subcommands.Add(PipelineCommand.Create());
root.Subcommands.Add(MicroCommand.Create());
root.Subcommands.Add(DuckDbParquet.CreateCommand());
return await root.Parse(args).InvokeAsync();
