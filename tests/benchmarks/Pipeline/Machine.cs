using System.Runtime.InteropServices;
using Mammoth.Benchmarks.Server;

namespace Mammoth.Benchmarks.Pipeline;

/// <summary>On what was measured, and what.</summary>
/// <param name="HugePages">Whether the server's shared memory is in huge pages: without them each of its processes maps each page that it touches by itself. Null: not known.</param>
internal sealed record Machine(string Processor, int Cores, double MemoryGB, string System, string Runtime, string Postgres, bool? HugePages, string Program, string Commit, DateTime Measured)
{
    public static async Task<Machine> OfAsync(BenchServer server, string program, CancellationToken cancellationToken) => new(
        Line("/proc/cpuinfo", "model name"),
        Environment.ProcessorCount,
        Math.Round(GC.GetGCMemoryInfo().TotalAvailableMemoryBytes / 1e9, 1),
        RuntimeInformation.OSDescription,
        RuntimeInformation.FrameworkDescription,
        await server.ScalarAsync<string>("postgres", "SELECT current_setting('server_version')", cancellationToken),
        HasHugePages(server.Process),
        program,
        await Repository.CommitAsync(cancellationToken),
        DateTime.UtcNow);

    public override string ToString() =>
        $"{Processor}, {Cores} cores, {MemoryGB} GB, {System}; {Runtime}; PostgreSQL {Postgres}{(HugePages is { } huge ? $" {(huge ? "with" : "without")} huge pages" : "")}; {Program} at {Commit}; {Measured:yyyy-MM-dd HH:mm} UTC";

    private static bool? HasHugePages(int? process)
    {
        string maps = $"/proc/{process}/maps";
        try
        {
            return process is null || !File.Exists(maps) ? null : File.ReadLines(maps).Any(l => l.Contains("/anon_hugepage", StringComparison.Ordinal));
        }
        catch (UnauthorizedAccessException)
        {
            return null;
        }
    }

    private static string Line(string file, string name) =>
        File.Exists(file) ? File.ReadLines(file).FirstOrDefault(l => l.StartsWith(name, StringComparison.Ordinal))?.Split(':')[^1].Trim() ?? "" : "";
}
