using System.Runtime.CompilerServices;
using Mammoth.Benchmarks.Measuring;
using Mammoth.Benchmarks.Pipeline;
using Mammoth.Benchmarks.Server;

namespace Mammoth.Benchmarks.Cases;

/// <summary>Reading a table back, against copying it.</summary>
internal sealed class ReadBackCase : ICase
{
    public string Name => "read";

    public string Description => "reading every row of a table back (mammoth verify), against copying it";

    public async IAsyncEnumerable<Finding> RunAsync(Bench bench, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        foreach (BenchTable table in bench.Tables)
        {
            long rows = await table.MakeAsync(bench.Server, bench.Scale, bench.Tell, cancellationToken);
            IReadOnlyList<Pair> pairs = await bench.InPairsAsync<Pair>($"{table.Name} read back", pair => [() => MeasureAsync(bench, table, pair, cancellationToken)]);
            yield return new(
                $"{table.Name} read back: {rows:N0} rows; {pairs.Count} pairs, medians",
                [""],
                [
                    new("reading ÷ copy with 1 stream (rows/s at 0.7 of the copy's: 1.43)", [Median.Of(pairs, p => p.Read!.Wall / p.One!.Copy)]) { Limit = [1 / 0.7], Aim = [1.0] },
                    new("rows/s, reading", [rows / Median.Of(pairs, p => p.Read!.Wall.TotalSeconds)]),
                    new("rows/s, copy", [rows / Median.Of(pairs, p => p.One!.Copy.TotalSeconds)]),
                    new("reading, whole command s", [Median.Of(pairs, p => p.Read!.Wall.TotalSeconds)]),
                    new("client CPU µs/row", [Median.Of(pairs, p => p.Read!.Cpu.TotalMicroseconds / rows)]),
                    new("peak RSS MB", [Median.Of(pairs, p => p.Read!.PeakMemory / 1e6)]) { Limit = [320], Aim = [220] },
                ])
            { Measured = pairs };
        }
    }

    private static async Task MeasureAsync(Bench bench, BenchTable table, Pair pair, CancellationToken cancellationToken)
    {
        pair.One = await bench.Mammoth.MigrateAsync(bench.Server.ConnectionString(BenchTable.Database), 1, [$"public.{table.Name}"], keepWarehouse: true, cancellationToken);
        try
        {
            pair.Read = await bench.Mammoth.VerifyAsync(pair.One.Warehouse, cancellationToken);
        }
        finally
        {
            MammothProgram.Drop(pair.One.Warehouse);
        }
    }

    private sealed class Pair
    {
        public Measurement? Read { get; set; }

        public MigrationMeasures? One { get; set; }
    }
}
