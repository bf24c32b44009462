using Mammoth.Benchmarks.Server;

namespace Mammoth.Benchmarks.Pipeline;

/// <summary>What every case is given.</summary>
/// <param name="Scratch">A folder for what a run writes.</param>
/// <param name="Tell">Says what is being done.</param>
internal sealed record Bench(BenchServer Server, MammothProgram Mammoth, IReadOnlyList<BenchTable> Tables, double Scale, int Pairs, string Scratch, Action<string> Tell);

/// <summary>Something that is measured, on its own or with others.</summary>
internal interface ICase
{
    string Name { get; }

    string Description { get; }

    Task<IReadOnlyList<Finding>> RunAsync(Bench bench, CancellationToken cancellationToken);
}
