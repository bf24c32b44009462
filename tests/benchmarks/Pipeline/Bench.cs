using Mammoth.Benchmarks.Measuring;
using Mammoth.Benchmarks.Server;

namespace Mammoth.Benchmarks.Pipeline;

/// <summary>What every case is given.</summary>
/// <param name="Against">Another build of Mammoth to compare with; null: none.</param>
/// <param name="Scratch">A folder for what a run writes.</param>
/// <param name="Tell">Says what is being done.</param>
internal sealed record Bench(
    BenchServer Server, Meter Meter, MammothProgram Mammoth, MammothProgram? Against, IReadOnlyList<BenchTable> Tables, double Scale, int Pairs, string Scratch, Action<string> Tell)
{
    /// <summary>Measures side by side: all turns one after the other, as often as asked for, every other time backwards, so that what comes later on a machine favours none.</summary>
    /// <param name="turns">Of a new <typeparamref name="T"/>, what measures each part of it.</param>
    public async Task<IReadOnlyList<T>> InPairsAsync<T>(string what, Func<T, IReadOnlyList<Func<Task>>> turns)
        where T : new()
    {
        List<T> pairs = [];
        for (int i = 0; i < Pairs; i++)
        {
            Tell($"{what}: pair {i + 1} of {Pairs}");
            T pair = new();
            IReadOnlyList<Func<Task>> order = turns(pair);
            foreach (Func<Task> turn in i % 2 == 0 ? order : order.Reverse())
                await turn();

            pairs.Add(pair);
        }

        return pairs;
    }
}

/// <summary>Something that is measured, on its own or with others.</summary>
internal interface ICase
{
    string Name { get; }

    string Description { get; }

    IAsyncEnumerable<Finding> RunAsync(Bench bench, CancellationToken cancellationToken);
}
