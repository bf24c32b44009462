using System.Diagnostics;

namespace Mammoth.Benchmarks.Measuring;

/// <summary>Runs programs and measures them, one at a time.</summary>
/// <param name="server">The process of the database server, with its children; null where it runs elsewhere.</param>
internal sealed class Meter(int? server)
{
    public async Task<Measurement> RunAsync(IReadOnlyList<string> line, IReadOnlyDictionary<string, string> environment, CancellationToken cancellationToken)
    {
        ProcessStartInfo start = new(line[0], line.Skip(1)) { RedirectStandardOutput = true, RedirectStandardError = true };
        foreach ((string name, string value) in environment)
            start.Environment[name] = value;

        CpuTimes before = CpuTimes.Now(server);
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
            CpuTimes used = CpuTimes.Now(server) - before;
            double? others = used.Server is { } ours ? Math.Max(0, (used.Machine - used.Children - ours) / wall) : null;
            return new(started, wall, used.Children, used.Server, others, memory, process.ExitCode, await output, await error);
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
            throw;
        }
    }
}
