using System.Runtime.InteropServices;

namespace Mammoth.Benchmarks.Measuring;

/// <summary>The CPU time of all child processes that have ended, with theirs.</summary>
internal static partial class ChildUsage
{
    private const int Children = -1;

    public static TimeSpan Cpu()
    {
        if (GetRUsage(Children, out Usage usage) != 0)
            throw new InvalidOperationException($"getrusage failed: {Marshal.GetLastPInvokeError()}");

        return Of(usage.UserSeconds, usage.UserMicroseconds) + Of(usage.SystemSeconds, usage.SystemMicroseconds);
    }

    private static TimeSpan Of(long seconds, long microseconds) => TimeSpan.FromSeconds(seconds) + TimeSpan.FromMicroseconds(microseconds);

    [LibraryImport("libc", EntryPoint = "getrusage", SetLastError = true)]
    private static partial int GetRUsage(int who, out Usage usage);

    /// <summary><c>struct rusage</c> of 64-bit Linux; what follows the times is not looked at.</summary>
    [StructLayout(LayoutKind.Sequential, Size = 144)]
    private struct Usage
    {
        public long UserSeconds;
        public long UserMicroseconds;
        public long SystemSeconds;
        public long SystemMicroseconds;
    }
}
