using System.CommandLine;
using Mammoth.Benchmarks.Micro;
using Mammoth.Benchmarks.Pipeline;

RootCommand root = new("Measures Mammoth: docs/performance.md says how, and what came out.");
root.Subcommands.Add(PipelineCommand.Create());
root.Subcommands.Add(MicroCommand.Create());
root.Subcommands.Add(DuckDbParquet.CreateCommand());
return await root.Parse(args).InvokeAsync();
