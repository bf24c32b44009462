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
internal sealed record RunTimes(RunReport Report, DateTime CopyStarted, DateTime CopyFinished, DateTime Staged, DateTime Proven, TimeSpan CopyWork)
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

        return new(
            read,
            chunks.Min(c => c.Started).UtcDateTime, chunks.Max(c => c.Finished).UtcDateTime,
            LastWrite(run, "staged"), LastWrite(run, "proven"),
            TimeSpan.FromTicks(chunks.Sum(c => (c.Finished - c.Started).Ticks)));
    }

    private static DateTime LastWrite(string run, string folder) =>
        Directory.EnumerateFiles(Path.Combine(run, folder)).Max(File.GetLastWriteTimeUtc);
}
