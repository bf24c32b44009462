using System.Runtime.CompilerServices;
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
            async () => pair.One = await bench.Mammoth.MigrateAsync(bench.Server.ConnectionString("one_small"), 2, [], keepWarehouse: false, cancellationToken),
            async () => pair.Many = await bench.Mammoth.MigrateAsync(bench.Server.ConnectionString("many_small"), 2, [], keepWarehouse: false, cancellationToken),
        ]);
        FindingRow Each(string label, Func<MigrationMeasures, TimeSpan?> time) => new(label, [Median.Of(pairs, p => (time(p.Many!) ?? TimeSpan.Zero).TotalMilliseconds / Tables)]);
        yield return new(
            $"{Tables:N0} tables of {Rows} rows, 2 streams: {Median.Of(pairs, p => p.Many!.Wall.TotalSeconds):0.0} s, of which {Median.Of(pairs, p => p.One!.Wall.TotalSeconds):0.0} s also with one table; {pairs.Count} pairs, medians",
            ["ms per table"],
            [
                Each("the whole command", m => m.Wall) with { Limit = [30], Aim = [10] },
                Each("  before the first copy (start, plan, snapshot)", m => m.Before),
                Each("  from there until all are verified", m => m.Copy + m.Verify),
                Each("  after that (publish, report, end)", m => m.After),
                Each("CPU, the whole command", m => m.WholeCpu),
                Each("a table's own time: copy", m => m.CopyWork),
                Each("a table's own time: fold and stage", m => m.StageWork),
                Each("a table's own time: verify", m => m.ProveWork),
                new("peak RSS MB", [Median.Of(pairs, p => p.Many!.Peak / 1e6)]),
            ])
        {
            Notes = ["A table's own times pass for two tables at a time."],
            Measured = pairs,
        };
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
        public MigrationMeasures? One { get; set; }

        public MigrationMeasures? Many { get; set; }
    }
}
