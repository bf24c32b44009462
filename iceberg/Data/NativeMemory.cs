using System.Runtime.InteropServices;

namespace Mammoth.Iceberg.Data;

/// <summary>
/// Has the Parquet library's allocator (mimalloc) give memory back as soon as it is free. It would keep what row groups left behind for the next one, and grow to twice of what a
/// writer needs: 400 MB for one stream of mixed columns, where 240 do.
/// </summary>
internal static partial class NativeMemory
{
    private static readonly bool Prepared = Prepare();

    /// <summary>Must be called before the library is first used: the allocator reads its settings once.</summary>
    public static void Bound() => _ = Prepared;

    private static bool Prepare()
    {
        // The runtime's own SetEnvironmentVariable does not reach native code. What the user has set wins.
        if (!OperatingSystem.IsWindows())
            _ = SetEnvironment("MIMALLOC_PURGE_DELAY", "0", 0);
        return true;
    }

    [LibraryImport("libc", EntryPoint = "setenv", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int SetEnvironment(string name, string value, int overwrite);
}
