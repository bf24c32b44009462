using Mammoth.Benchmarks.Measuring;

namespace Mammoth.Benchmarks.Pipeline;

/// <summary>One run of <c>mammoth migrate</c>, measured.</summary>
internal sealed record MigrationMeasures
{
    public required long Rows { get; init; }

    public required string Warehouse { get; init; }

    /// <summary>From the program's start to its end.</summary>
    public required TimeSpan Wall { get; init; }

    /// <summary>From the program's start to the first chunk's: start, plan, snapshot.</summary>
    public required TimeSpan Before { get; init; }

    /// <summary>From the first chunk's start to the last one's end.</summary>
    public required TimeSpan Copy { get; init; }

    /// <summary>From the last chunk's end until every table was verified.</summary>
    public required TimeSpan Verify { get; init; }

    /// <summary>From there to the program's end.</summary>
    public required TimeSpan After { get; init; }

    /// <summary>Of the program alone, while it copied.</summary>
    public required TimeSpan CopyCpu { get; init; }

    public required TimeSpan WholeCpu { get; init; }

    /// <summary>Of the database server during the whole command.</summary>
    public TimeSpan? ServerCpu { get; init; }

    /// <summary>Cores that everything else took meanwhile.</summary>
    public double? Others { get; init; }

    /// <summary>Managed bytes that were allocated while it copied.</summary>
    public required long CopyAllocated { get; init; }

    /// <summary>The most memory until the last chunk's end.</summary>
    public required long CopyPeak { get; init; }

    public required long Peak { get; init; }

    public required long SourceBytes { get; init; }

    public required long FileBytes { get; init; }

    public required int Chunks { get; init; }

    /// <summary>How many chunks each copy took, in their order.</summary>
    public required IReadOnlyList<int> Copies { get; init; }

    public double CopyCpuPerRow => CopyCpu.TotalMicroseconds / Rows;

    public double AllocatedPerRow => (double)CopyAllocated / Rows;

    public static MigrationMeasures Of(Measurement whole, IReadOnlyList<InnerSample> inner, RunTimes times, string warehouse)
    {
        InnerSample begin = At(inner, times.CopyStarted);
        InnerSample end = At(inner, times.CopyFinished);
        TimeSpan before = times.CopyStarted - whole.Started;
        TimeSpan proven = times.Proven - whole.Started;
        return new()
        {
            Rows = times.Report.Rows,
            Warehouse = warehouse,
            Wall = whole.Wall,
            Before = before,
            Copy = times.CopyFinished - times.CopyStarted,
            Verify = times.Proven - times.CopyFinished,
            After = whole.Wall - proven,
            CopyCpu = end.Cpu - begin.Cpu,
            WholeCpu = whole.Cpu,
            ServerCpu = whole.ServerCpu,
            Others = whole.Others,
            CopyAllocated = end.Allocated - begin.Allocated,
            CopyPeak = whole.Memory.FirstOrDefault(m => m.Utc >= times.CopyFinished, whole.Memory[^1]).Peak,
            Peak = whole.PeakMemory,
            SourceBytes = times.Report.Tables.Sum(t => t.SourceBytes),
            FileBytes = times.Report.Tables.Sum(t => t.FileBytes),
            Chunks = times.Report.Tables.Sum(t => t.Chunks),
            Copies = times.Copies,
        };
    }

    /// <summary>The sample that is nearest to a moment.</summary>
    private static InnerSample At(IReadOnlyList<InnerSample> samples, DateTime moment) => samples.MinBy(s => (s.Utc - moment).Duration());
}
