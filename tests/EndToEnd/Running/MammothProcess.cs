using System.Diagnostics;
using System.Runtime.InteropServices;
using System.Text;
using Mammoth.Tests.Fixtures;

namespace Mammoth.Tests.EndToEnd.Running;

/// <summary>The command <c>mammoth</c> in a process of its own, as a user runs it.</summary>
internal sealed partial class MammothProcess : IAsyncDisposable
{
    private readonly Process process;
    private readonly Task<string> output;
    private readonly Task<string> errors;

    private MammothProcess(Process process)
    {
        this.process = process;
        output = process.StandardOutput.ReadToEndAsync(CancellationToken.None);
        errors = process.StandardError.ReadToEndAsync(CancellationToken.None);
    }

    public bool HasExited => process.HasExited;

    public int Id => process.Id;

    /// <param name="environment">Variables beside those of this process.</param>
    /// <param name="within">A command line that runs the one that follows it.</param>
    public static MammothProcess Start(IEnumerable<string> arguments, IReadOnlyDictionary<string, string> environment, params IEnumerable<string> within)
    {
        var start = new ProcessStartInfo
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            StandardOutputEncoding = Encoding.UTF8,
            StandardErrorEncoding = Encoding.UTF8,
        };
        foreach (var (name, value) in environment)
            start.Environment[name] = value;
        return new(Leash.Start(start, [.. within, .. BuiltCommand.Line, .. arguments]));
    }

    /// <summary>Waits for the end.</summary>
    public async Task<Ended> End(CancellationToken cancellation)
    {
        try
        {
            await process.WaitForExitAsync(cancellation);
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
            throw;
        }
        return new(process.ExitCode, await output, await errors);
    }

    /// <summary>Waits so long; true where it ended.</summary>
    public async Task<bool> EndsWithin(TimeSpan time, CancellationToken cancellation)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        patience.CancelAfter(time);
        try
        {
            await process.WaitForExitAsync(patience.Token);
            return true;
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            return false;
        }
    }

    /// <summary>What Ctrl-C does (SIGINT), or whoever stops a service (SIGTERM); nothing where it has ended just now.</summary>
    public void Signal(PosixSignal signal)
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Windows has no signals.");
        Assert.True(Send(process.Id, signal == PosixSignal.SIGINT ? 2 : 15) == 0 || process.HasExited, "It runs and took no signal.");
    }

    /// <summary>SIGKILL: it gets no chance to put anything in order.</summary>
    public async Task Kill()
    {
        process.Kill();
        await process.WaitForExitAsync(CancellationToken.None);
    }

    public async ValueTask DisposeAsync()
    {
        if (!process.HasExited)
            await Kill();
        process.Dispose();
    }

    [LibraryImport("libc", EntryPoint = "kill")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int Send(int process, int signal);
}
