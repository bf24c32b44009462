using System.Diagnostics;

namespace Mammoth.Postgres.Cluster;

/// <summary>
/// Ends a cluster when this process ends without doing so, however it ends. On Unix a small shell waits for the pipe between
/// us to close, which the kernel does even after SIGKILL; on Windows only an orderly exit is seen, the rest is left to the
/// next run's search for orphans.
/// </summary>
internal sealed class Keeper : IDisposable
{
    private const string Script = """
        trap '' INT TERM HUP
        read -r _
        pid=$(head -n 1 "$1/data/postmaster.pid" 2>/dev/null)
        [ -n "$pid" ] && kill -QUIT "$pid" 2>/dev/null
        n=0
        while [ -f "$1/data/postmaster.pid" ] && [ $n -lt 100 ]; do sleep 0.1; n=$((n+1)); done
        rm -rf "$1"
        """;

    private Process? shell;
    private readonly EventHandler? onExit;

    public Keeper(ClusterFolder folder)
    {
        if (OperatingSystem.IsWindows())
        {
            onExit = (_, _) => folder.StopAndDelete();
            AppDomain.CurrentDomain.ProcessExit += onExit;
        }
        else
        {
            shell = Command.Start(["/bin/sh", "-c", Script, "mammoth-keeper", folder.Root]);
        }
    }

    /// <summary>To be called once the folder is gone: the keeper then finds nothing to do.</summary>
    public void Dispose()
    {
        AppDomain.CurrentDomain.ProcessExit -= onExit;
        if (shell is not null)
        {
            shell.StandardInput.Close();
            shell.WaitForExit(TimeSpan.FromSeconds(5));
            shell.Dispose();
            shell = null;
        }
    }
}
