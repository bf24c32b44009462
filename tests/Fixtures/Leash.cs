using System.Diagnostics;

namespace Mammoth.Tests.Fixtures;

/// <summary>
/// Starts a process that ends with this one, however this one ends: a killed test run must not leave programs behind that go on writing. On Linux a small
/// shell beside it waits for our end of its standard input to close, which the kernel does even after SIGKILL, and then kills it. Elsewhere the process is on its own.
/// </summary>
internal static class Leash
{
    /// <summary>
    /// <c>exec</c> keeps the process id. Who waits is a child of it, so a process that has ended already is told from another one that got its id. SIGINT is set
    /// back: a test run in a shell's background ignores it, and so would the program.
    /// </summary>
    private const string Script = """
        exec 3<&0
        ( read -r _ <&3; read -r _ _ _ parent _ < /proc/self/stat; [ "$parent" = "$$" ] && kill -KILL "$$" ) >/dev/null 2>&1 &
        exec 3<&-
        if env --default-signal=INT true 2>/dev/null; then exec env --default-signal=INT "$@" </dev/null; else exec "$@" </dev/null; fi
        """;

    /// <param name="start">With its streams redirected, but without a program.</param>
    /// <param name="line">The program and its arguments. Its standard input is empty.</param>
    internal static Process Start(ProcessStartInfo start, IReadOnlyList<string> line)
    {
        string[] whole = OperatingSystem.IsLinux() ? ["/bin/sh", "-c", Script, "leash", .. line] : [.. line];
        start.FileName = whole[0];
        foreach (var argument in whole.Skip(1))
            start.ArgumentList.Add(argument);
        start.RedirectStandardInput = true;
        var process = Process.Start(start)!;
        if (!OperatingSystem.IsLinux())
            process.StandardInput.Close();
        return process;
    }
}
