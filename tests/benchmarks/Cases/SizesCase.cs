using System.Runtime.CompilerServices;
using Mammoth.Benchmarks.Pipeline;
using Mammoth.Benchmarks.Server;

namespace Mammoth.Benchmarks.Cases;

/// <summary>The same table with few and with many rows: what a row costs must not grow with them, nor the memory.</summary>
internal sealed class SizesCase : ICase
{
    private static readonly double[] Scales = [0.1, 0.3, 1, 2];

    public string Name => "sizes";

    public string Description => "a table of a tenth of its rows up to twice as many: how costs grow";

    public async IAsyncEnumerable<Finding> RunAsync(Bench bench, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        foreach (BenchTable table in bench.Tables)
        {
            List<FindingRow> found = [];
            foreach (double scale in Scales)
            {
                BenchTable sized = table with { Name = scale == 1 ? table.Name : $"{table.Name}_{scale * 100:0}" };
                long rows = await sized.MakeAsync(bench.Server, bench.Scale * scale, bench.Tell, cancellationToken);
                IReadOnlyList<Run> runs = await bench.InPairsAsync<Run>($"{sized.Name}, {rows:N0} rows", run =>
                    [async () => run.One = await bench.Mammoth.MigrateAsync(bench.Server.ConnectionString(BenchTable.Database), 2, [$"public.{sized.Name}"], keepWarehouse: false, cancellationToken)]);
                FindingRow Row(params ReadOnlySpan<Func<MigrationMeasures, double>> values)
                {
                    List<double?> medians = [];
                    foreach (Func<MigrationMeasures, double> value in values)
                        medians.Add(Median.Of(runs, r => value(r.One!)));

                    return new($"{rows:N0} rows", medians);
                }

                found.Add(Row(
                    m => m.Copy.TotalSeconds, m => m.Wall.TotalSeconds, m => m.WholeCpu.TotalSeconds, m => m.Copy.TotalMicroseconds / rows, m => m.CopyCpuPerRow, m => m.WholeCpu.TotalMicroseconds / rows, m => m.Peak / 1e6));
            }

            yield return new(
                $"{table.Name} by its number of rows, 2 streams; {bench.Pairs} runs each, medians",
                ["copy s", "whole s", "cpu s", "copy µs/row", "copy cpu µs/row", "whole cpu µs/row", "peak MB"],
                found);
        }
    }

    private sealed class Run
    {
        public MigrationMeasures? One { get; set; }
    }
}
