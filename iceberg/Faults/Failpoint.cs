using System.Net.Sockets;
using Mammoth.Iceberg.IO;

namespace Mammoth.Iceberg.Faults;

/// <summary>
/// A named step at which a test lets a process fail. Off, and one look at a constant, unless the variable <see cref="Variable"/> arms some
/// (<see cref="FailpointList"/> says how). All of them are in <see cref="Failpoints"/>.
/// </summary>
public sealed class Failpoint
{
    /// <summary>Arms failpoints in this process.</summary>
    public const string Variable = "MAMMOTH_FAILPOINTS";

    /// <summary>Names a file to which each pass of a failpoint is written, a name a line.</summary>
    public const string LogVariable = "MAMMOTH_FAILPOINTS_LOG";

    private static readonly string? Log = Environment.GetEnvironmentVariable(LogVariable) is { Length: > 0 } file ? file : null;
    private static readonly bool IsOn = Log is not null || Environment.GetEnvironmentVariable(Variable) is { Length: > 0 };
    private static readonly Lazy<IReadOnlyDictionary<string, Fault>> Armed = new(() => FailpointList.Parse(Environment.GetEnvironmentVariable(Variable) ?? ""));
    private static readonly Lock Writing = new();

    private int _passes;

    internal Failpoint(string name, bool isWrite, bool takesSpace = false) => (Name, IsWrite, TakesSpace) = (name, isWrite, takesSpace);

    public string Name { get; }

    /// <summary>It stands around a write, whose answer can be dropped.</summary>
    public bool IsWrite { get; }

    /// <summary>What follows it takes space on a disk, which can be full.</summary>
    public bool TakesSpace { get; }

    /// <summary>Looks whether the variable names what there is, before anything is begun.</summary>
    /// <exception cref="FormatException">It does not; the message says what is wrong.</exception>
    public static void Check()
    {
        if (IsOn)
            _ = Armed.Value;
    }

    /// <summary>Passes the step: nothing, unless it is armed.</summary>
    public ValueTask Pass() => IsOn ? new(Fail()) : ValueTask.CompletedTask;

    /// <summary>The same where nothing can be awaited.</summary>
    public void PassNow()
    {
        if (IsOn && Due() is { } fault && Happen(fault) is { } wait)
            Thread.Sleep(wait);
    }

    /// <summary>Passes the step in front of a write; where its answer is to be dropped, the write takes place and then fails.</summary>
    public Task<T> Around<T>(Func<Task<T>> write) => IsOn ? Failing(write) : write();

    private async Task<T> Failing<T>(Func<Task<T>> write)
    {
        Fault? fault = Due();
        if (fault is { Kind: FaultKind.Drop })
        {
            await write();
            throw Failure();
        }

        if (fault is not null && Happen(fault) is { } wait)
            await Task.Delay(wait);
        return await write();
    }

    private async Task Fail()
    {
        if (Due() is { } fault && Happen(fault) is { } wait)
            await Task.Delay(wait);
    }

    private Fault? Due()
    {
        int pass = Interlocked.Increment(ref _passes);
        if (Log is not null)
        {
            lock (Writing)
                File.AppendAllText(Log, $"{Name}\n");
        }

        return Armed.Value.GetValueOrDefault(Name) is { } fault && (fault.Pass is null || (fault.Kind == FaultKind.Full ? fault.Pass <= pass : fault.Pass == pass)) ? fault : null;
    }

    /// <returns>How long to wait, where that is all.</returns>
    private TimeSpan? Happen(Fault fault)
    {
        switch (fault.Kind)
        {
            case FaultKind.Crash:
                // SIGKILL: no handler, no finally, no flush.
                using (var self = System.Diagnostics.Process.GetCurrentProcess())
                    self.Kill();
                return Timeout.InfiniteTimeSpan;
            case FaultKind.Throw:
                throw Failure();
            case FaultKind.Full:
                throw new IOException($"No space left on device: the failpoint {Name} was armed.", DiskFull.NoSpace);
            default:
                return fault.Delay;
        }
    }

    // As a connection that broke: what may pass.
    private IOException Failure() => new($"The failpoint {Name} was armed to fail.", new SocketException((int)SocketError.ConnectionReset));
}
