namespace Mammoth.Iceberg.IO;

/// <summary>How the operating system says that a disk, or what this user may put on it, is full.</summary>
public static class DiskFull
{
    /// <summary>ENOSPC, the same on Linux and macOS.</summary>
    internal const int NoSpace = 28;

    private const int QuotaLinux = 122; // EDQUOT
    private const int QuotaMac = 69;
    private const int HandleDiskFull = unchecked((int)0x80070027);
    private const int DiskFullWindows = unchecked((int)0x80070070);

    public static bool Is(Exception e) => e is StorageException { IsFull: true }
        || (e is IOException io and not StorageException && (io.HResult is NoSpace or HandleDiskFull or DiskFullWindows || io.HResult == (OperatingSystem.IsMacOS() ? QuotaMac : QuotaLinux)));
}
