using System.Runtime.CompilerServices;
using Mammoth.Benchmarks.Measuring;
using Mammoth.Benchmarks.Pipeline;
using Mammoth.Benchmarks.Server;

namespace Mammoth.Benchmarks.Cases;

/// <summary>One table, by Mammoth with one and with two streams, and by what it is measured against, turn by turn.</summary>
internal sealed class CopyCase : ICase
{
    public string Name => "copy";

    public string Description => "a table into Parquet, against one COPY to nowhere and against DuckDB";

    public async IAsyncEnumerable<Finding> RunAsync(Bench bench, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        foreach (BenchTable table in bench.Tables)
        {
            long rows = await table.MakeAsync(bench.Server, bench.Scale, bench.Tell, cancellationToken);

            // Once for nothing: what the server and the machine need to have read.
            await Opponents.RawCopyAsync(bench, BenchTable.Database, table.Name, tls: false, cancellationToken);
            IReadOnlyList<Pair> pairs = await bench.InPairsAsync<Pair>(table.Name, p => Turns(bench, table, rows, p, cancellationToken));
            yield return Times(table, rows, pairs);
            yield return Figures(table, pairs);
        }
    }

    private static Func<Task>[] Turns(Bench bench, BenchTable table, long rows, Pair pair, CancellationToken cancellationToken)
    {
        string source = bench.Server.ConnectionString(BenchTable.Database);
        return
        [
            async () => pair.Raw = await Opponents.RawCopyAsync(bench, BenchTable.Database, table.Name, tls: false, cancellationToken),
            async () => pair.One = await bench.Mammoth.MigrateAsync(source, 1, [$"public.{table.Name}"], keepWarehouse: false, cancellationToken),
            async () => pair.Two = await bench.Mammoth.MigrateAsync(source, 2, [$"public.{table.Name}"], keepWarehouse: false, cancellationToken),
            async () => (pair.DuckDb, pair.DuckDbPeak) = await Opponents.CsvThroughDuckDbAsync(bench, table, rows, cancellationToken),
        ];
    }

    private static Finding Times(BenchTable table, long rows, IReadOnlyList<Pair> pairs)
    {
        FindingRow Program(string label, Func<Pair, Measurement?> of, Func<Pair, long> peak) => Row(
            label, p => of(p)!.Wall, p => of(p)!.Cpu, peak, p => of(p)!.ServerCpu, p => of(p)!.Others);
        FindingRow Copy(string label, Func<Pair, MigrationMeasures?> of) => Row(label, p => of(p)!.Copy, p => of(p)!.CopyCpu, p => of(p)!.CopyPeak, null, null);
        FindingRow Whole(string label, Func<Pair, MigrationMeasures?> of) => Row(
            label, p => of(p)!.Wall, p => of(p)!.WholeCpu, p => of(p)!.Peak, p => of(p)!.ServerCpu, p => of(p)!.Others);
        FindingRow Row(string label, Func<Pair, TimeSpan> wall, Func<Pair, TimeSpan> cpu, Func<Pair, long> peak, Func<Pair, TimeSpan?>? server, Func<Pair, double?>? others) => new(label,
        [
            Median.Of(pairs, p => wall(p).TotalSeconds), Median.Of(pairs, p => cpu(p).TotalSeconds), Median.Of(pairs, p => cpu(p).TotalMicroseconds / rows),
            rows / Median.Of(pairs, p => wall(p).TotalSeconds), Median.Of(pairs, p => peak(p) / 1e6),
            server is null ? null : Median.OfKnown(pairs, p => server(p)?.TotalSeconds), others is null ? null : Median.OfKnown(pairs, others),
        ]);

        MigrationMeasures last = pairs[^1].Two!;
        return new(
            $"{table.Name}: {rows:N0} rows, {last.SourceBytes / 1e6:N0} MB of COPY, {last.FileBytes / 1e6:N0} MB of Parquet in {last.Chunks} chunks; {pairs.Count} pairs, medians",
            ["wall s", "cpu s", "cpu µs/row", "rows/s", "peak MB", "server cpu s", "others' cores"],
            [
                Program("psql COPY binary > /dev/null", p => p.Raw, p => p.Raw!.PeakMemory),
                Program("psql COPY csv | DuckDB", p => p.DuckDb, p => p.DuckDbPeak),
                Copy("mammoth, 1 stream, copy", p => p.One),
                Whole("mammoth, 1 stream, whole command", p => p.One),
                Copy("mammoth, 2 streams, copy", p => p.Two),
                Whole("mammoth, 2 streams, whole command", p => p.Two),
            ])
        {
            Measured = pairs,
        };
    }

    private static Finding Figures(BenchTable table, IReadOnlyList<Pair> pairs)
    {
        FindingRow Row(string label, Func<Pair, MigrationMeasures, double> value, IReadOnlyList<double> limit, IReadOnlyList<double> aim) => new(label,
            [Median.Of(pairs, p => value(p, p.One!)), Median.Of(pairs, p => value(p, p.Two!))])
        { Limit = limit, Aim = aim };

        (double limit, double aim) = table == BenchTable.LineItem ? (1.6, 1.2) : (3.2, 2.4);
        return new(
            $"{table.Name}: what is asked",
            ["1 stream", "2 streams"],
            [
                Row("copy ÷ raw COPY", (p, m) => m.Copy / p.Raw!.Wall, [1.0, 1.0], [0.65, 0.65]),
                Row("copy ÷ csv | DuckDB", (p, m) => m.Copy / p.DuckDb!.Wall, [0.5, 0.5], [0.40, 0.40]),
                Row("client CPU µs/row", (_, m) => m.CopyCpuPerRow, [limit, limit], [aim, aim]),
                Row("managed allocation B/row", (_, m) => m.AllocatedPerRow, [8, 8], [1, 1]),
                Row("peak RSS MB, copy", (_, m) => m.CopyPeak / 1e6, [320, 512], [220, 400]),
                Row("peak RSS MB, whole", (_, m) => m.Peak / 1e6, [320, 512], [220, 400]),
                Row("verification added %", (_, m) => 100 * (m.Verify / m.Copy), [50, 50], [25, 25]),
            ]);
    }

    private sealed class Pair
    {
        public Measurement? Raw { get; set; }

        public Measurement? DuckDb { get; set; }

        public long DuckDbPeak { get; set; }

        public MigrationMeasures? One { get; set; }

        public MigrationMeasures? Two { get; set; }
    }
}
