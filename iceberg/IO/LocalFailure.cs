namespace Mammoth.Iceberg.IO;

/// <summary>Turns what the operating system says about a failed write into a sentence that names the way out.</summary>
internal static class LocalFailure
{
    private const int NoSpaceUnix = 28; // ENOSPC
    private const int QuotaUnix = 122; // EDQUOT
    private const int ReadOnlyUnix = 30; // EROFS
    private const int DiskFullWindows = unchecked((int)0x80070070);

    public static bool Explains(Exception cause) =>
        cause is UnauthorizedAccessException || (cause is IOException io && (IsFull(io) || io.HResult == ReadOnlyUnix));

    public static StorageException Explain(Exception cause, string path) => cause is IOException io && IsFull(io)
        ? new($"The disk that holds {path} is full. Free some space there, or choose another warehouse, and run the same command again.", path, cause)
        : new($"{path} can't be written: the folder is read-only or belongs to somebody else. Give this user write permission, or choose another warehouse.", path, cause);

    private static bool IsFull(IOException cause) => cause.HResult is NoSpaceUnix or QuotaUnix or DiskFullWindows;
}
