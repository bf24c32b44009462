using System.Runtime.CompilerServices;
using Mammoth.Benchmarks.Measuring;
using Mammoth.Benchmarks.Pipeline;
using Mammoth.Benchmarks.Server;

namespace Mammoth.Benchmarks.Cases;

/// <summary>Values of a gigabyte, PostgreSQL's largest: memory must not grow with them.</summary>
internal sealed class LargeValuesCase : ICase
{
    private const string Database = "large_values";

    /// <summary>What a value may add to the memory that a copy has without it.</summary>
    private const double More = 64;

    public string Name => "large";

    public string Description => "two rows with a bytea of 1 GB each";

    public async IAsyncEnumerable<Finding> RunAsync(Bench bench, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await MakeAsync(bench, cancellationToken);
        IReadOnlyList<Pair> pairs = await bench.InPairsAsync<Pair>("Large values", pair =>
        [
            async () => pair.Raw = await Opponents.RawCopyAsync(bench, Database, "large", tls: false, cancellationToken),
            async () => pair.One = await bench.Mammoth.MigrateAsync(bench.Server.ConnectionString(Database), 1, [], keepWarehouse: false, cancellationToken),
            async () => pair.Two = await bench.Mammoth.MigrateAsync(bench.Server.ConnectionString(Database), 2, [], keepWarehouse: false, cancellationToken),
        ]);
        FindingRow Row(string label, Func<Pair, MigrationMeasures, double> value) => new(label, [Median.Of(pairs, p => value(p, p.One!)), Median.Of(pairs, p => value(p, p.Two!))]);
        yield return new(
            $"2 values of 1 GB: raw COPY {Median.Of(pairs, p => p.Raw!.Wall.TotalSeconds):0.00} s; {pairs.Count} pairs, medians",
            ["1 stream", "2 streams"],
            [
                Row("peak RSS MB, copy", (_, m) => m.CopyPeak / 1e6) with { Limit = [320 + More, 512 + More], Aim = [220 + More, 400 + More] },
                Row("peak RSS MB, whole", (_, m) => m.Peak / 1e6) with { Limit = [320 + More, 512 + More], Aim = [220 + More, 400 + More] },
                Row("copy s", (_, m) => m.Copy.TotalSeconds),
                Row("whole command s", (_, m) => m.Wall.TotalSeconds),
                Row("copy ÷ raw COPY", (p, m) => m.Copy / p.Raw!.Wall),
            ])
        { Measured = pairs };
    }

    private static Task MakeAsync(Bench bench, CancellationToken cancellationToken) => BenchDatabase.MakeAsync(
        bench.Server, Database,
        [
            "CREATE TABLE large (id bigint PRIMARY KEY, name text NOT NULL, bytes bytea)",
            "ALTER TABLE large ALTER bytes SET STORAGE EXTERNAL",

            // Pieces of 10 MB, which no compressor finds again so far back.
            "CREATE TEMP TABLE piece AS SELECT string_agg(sha512(int8send(i)), ''::bytea) AS bytes FROM generate_series(1, 156250) i",
            "INSERT INTO large SELECT id, 'value ' || id, (SELECT string_agg(bytes, ''::bytea) FROM piece, generate_series(1, 100 + 0 * id)) FROM generate_series(1, 2) id",
            "VACUUM (FREEZE, ANALYZE) large",
        ],
        bench.Tell, cancellationToken);

    private sealed class Pair
    {
        public Measurement? Raw { get; set; }

        public MigrationMeasures? One { get; set; }

        public MigrationMeasures? Two { get; set; }
    }
}
