using System.Diagnostics;
using Mammoth.Iceberg.IO;

namespace Mammoth.Cli.Soak;

/// <summary>One warehouse, some faults, and what came of them.</summary>
/// <param name="Finding">What is wrong: a sentence; null where all is well.</param>
/// <param name="Processes">How many it took.</param>
internal sealed record SoakRound(int Number, IReadOnlyList<SoakFault> Faults, int Processes, string? Finding, TimeSpan Took)
{
    private const int MostProcesses = 12;

    /// <summary>Runs the command with one fault after the other, and then undisturbed until it is done.</summary>
    public static async Task<SoakRound> Run(int number, IReadOnlyList<SoakFault> faults, SoakChild child, Warehouse place, SoakJudge judge, int tables, TimeSpan whole, CancellationToken cancellationToken)
    {
        long started = Stopwatch.GetTimestamp();
        for (int process = 0; ; process++)
        {
            SoakEnd end = await child.Run(process < faults.Count ? faults[process] : null, whole, "", cancellationToken);
            string? finding = end.Report is { } report
                ? await judge.Done(place, report, cancellationToken)
                : await SoakJudge.Halfway(place, tables, cancellationToken) ?? (process < MostProcesses ? null : $"it does not come to an end: {end.ExitCode} {end.Errors}");
            if (end.ExitCode == 0 || finding is not null)
                return new(number, [.. faults.Take(process + 1)], process + 1, finding, Stopwatch.GetElapsedTime(started));
        }
    }
}
