using System.Diagnostics;
using Mammoth.Postgres.Cluster;

namespace Mammoth.Benchmarks.Server;

/// <summary>Ends the server where this process ends without doing so: a shell waits for the pipe between us to close. The data stay.</summary>
internal sealed class ServerKeeper(string data) : IDisposable
{
    private const string Script = """
        trap '' INT TERM HUP
        read -r _
        pid=$(head -n 1 "$1/postmaster.pid" 2>/dev/null)
        [ -n "$pid" ] && kill -INT "$pid" 2>/dev/null
        """;

    private readonly Process shell = Command.Start(["/bin/sh", "-c", Script, "mammoth-bench-keeper", data]);

    public void Dispose()
    {
        shell.StandardInput.Close();
        shell.WaitForExit(TimeSpan.FromSeconds(5));
        shell.Dispose();
    }
}
