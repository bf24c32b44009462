using System.Globalization;
using Mammoth.Iceberg.Faults;

namespace Mammoth.Cli.Soak;

/// <summary>What happens to one process of a round.</summary>
/// <param name="Failpoints">What arms its failpoints; empty: none.</param>
/// <param name="KillAt">When it gets SIGKILL, as a share of an undisturbed run; null: never.</param>
internal sealed record SoakFault(string Failpoints, double? KillAt)
{
    /// <param name="passes">How often an undisturbed run passes each failpoint.</param>
    public static SoakFault Random(Random random, IReadOnlyDictionary<string, int> passes)
    {
        if (random.Next(3) == 0)
            return new("", 0.05 + (0.95 * random.NextDouble()));

        Failpoint point = Iceberg.Faults.Failpoints.All[random.Next(Iceberg.Faults.Failpoints.All.Count)];
        string kind = random.Next(4) switch { 0 => "throw", 1 when point.IsWrite => "drop", 2 => $"delay:{random.Next(100, 2_000)}", _ => "crash" };
        int pass = 1 + random.Next(Math.Max(1, passes.GetValueOrDefault(point.Name)));
        return new(string.Create(CultureInfo.InvariantCulture, $"{point.Name}={kind}@{pass}"), null);
    }

    public override string ToString() => KillAt is { } at ? string.Create(CultureInfo.InvariantCulture, $"kill at {at:P0}") : Failpoints;
}
