using System.Runtime.InteropServices;

namespace Mammoth.Iceberg.IO;

/// <summary>What the runtime does not offer on Unix: a rename that never replaces, and making a folder's entries durable.</summary>
internal static partial class Posix
{
    private const int Exists = 17; // EEXIST, the same on Linux and macOS.

    /// <summary>
    /// Gives <paramref name="source"/> the name <paramref name="target"/>, atomically, unless that name is taken.
    /// </summary>
    /// <returns>False where the file system knows no hard links; nothing was done then.</returns>
    /// <exception cref="PreconditionFailedException">The name is taken.</exception>
    public static bool TryLinkAs(string source, string target, string location)
    {
        if (link(source, target) == 0)
            return true;
        if (Marshal.GetLastPInvokeError() == Exists)
            throw new PreconditionFailedException(location);
        return false;
    }

    /// <summary>Makes names created in or renamed into a folder survive a power cut.</summary>
    public static void SyncFolder(string folder)
    {
        var descriptor = open(folder, 0);
        // A folder that can be written but not read can't be opened; its entries are then as durable as the file system makes them.
        if (descriptor < 0)
            return;
        _ = fsync(descriptor);
        _ = close(descriptor);
    }

    [LibraryImport("libc", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int link(string source, string target);

    [LibraryImport("libc", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int open(string path, int flags);

    [LibraryImport("libc", SetLastError = true)]
    private static partial int fsync(int descriptor);

    [LibraryImport("libc", SetLastError = true)]
    private static partial int close(int descriptor);
}
