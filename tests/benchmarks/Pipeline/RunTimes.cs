using System.Text.Json;
using Mammoth.Migration.Copying;
using Mammoth.Migration.Reports;
using Mammoth.Migration.Runs;

namespace Mammoth.Benchmarks.Pipeline;

/// <summary>When a run did what, as its report and its folder in the warehouse tell.</summary>
/// <param name="CopyStarted">Of the first chunk.</param>
/// <param name="CopyFinished">Of the last chunk.</param>
/// <param name="Staged">The last table's commit was prepared.</param>
/// <param name="Proven">The last table was verified.</param>
/// <param name="CopyWork">The time of all chunks, one after the other.</param>
/// <param name="StageWork">Of all tables, one after the other, from the end of the copy to the commit's being prepared; null where tables have several chunks.</param>
/// <param name="ProveWork">Of all tables, from there to being verified.</param>
internal sealed record RunTimes(
    RunReport Report, DateTime CopyStarted, DateTime CopyFinished, DateTime Staged, DateTime Proven, TimeSpan CopyWork, TimeSpan? StageWork, TimeSpan ProveWork)
{
    public static RunTimes Read(string warehouse, string report)
    {
        RunReport read = JsonSerializer.Deserialize<RunReport>(report, RunFolder.Json) ?? throw new InvalidDataException("mammoth migrate printed no report.");
        string run = Path.Combine(warehouse, "_mammoth", "runs", read.RunId);
        ChunkResult[] chunks =
        [
            .. Directory.EnumerateFiles(Path.Combine(run, "chunks"), "fold-*.json")
                .SelectMany(f => JsonSerializer.Deserialize<ChunkFold>(File.ReadAllBytes(f), RunFolder.Json)!.Chunks),
        ];
        if (!read.Succeeded || chunks.Length == 0)
            throw new InvalidDataException($"The run {read.RunId} copied nothing, or not all.");

        DateTime[] staged = Written(run, "staged");
        DateTime[] proven = Written(run, "proven");
        return new(
            read,
            chunks.Min(c => c.Started).UtcDateTime, chunks.Max(c => c.Finished).UtcDateTime, staged.Max(), proven.Max(),
            TimeSpan.FromTicks(chunks.Sum(c => (c.Finished - c.Started).Ticks)),
            staged.Length == chunks.Length ? Between([.. chunks.Select(c => c.Finished.UtcDateTime)], staged) : null,
            Between(staged, proven));
    }

    private static DateTime[] Written(string run, string folder) => [.. Directory.EnumerateFiles(Path.Combine(run, folder)).Select(File.GetLastWriteTimeUtc)];

    /// <summary>The sum of all times from one thing to the next, which needs not know what belongs to what.</summary>
    private static TimeSpan Between(DateTime[] from, DateTime[] to) => TimeSpan.FromTicks(to.Zip(from, (t, f) => t.Ticks - f.Ticks).Sum());
}
