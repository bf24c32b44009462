using System.Runtime.CompilerServices;
using Mammoth.Benchmarks.Pipeline;
using Mammoth.Benchmarks.Server;

namespace Mammoth.Benchmarks.Cases;

/// <summary>This build against another: what a change did, turn by turn, so that what else the machine does falls on both.</summary>
internal sealed class BuildsCase : ICase
{
    public string Name => "builds";

    public string Description => "two builds of Mammoth, the other named by --against";

    public async IAsyncEnumerable<Finding> RunAsync(Bench bench, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        MammothProgram other = bench.Against ?? throw new InvalidOperationException("Name the other build's folder with --against.");
        foreach (BenchTable table in bench.Tables)
        {
            long rows = await table.MakeAsync(bench.Server, bench.Scale, bench.Tell, cancellationToken);
            string source = bench.Server.ConnectionString(BenchTable.Database);
            IReadOnlyList<Pair> pairs = await bench.InPairsAsync<Pair>($"{table.Name}, two builds", pair =>
            [
                async () => pair.Other = await other.MigrateAsync(source, 2, [$"public.{table.Name}"], keepWarehouse: false, cancellationToken),
                async () => pair.This = await bench.Mammoth.MigrateAsync(source, 2, [$"public.{table.Name}"], keepWarehouse: false, cancellationToken),
            ]);
            FindingRow Row(string label, Func<MigrationMeasures, double> value) => new(
                label, [Median.Of(pairs, p => value(p.Other!)), Median.Of(pairs, p => value(p.This!)), Median.Of(pairs, p => value(p.This!) / value(p.Other!))]);
            yield return new(
                $"{table.Name}, two builds: {rows:N0} rows, 2 streams; {pairs.Count} pairs, medians",
                ["other", "this", "this ÷ other"],
                [
                    Row("copy s", m => m.Copy.TotalSeconds),
                    Row("verification s", m => m.Verify.TotalSeconds),
                    Row("whole command s", m => m.Wall.TotalSeconds),
                    Row("client CPU µs/row, copy", m => m.CopyCpuPerRow),
                    Row("client CPU µs/row, whole", m => m.WholeCpu.TotalMicroseconds / rows),
                    Row("managed allocation B/row", m => m.AllocatedPerRow),
                    Row("peak RSS MB, copy", m => m.CopyPeak / 1e6),
                    Row("Parquet MB", m => m.FileBytes / 1e6),
                ])
            { Measured = pairs };
        }
    }

    private sealed class Pair
    {
        public MigrationMeasures? Other { get; set; }

        public MigrationMeasures? This { get; set; }
    }
}
