using System.Runtime.CompilerServices;
using Mammoth.Benchmarks.Measuring;
using Mammoth.Benchmarks.Pipeline;
using Mammoth.Benchmarks.Server;

namespace Mammoth.Benchmarks.Cases;

/// <summary>A thousand small tables, against one: what a table costs beside its rows.</summary>
internal sealed class ManyTablesCase : ICase
{
    private const int Tables = 1000;
    private const int Rows = 100;

    public string Name => "many";

    public string Description => "a thousand tables of a hundred rows";

    public async IAsyncEnumerable<Finding> RunAsync(Bench bench, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await MakeAsync(bench, "one_small", 1, cancellationToken);
        await MakeAsync(bench, "many_small", Tables, cancellationToken);
        IReadOnlyList<Pair> pairs = await bench.InPairsAsync<Pair>($"{Tables} tables", pair =>
        [
            async () => pair.One = await MigrateAsync(bench, "one_small", 1, cancellationToken),
            async () => pair.Many = await MigrateAsync(bench, "many_small", Tables, cancellationToken),
        ]);
        FindingRow Each(string label, Func<Pair, TimeSpan> time) => new(label, [Median.Of(pairs, p => time(p).TotalMilliseconds / Tables)]);
        yield return new(
            $"{Tables:N0} tables of {Rows} rows, 2 streams: {Median.Of(pairs, p => p.Many!.Wall.TotalSeconds):0.0} s, of which {Median.Of(pairs, p => p.One!.Wall.TotalSeconds):0.0} s also with one table; {pairs.Count} pairs, medians",
            ["ms per table"],
            [
                Each("the whole command: plan, copy, verify, commit, publish", p => p.Many!.Wall) with { Limit = [30], Aim = [10] },
                Each("  without what one table alone takes", p => p.Many!.Wall - p.One!.Wall),
                Each("CPU, the whole command", p => p.Many!.Cpu),
                Each("CPU of the server meanwhile", p => p.Many!.ServerCpu ?? TimeSpan.Zero),
                new("peak RSS MB", [Median.Of(pairs, p => p.Many!.PeakMemory / 1e6)]),
            ])
        { Measured = pairs };
    }

    private static async Task<Measurement> MigrateAsync(Bench bench, string database, int tables, CancellationToken cancellationToken)
    {
        (Measurement whole, int copied) = await bench.Mammoth.MigrateAllAsync(bench.Server.ConnectionString(database), 2, cancellationToken);
        return copied == tables ? whole : throw new InvalidDataException($"{copied} tables were copied, of {tables}.");
    }

    private static Task MakeAsync(Bench bench, string database, int tables, CancellationToken cancellationToken) => BenchDatabase.MakeAsync(
        bench.Server, database,
        [
            $"""
            DO $$ BEGIN
              FOR i IN 1..{tables} LOOP
                EXECUTE format('CREATE TABLE %I (id bigint PRIMARY KEY, name text NOT NULL, at timestamptz, amount numeric(12,2))', 'small_' || i);
                EXECUTE format('INSERT INTO %I SELECT id, ''name '' || id * {tables}, timestamptz ''2024-01-01 00:00:00+00'' + id * interval ''1 minute'', id / 100.0 FROM generate_series(1, {Rows}) id', 'small_' || i);
              END LOOP;
            END $$
            """,
            "VACUUM (FREEZE, ANALYZE)",
        ],
        bench.Tell, cancellationToken);

    private sealed class Pair
    {
        public Measurement? One { get; set; }

        public Measurement? Many { get; set; }
    }
}
