using System.Globalization;

namespace Mammoth.Migration.Copying;

/// <summary>How much memory this process holds, and may.</summary>
public static class MemoryUse
{
    /// <summary>What the program holds beside all copies, bytes.</summary>
    internal const long BytesBeside = 160L << 20;

    /// <summary>Of a container's memory, the part that the runtime gives its heap; and what is left of it by <see cref="BoundHeap"/>.</summary>
    private const double DefaultPart = 0.75;
    private const double BoundPart = 0.4;

    // As it was before the heap was bound.
    private static readonly long AtStart = GC.GetGCMemoryInfo().TotalAvailableMemoryBytes;

    /// <summary>The part of what there is that is in use, 0 to 1. What there is: the container's limit (cgroup), else the machine's memory.</summary>
    public static double Share() => Math.Round(Math.Min(1, (double)Environment.WorkingSet / Budget()), 3);

    /// <summary>Bytes that this process may use.</summary>
    public static long Budget() => Math.Max(1, AtStart);

    /// <summary>Bytes for rows that are larger than usual.</summary>
    public static long RoomForLargeRows => Math.Max(0, Budget() - BytesBeside);

    /// <summary>
    /// In a container, keeps the runtime's heap to two fifths of its memory. It would let garbage grow to three quarters; and where the rest does not hold what lies outside the heap
    /// (the Parquet library's pages), the kernel kills the process without a word. A limit that the user has set stays.
    /// </summary>
    public static void BoundHeap()
    {
        string[] limits = ["DOTNET_GCHeapHardLimit", "DOTNET_GCHeapHardLimitPercent"];
        if (!OperatingSystem.IsLinux() || limits.Any(l => Environment.GetEnvironmentVariable(l) is { Length: > 0 }) || OfMachine() is not { } machine || Budget() > machine * DefaultPart)
            return;
        AppContext.SetData("GCHeapHardLimit", (ulong)(Budget() / DefaultPart * BoundPart));
        try
        {
            GC.RefreshMemoryLimit();
        }
        catch (InvalidOperationException)
        {
            // More is in use already.
        }
    }

    /// <summary>Bytes of memory of the machine, or null where it does not tell.</summary>
    private static long? OfMachine()
    {
        try
        {
            string? line = File.ReadLines("/proc/meminfo").FirstOrDefault(l => l.StartsWith("MemTotal:", StringComparison.Ordinal));
            return line is not null && long.TryParse(line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[1], CultureInfo.InvariantCulture, out long kilobytes) ? kilobytes << 10 : null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }
}
