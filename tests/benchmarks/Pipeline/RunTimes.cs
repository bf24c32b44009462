using System.Text.Json;
using Mammoth.Migration.Copying;
using Mammoth.Migration.Reports;
using Mammoth.Migration.Runs;

namespace Mammoth.Benchmarks.Pipeline;

/// <summary>When a run did what, as its report and its folder in the warehouse tell.</summary>
/// <param name="CopyStarted">Of the first chunk.</param>
/// <param name="CopyFinished">Of the last chunk.</param>
/// <param name="Proven">The last table was verified.</param>
/// <param name="Copies">How many chunks each copy took, in the order of the chunks.</param>
internal sealed record RunTimes(RunReport Report, DateTime CopyStarted, DateTime CopyFinished, DateTime Proven, IReadOnlyList<int> Copies)
{
    public static RunTimes Read(string warehouse, string report)
    {
        RunReport read = ReportOf(report);
        string run = Path.Combine(warehouse, "_mammoth", "runs", read.RunId);
        ChunkResult[] chunks =
        [
            .. Directory.EnumerateFiles(Path.Combine(run, "chunks"), "fold-*.json")
                .SelectMany(f => JsonSerializer.Deserialize<ChunkFold>(File.ReadAllBytes(f), RunFolder.Json)!.Chunks),
        ];
        if (chunks.Length == 0)
            throw new InvalidDataException($"The run {read.RunId} copied nothing in chunks.");

        return new(
            read, chunks.Min(c => c.Started).UtcDateTime, chunks.Max(c => c.Finished).UtcDateTime, Directory.EnumerateFiles(Path.Combine(run, "proven")).Max(File.GetLastWriteTimeUtc),
            [.. chunks.OrderBy(c => c.Chunk).Select(c => c.Count)]);
    }

    /// <summary>The report of a run that copied all it was to.</summary>
    public static RunReport ReportOf(string printed)
    {
        RunReport read = JsonSerializer.Deserialize<RunReport>(printed, RunFolder.Json) ?? throw new InvalidDataException("mammoth migrate printed no report.");
        return read.Succeeded ? read : throw new InvalidDataException($"The run {read.RunId} did not copy all.");
    }
}
