using Mammoth.Benchmarks.Measuring;
using Mammoth.Benchmarks.Pipeline;
using Mammoth.Benchmarks.Server;

namespace Mammoth.Benchmarks.Cases;

/// <summary>One table, by Mammoth with one and with two streams, and by what it is measured against, turn by turn.</summary>
internal sealed class CopyCase : ICase
{
    public string Name => "copy";

    public string Description => "a table into Parquet, against one COPY to nowhere and against DuckDB";

    public async Task<IReadOnlyList<Finding>> RunAsync(Bench bench, CancellationToken cancellationToken)
    {
        List<Finding> findings = [];
        foreach (BenchTable table in bench.Tables)
        {
            long rows = await table.MakeAsync(bench.Server, bench.Scale, bench.Tell, cancellationToken);

            // Once for nothing: what the server and the machine need to have read.
            await Opponents.RawCopyAsync(bench, BenchTable.Database, table.Name, tls: false, cancellationToken);
            List<Pair> pairs = [];
            for (int i = 0; i < bench.Pairs; i++)
            {
                bench.Tell($"{table.Name}: pair {i + 1} of {bench.Pairs}");
                pairs.Add(await MeasureAsync(bench, table, rows, backwards: i % 2 == 1, cancellationToken));
            }

            findings.Add(Times(table, rows, pairs));
            findings.Add(Figures(table, pairs));
        }

        return findings;
    }

    private static async Task<Pair> MeasureAsync(Bench bench, BenchTable table, long rows, bool backwards, CancellationToken cancellationToken)
    {
        Pair pair = new();
        string source = bench.Server.ConnectionString(BenchTable.Database);
        Func<Task>[] turns =
        [
            async () => pair.Raw = await Opponents.RawCopyAsync(bench, BenchTable.Database, table.Name, tls: false, cancellationToken),
            async () => pair.One = await bench.Mammoth.MigrateAsync(source, 1, [$"public.{table.Name}"], keepWarehouse: false, cancellationToken),
            async () => pair.Two = await bench.Mammoth.MigrateAsync(source, 2, [$"public.{table.Name}"], keepWarehouse: false, cancellationToken),
            async () => (pair.DuckDb, pair.DuckDbPeak) = await Opponents.CsvThroughDuckDbAsync(bench, table, rows, cancellationToken),
        ];
        foreach (Func<Task> turn in backwards ? turns.Reverse() : turns)
            await turn();

        return pair;
    }

    private static Finding Times(BenchTable table, long rows, List<Pair> pairs)
    {
        FindingRow Row(string label, Func<Pair, TimeSpan> wall, Func<Pair, TimeSpan> cpu, Func<Pair, long> peak) => new(label,
        [
            Median.Of(pairs, p => wall(p).TotalSeconds), Median.Of(pairs, p => cpu(p).TotalSeconds), Median.Of(pairs, p => cpu(p).TotalMicroseconds / rows),
            rows / Median.Of(pairs, p => wall(p).TotalSeconds), Median.Of(pairs, p => peak(p) / 1e6),
        ]);

        MigrationMeasures last = pairs[^1].Two!;
        return new(
            $"{table.Name}: {rows:N0} rows, {last.SourceBytes / 1e6:N0} MB of COPY, {last.FileBytes / 1e6:N0} MB of Parquet in {last.Chunks} chunks; {pairs.Count} pairs, medians",
            ["wall s", "cpu s", "cpu µs/row", "rows/s", "peak MB"],
            [
                Row("psql COPY binary > /dev/null", p => p.Raw!.Wall, p => p.Raw!.Cpu, p => p.Raw!.PeakMemory),
                Row("psql COPY csv | DuckDB", p => p.DuckDb!.Wall, p => p.DuckDb!.Cpu, p => p.DuckDbPeak),
                Row("mammoth, 1 stream, copy", p => p.One!.Copy, p => p.One!.CopyCpu, p => p.One!.CopyPeak),
                Row("mammoth, 1 stream, whole command", p => p.One!.Wall, p => p.One!.WholeCpu, p => p.One!.Peak),
                Row("mammoth, 2 streams, copy", p => p.Two!.Copy, p => p.Two!.CopyCpu, p => p.Two!.CopyPeak),
                Row("mammoth, 2 streams, whole command", p => p.Two!.Wall, p => p.Two!.WholeCpu, p => p.Two!.Peak),
            ]);
    }

    private static Finding Figures(BenchTable table, List<Pair> pairs)
    {
        FindingRow Row(string label, Func<Pair, MigrationMeasures, double> value, IReadOnlyList<double> limit, IReadOnlyList<double> aim) => new(label,
            [Median.Of(pairs, p => value(p, p.One!)), Median.Of(pairs, p => value(p, p.Two!))]) { Limit = limit, Aim = aim };

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
