using System.Text.Json.Serialization;

namespace Mammoth.Benchmarks.Measuring;

/// <summary>What a program took, from its start to its end.</summary>
/// <param name="Cpu">Of the program and all it started.</param>
/// <param name="ServerCpu">Of the database server meanwhile; null where it is not ours.</param>
/// <param name="Others">How many cores everything else on the machine took meanwhile, on average; null where the server is not ours.</param>
/// <param name="Memory">Of the program alone.</param>
internal sealed record Measurement(
    DateTime Started,
    TimeSpan Wall,
    TimeSpan Cpu,
    TimeSpan? ServerCpu,
    double? Others,
    [property: JsonIgnore] IReadOnlyList<MemorySample> Memory,
    int ExitCode,
    [property: JsonIgnore] string Output,
    [property: JsonIgnore] string Error)
{
    /// <summary>The most memory it had, in bytes.</summary>
    public long PeakMemory => Memory.Count == 0 ? 0 : Memory[^1].Peak;

    /// <exception cref="InvalidOperationException">It did not end well.</exception>
    public Measurement Checked(string what) => ExitCode == 0
        ? this
        : throw new InvalidOperationException($"{what} ended with {ExitCode}: {Error.Trim()}\n{Output.Trim()}");
}
