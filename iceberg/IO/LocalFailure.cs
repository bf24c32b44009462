namespace Mammoth.Iceberg.IO;

/// <summary>Turns what the operating system says about a failed write into a sentence that names the way out.</summary>
internal static class LocalFailure
{
    private const int ReadOnlyUnix = 30; // EROFS

    public static bool Explains(Exception cause) =>
        cause is UnauthorizedAccessException || (cause is IOException and not StorageException && (DiskFull.Is(cause) || cause.HResult == ReadOnlyUnix));

    public static StorageException Explain(Exception cause, string path) => DiskFull.Is(cause)
        ? new($"The disk that holds {path} is full. Free some space there, or choose another warehouse, and run the same command again.", path, cause) { IsFull = true }
        : new($"{path} can't be written: the folder is read-only or belongs to somebody else. Give this user write permission, or choose another warehouse.", path, cause);
}
