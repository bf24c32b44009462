using System.Diagnostics;
using System.Runtime.InteropServices;

namespace Mammoth.Postgres.Cluster;

/// <summary>Ends a server by its process id.</summary>
internal static partial class ServerSignals
{
    /// <summary>PostgreSQL's immediate shutdown: it removes its shared memory, which SIGKILL would leave behind.</summary>
    private const int Quit = 3;

    /// <summary>Ends the server <paramref name="process"/>, waiting until <paramref name="ended"/> or the process is gone.</summary>
    public static void Stop(int process, Func<bool> ended)
    {
        try
        {
            using Process server = Process.GetProcessById(process);

            // After a crash the id may belong to something else by now.
            if (!server.ProcessName.StartsWith("postgres", StringComparison.Ordinal))
                return;

            if (!OperatingSystem.IsWindows() && Kill(process, Quit) == 0)
            {
                for (int waited = 0; waited < 100; waited++)
                {
                    if (ended() || server.WaitForExit(TimeSpan.FromMilliseconds(100)))
                        return;
                }
            }

            server.Kill(entireProcessTree: true);
            server.WaitForExit(TimeSpan.FromSeconds(10));
        }
        catch (Exception e) when (e is ArgumentException or InvalidOperationException)
        {
            // It has ended by itself.
        }
    }

    [LibraryImport("libc", EntryPoint = "kill")]
    private static partial int Kill(int process, int signal);
}
