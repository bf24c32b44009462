using System.Runtime.InteropServices;
using Mammoth.Benchmarks.Server;

namespace Mammoth.Benchmarks.Pipeline;

/// <summary>On what was measured, and what.</summary>
internal sealed record Machine(string Processor, int Cores, double MemoryGB, string System, string Runtime, string Postgres, string Program, string Commit, DateTime Measured)
{
    public static async Task<Machine> OfAsync(BenchServer server, string program, CancellationToken cancellationToken) => new(
        Line("/proc/cpuinfo", "model name"),
        Environment.ProcessorCount,
        Math.Round(GC.GetGCMemoryInfo().TotalAvailableMemoryBytes / 1e9, 1),
        RuntimeInformation.OSDescription,
        RuntimeInformation.FrameworkDescription,
        await server.ScalarAsync<string>("postgres", "SELECT current_setting('server_version')", cancellationToken),
        program,
        await Repository.CommitAsync(cancellationToken),
        DateTime.UtcNow);

    public override string ToString() =>
        $"{Processor}, {Cores} cores, {MemoryGB} GB, {System}; {Runtime}; PostgreSQL {Postgres}; {Program} at {Commit}; {Measured:yyyy-MM-dd HH:mm} UTC";

    private static string Line(string file, string name) =>
        File.Exists(file) ? File.ReadLines(file).FirstOrDefault(l => l.StartsWith(name, StringComparison.Ordinal))?.Split(':')[^1].Trim() ?? "" : "";
}
