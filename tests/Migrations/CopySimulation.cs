using Mammoth.Migration.Copying;
using Mammoth.Orchestrations.Migrations;

namespace Mammoth.Tests.Migrations;

/// <summary>A table and its server, as far as the tuner sees them.</summary>
/// <param name="Megabytes">Of the source.</param>
/// <param name="Pace">Megabytes a second of one copy.</param>
/// <param name="Overhead">Seconds that a copy takes beside its rows.</param>
/// <param name="Noise">The standard deviation of a copy's pace, as its logarithm.</param>
/// <param name="Failures">Seconds between failures of a connection, on average; 0: none.</param>
/// <param name="Chunk">Megabytes of one chunk.</param>
public sealed record SimulatedTable(string Name, int Megabytes, double Pace, double Overhead, double Noise = 0.15, double Failures = 0, int Chunk = 128)
{
    public override string ToString() => Name;
}

/// <summary>Copies a table that is not there, by the clock of its <see cref="SimulatedTable"/>, with the handing out of chunks that a migration has.</summary>
internal static class CopySimulation
{
    /// <param name="take">How many chunks the next copy takes; null: as the tuner says.</param>
    /// <returns>Seconds until the last copy ended, and the tuner's megabytes after each copy.</returns>
    public static (double Seconds, IReadOnlyList<double> Sizes) Run(SimulatedTable table, int lanes, int seed, int? take = null, BatchSizes? remembered = null)
    {
        var random = new Random(seed);
        double chunkBytes = table.Chunk << 20;
        OpenTable.Result opened = Open(table);
        int chunks = opened.Chunks;
        BatchSizes sizes = remembered ?? new();
        var course = new CopyCourse(opened, sizes, 0, lanes);
        var bounds = new BatchBounds(chunkBytes, 4L << 30);
        var ends = new PriorityQueue<(int Lane, ChunkResult? Copy), double>(Enumerable.Range(0, lanes).Select(lane => ((lane, (ChunkResult?)null), 0.0)));
        var learnt = new List<double>();
        int next = 0;
        double last = 0;
        while (ends.TryDequeue(out var end, out double now))
        {
            last = now;
            if (end.Copy is { } copy)
            {
                course.Learn(copy);
                sizes = sizes.After([new(0, (long)(copy.Count * chunkBytes), 0, (copy.Finished - copy.Started).TotalMilliseconds, copy.Memory, copy.Attempt - 1)], bounds);
                learnt.Add(sizes.Bytes / (1 << 20));
            }

            if (next >= chunks)
            {
                continue;
            }

            int count = take is { } fixedly ? Math.Min(fixedly, chunks - next) : course.Take().Count;
            next += count;
            (double took, double good, int tries) = Copy(table, count, random);
            var result = new ChunkResult { Chunk = next - count, Count = count, Attempt = tries, Memory = 0.3, Finished = DateTimeOffset.UnixEpoch.AddSeconds(good), Started = DateTimeOffset.UnixEpoch };
            ends.Enqueue((end.Lane, result), now + took);
        }

        return (last, learnt);
    }

    /// <summary>Megabytes that the first copy of a table takes.</summary>
    public static double Beginning(SimulatedTable table, int lanes, BatchSizes? remembered = null) =>
        new CopyCourse(Open(table), remembered ?? new(), 0, lanes).Take().Count * table.Chunk;

    /// <summary>The median of some runs.</summary>
    public static double Median(SimulatedTable table, int lanes, int? take = null)
    {
        double[] times = [.. Enumerable.Range(0, 25).Select(seed => Run(table, lanes, seed, take).Seconds).Order()];
        return times[times.Length / 2];
    }

    private static OpenTable.Result Open(SimulatedTable table)
    {
        int chunks = (int)Math.Ceiling((double)table.Megabytes / table.Chunk);
        return new("", chunks, table.Name, Bytes: (long)chunks * table.Chunk << 20, MaxBytes: 4L << 30);
    }

    private static (double Took, double Good, int Tries) Copy(SimulatedTable table, int count, Random random)
    {
        double took = 0;
        for (int tries = 1; ; tries++)
        {
            double needs = table.Overhead + (count * table.Chunk / table.Pace * Math.Exp(table.Noise * Gauss(random)));
            double fails = table.Failures == 0 ? double.PositiveInfinity : -Math.Log(1 - random.NextDouble()) * table.Failures;
            if (fails >= needs || tries == 6)
            {
                return (took + needs, needs, tries);
            }

            took += fails + 1;
        }
    }

    private static double Gauss(Random random) => Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble());
}
