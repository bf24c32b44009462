namespace Mammoth.Migration.Copying;

/// <summary>How much of its memory this process holds.</summary>
public static class MemoryUse
{
    /// <summary>The part of what there is that is in use, 0 to 1. What there is: the container's limit (cgroup), else the machine's memory.</summary>
    public static double Share() => Math.Round(Math.Min(1, (double)Environment.WorkingSet / Budget()), 3);

    /// <summary>Bytes that this process may use.</summary>
    public static long Budget() => Math.Max(1, GC.GetGCMemoryInfo().TotalAvailableMemoryBytes);
}
