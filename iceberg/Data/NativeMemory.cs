using System.Runtime.InteropServices;

namespace Mammoth.Iceberg.Data;

/// <summary>
/// Chooses the allocator of the Parquet library. By itself it takes mimalloc, which either keeps what row groups left behind for the next one (200 MB of memory more for
/// two streams of mixed columns) or, told to give it back at once, has the kernel clear the same pages over and over: a sixth of a copy's CPU. jemalloc does neither.
/// </summary>
internal static partial class NativeMemory
{
    /// <summary>With less memory than this, what is freed is given back at once.</summary>
    private const long Little = 1L << 30;

    private static readonly bool Prepared = Prepare();

    /// <summary>Must be called before the library is first used: the allocator reads its settings once.</summary>
    public static void Bound() => _ = Prepared;

    private static bool Prepare()
    {
        // The runtime's own SetEnvironmentVariable does not reach native code. What the user has set wins.
        if (OperatingSystem.IsWindows())
            return true;
        _ = SetEnvironment("ARROW_DEFAULT_MEMORY_POOL", "jemalloc", 0);

        // A row group's buffers are freed when it is closed and wanted again by the next one: kept for some seconds, the same memory is not cleared and mapped again for each.
        // Pools ("arenas") are few, since whatever thread writes the next row group finds only what its own pool has kept: with jemalloc's four for each core, two streams of
        // mixed columns took 100 MB more, and most of it was cleared anew all the time (measured on two cores). In a small container what is kept counts: with rows of
        // 20 MB it takes 100 MB, and one of 512 MB was killed for them.
        var little = GC.GetGCMemoryInfo().TotalAvailableMemoryBytes < Little;
        var pools = Math.Max(1, Environment.ProcessorCount / 4);
        _ = SetEnvironment("JE_ARROW_MALLOC_CONF", $"narenas:{pools},{(little ? "dirty_decay_ms:0,muzzy_decay_ms:0" : "dirty_decay_ms:10000")}", 0);
        return true;
    }

    [LibraryImport("libc", EntryPoint = "setenv", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int SetEnvironment(string name, string value, int overwrite);
}
