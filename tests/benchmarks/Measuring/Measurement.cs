using System.Diagnostics;

namespace Mammoth.Benchmarks.Measuring;

/// <summary>What a program took, from its start to its end.</summary>
/// <param name="Cpu">Of the program and all it started.</param>
/// <param name="Memory">Of the program alone.</param>
internal sealed record Measurement(DateTime Started, TimeSpan Wall, TimeSpan Cpu, IReadOnlyList<MemorySample> Memory, int ExitCode, string Output, string Error)
{
    public long PeakMemory => Memory.Count == 0 ? 0 : Memory[^1].Peak;

    /// <summary>Runs a program to its end; one at a time.</summary>
    public static async Task<Measurement> OfAsync(IReadOnlyList<string> line, IReadOnlyDictionary<string, string> environment, CancellationToken cancellationToken)
    {
        ProcessStartInfo start = new(line[0], line.Skip(1)) { RedirectStandardOutput = true, RedirectStandardError = true };
        foreach ((string name, string value) in environment)
            start.Environment[name] = value;

        TimeSpan before = ChildUsage.Cpu();
        DateTime started = DateTime.UtcNow;
        long clock = Stopwatch.GetTimestamp();
        using Process process = Process.Start(start) ?? throw new InvalidOperationException($"{line[0]} could not be started.");
        try
        {
            Task ended = process.WaitForExitAsync(cancellationToken);
            Task<string> output = process.StandardOutput.ReadToEndAsync(cancellationToken);
            Task<string> error = process.StandardError.ReadToEndAsync(cancellationToken);
            IReadOnlyList<MemorySample> memory = await MemorySamples.TakeAsync(process.Id, ended);
            await ended;
            TimeSpan wall = Stopwatch.GetElapsedTime(clock);
            return new(started, wall, ChildUsage.Cpu() - before, memory, process.ExitCode, await output, await error);
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
            throw;
        }
    }

    /// <exception cref="InvalidOperationException">It did not end well.</exception>
    public Measurement Checked(string what) => ExitCode == 0
        ? this
        : throw new InvalidOperationException($"{what} ended with {ExitCode}: {Error.Trim()}\n{Output.Trim()}");
}
