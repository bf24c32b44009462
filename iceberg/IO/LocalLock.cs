namespace Mammoth.Iceberg.IO;

/// <summary>
/// An exclusive lock between processes on one file's next version: a lock of the operating system, which frees it when its holder dies, on a file beside it.
/// </summary>
/// <remarks>
/// The lock file stays, empty. Were it deleted, one process could have opened it just before and lock what has no name any more, while another makes a new one of that
/// name and locks that: both would be in, and one's version lost. There is one for each name that is ever written anew (the catalog's document, a table's version
/// hint, a place of the connection budget), not one for each version. Only a name that nobody will write again may lose its lock: <see cref="Delete"/>.
/// </remarks>
internal sealed class LocalLock : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);
    private readonly FileStream _file;

    private LocalLock(FileStream file) => _file = file;

    public static async Task<LocalLock> Take(string path, CancellationToken cancellation)
    {
        var lockPath = PathFor(path);
        var started = Environment.TickCount64;
        for (var attempt = 0; ; attempt++)
        {
            if (TryTake(lockPath) is { } taken)
                return taken;
            if (Environment.TickCount64 - started > Patience.TotalMilliseconds)
                throw new StorageException($"{path} has been locked by another process for {Patience.TotalSeconds:0} seconds. Wait for it or end it, and run the same command again.", path);
            await Task.Delay(Random.Shared.Next(1, 4 + Math.Min(attempt, 40)), cancellation);
        }
    }

    /// <summary>Whether this file system really keeps a second holder out (some network file systems and settings do not).</summary>
    public static async Task<bool> Works(string path, CancellationToken cancellation)
    {
        using var first = await Take(path, cancellation);
        using var second = TryTake(PathFor(path));
        return second is null;
    }

    /// <summary>Deletes the lock file of a path that nobody will lock any more.</summary>
    public static void Delete(string path)
    {
        try
        {
            File.Delete(PathFor(path));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // Where no lock could be made there is none, and one that stays does no harm.
        }
    }

    public static bool IsLockFile(string name) => name.StartsWith('.') && name.EndsWith(".lock", StringComparison.Ordinal);

    public void Dispose() => _file.Dispose();

    private static string PathFor(string path) => Path.Combine(Path.GetDirectoryName(path)!, $".{Path.GetFileName(path)}.lock");

    private static LocalLock? TryTake(string lockPath)
    {
        try
        {
            return new(new FileStream(lockPath, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None, bufferSize: 0));
        }
        catch (IOException e) when (IsHeld(e))
        {
            return null;
        }
    }

    private static bool IsHeld(IOException e) => e.GetType() == typeof(IOException)
        && !LocalFailure.Explains(e)
        && e.HResult is 11 or 35 or unchecked((int)0x80070020) or unchecked((int)0x80131620); // EWOULDBLOCK (Linux, macOS), ERROR_SHARING_VIOLATION
}
