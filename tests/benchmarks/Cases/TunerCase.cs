using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text.Json;
using Mammoth.Benchmarks.Pipeline;
using Mammoth.Benchmarks.Server;
using Mammoth.Migration.Runs;
using Mammoth.Orchestrations.Migrations;

namespace Mammoth.Benchmarks.Cases;

/// <summary>How much one copy takes: as the tuner finds it, against each fixed size. The chunks are small, so that a table of a gigabyte has as many as one of 16.</summary>
internal sealed class TunerCase : ICase
{
    private const string FileSize = "8MB";
    private static readonly int[] Fixed = [1, 2, 4, 8, 16, 32, 64];

    public string Name => "tuner";

    public string Description => "how much one copy takes: found while copying, against fixed sizes";

    public async IAsyncEnumerable<Finding> RunAsync(Bench bench, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        foreach (BenchTable table in bench.Tables)
        {
            long rows = await table.MakeAsync(bench.Server, bench.Scale, bench.Tell, cancellationToken);
            string source = bench.Server.ConnectionString(BenchTable.Database);
            string include = $"public.{table.Name}";
            Task<MigrationMeasures> Tuned() => bench.Mammoth.MigrateAsync(source, 2, [include], keepWarehouse: false, cancellationToken, ["--target-file-size", FileSize]);
            MigrationMeasures first = await Tuned();
            double chunkBytes = await SourceBytesAsync(bench, table, cancellationToken) / first.Chunks;
            IReadOnlyList<Turns> turns = await bench.InPairsAsync<Turns>($"{table.Name}, the tuner", turn =>
            [
                async () => turn.Tuned = await Tuned(),
                .. Fixed.Select(count => (Func<Task>)(async () => turn.Fixed[count] = await FixedAsync(bench, table, count, chunkBytes, cancellationToken))),
            ]);
            double best = Fixed.Min(count => Median.Of(turns, t => t.Fixed[count].Copy.TotalSeconds));
            double Paired(int count) => Median.Of(turns, t => t.Tuned!.Copy / t.Fixed[count].Copy);
            FindingRow Row(string label, Func<Turns, MigrationMeasures> of, double? paired)
            {
                double seconds = Median.Of(turns, t => of(t).Copy.TotalSeconds);
                return new(label, [seconds, seconds / best, paired, Median.Of(turns, t => of(t).CopyCpu.TotalSeconds), Median.Of(turns, t => of(t).Copies.Count), Median.Of(turns, t => of(t).Copies.Max())]);
            }

            yield return new(
                $"{table.Name}, how much one copy takes: {rows:N0} rows in {first.Chunks} chunks of {chunkBytes / 1e6:0.0} MB, 2 streams; {turns.Count} runs each, medians",
                ["copy s", "÷ best fixed", "the tuner's ÷ it, paired", "copy cpu s", "copies", "most chunks"],
                [Row("as the tuner finds it", t => t.Tuned!, null), .. Fixed.Select(count => Row($"{count} a copy", t => t.Fixed[count], Paired(count)))])
            {
                Notes = [string.Create(CultureInfo.InvariantCulture, $"In pairs the tuner's copy took at most {Fixed.Max(Paired):0.00} of one with a fixed size, by the medians of the pairs' ratios; asked for is 1.10."), .. turns.Select(t => $"The tuner's copies, in chunks: {string.Join(' ', t.Tuned!.Copies)}")],
                Measured = turns,
            };
        }
    }

    /// <summary>What the tuner is told to have learnt already, and may not go beyond.</summary>
    private static async Task<MigrationMeasures> FixedAsync(Bench bench, BenchTable table, int count, double chunkBytes, CancellationToken cancellationToken)
    {
        string configuration = Path.Combine(bench.Scratch, $"fixed-{count}.json");
        await File.WriteAllTextAsync(configuration, string.Create(CultureInfo.InvariantCulture, $$"""{ "maxCopySize": {{count * chunkBytes:0}} }"""), cancellationToken);
        BatchSizes learnt = new(count * chunkBytes, 0, 0, 1);
        try
        {
            return await bench.Mammoth.MigrateAsync(
                bench.Server.ConnectionString(BenchTable.Database), 2, [$"public.{table.Name}"], keepWarehouse: false, cancellationToken, ["--target-file-size", FileSize, "--config", configuration],
                warehouse =>
                {
                    string sizes = Path.Combine(warehouse, "_mammoth", "sizes", "public");
                    Directory.CreateDirectory(sizes);
                    File.WriteAllBytes(Path.Combine(sizes, $"{table.Name}.json"), JsonSerializer.SerializeToUtf8Bytes(learnt, RunFolder.Json));
                });
        }
        finally
        {
            File.Delete(configuration);
        }
    }

    private static async Task<double> SourceBytesAsync(Bench bench, BenchTable table, CancellationToken cancellationToken) =>
        await bench.Server.ScalarAsync<long>(BenchTable.Database, $"SELECT pg_table_size('{table.Name}')", cancellationToken);

    private sealed class Turns
    {
        public MigrationMeasures? Tuned { get; set; }

        public Dictionary<int, MigrationMeasures> Fixed { get; } = [];
    }
}
