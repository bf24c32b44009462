using System.Runtime.CompilerServices;
using Mammoth.Benchmarks.Measuring;
using Mammoth.Benchmarks.Pipeline;
using Mammoth.Benchmarks.Server;

namespace Mammoth.Benchmarks.Cases;

/// <summary>The same over TLS, as Azure requires it.</summary>
internal sealed class TlsCase : ICase
{
    public string Name => "tls";

    public string Description => "the copy over TLS, against one COPY over TLS to nowhere";

    public async IAsyncEnumerable<Finding> RunAsync(Bench bench, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        foreach (BenchTable table in bench.Tables)
        {
            long rows = await table.MakeAsync(bench.Server, bench.Scale, bench.Tell, cancellationToken);
            await Opponents.RawCopyAsync(bench, BenchTable.Database, table.Name, tls: true, cancellationToken);
            IReadOnlyList<Pair> pairs = await bench.InPairsAsync<Pair>($"{table.Name} over TLS", p => Turns(bench, table, p, cancellationToken));
            FindingRow Row(string label, Func<Pair, MigrationMeasures, double> value) => new(label, [Median.Of(pairs, p => value(p, p.One!)), Median.Of(pairs, p => value(p, p.Two!))]);
            yield return new(
                $"{table.Name} over TLS: {rows:N0} rows; raw COPY {Median.Of(pairs, p => p.Raw!.Wall.TotalSeconds):0.00} s; {pairs.Count} pairs, medians",
                ["1 stream", "2 streams"],
                [
                    Row("copy ÷ raw COPY over TLS", (p, m) => m.Copy / p.Raw!.Wall) with { Limit = [1.0, 1.0], Aim = [0.75, 0.75] },
                    Row("copy s", (_, m) => m.Copy.TotalSeconds),
                    Row("client CPU µs/row", (_, m) => m.CopyCpuPerRow),
                    Row("managed allocation B/row", (_, m) => m.AllocatedPerRow),
                    Row("peak RSS MB, copy", (_, m) => m.CopyPeak / 1e6),
                ])
            { Measured = pairs };
        }
    }

    private static Func<Task>[] Turns(Bench bench, BenchTable table, Pair pair, CancellationToken cancellationToken)
    {
        string source = bench.Server.ConnectionString(BenchTable.Database, tls: true);
        return
        [
            async () => pair.Raw = await Opponents.RawCopyAsync(bench, BenchTable.Database, table.Name, tls: true, cancellationToken),
            async () => pair.One = await bench.Mammoth.MigrateAsync(source, 1, [$"public.{table.Name}"], keepWarehouse: false, cancellationToken),
            async () => pair.Two = await bench.Mammoth.MigrateAsync(source, 2, [$"public.{table.Name}"], keepWarehouse: false, cancellationToken),
        ];
    }

    private sealed class Pair
    {
        public Measurement? Raw { get; set; }

        public MigrationMeasures? One { get; set; }

        public MigrationMeasures? Two { get; set; }
    }
}
