using System.Diagnostics;
using System.Text.Json;
using Mammoth.Iceberg.Faults;
using Mammoth.Migration.Reports;
using Mammoth.Migration.Runs;

namespace Mammoth.Cli.Soak;

/// <summary>How a process ended.</summary>
internal sealed record SoakEnd(int ExitCode, string Output, string Errors)
{
    public RunReport? Report => ExitCode == 0 ? JsonSerializer.Deserialize<RunReport>(Output, RunFolder.Json) : null;
}

/// <summary><c>mammoth migrate</c> in a process of its own, so that it can be killed.</summary>
/// <param name="folder">Where the state of its runs lies.</param>
internal sealed class SoakChild(string source, string warehouse, string folder)
{
    /// <summary>Longer than all retries of a step: what takes longer hangs.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(20);

    /// <param name="whole">What an undisturbed run takes.</param>
    /// <param name="log">A file for the failpoints that were passed; empty: none.</param>
    public async Task<SoakEnd> Run(SoakFault? fault, TimeSpan whole, string log, CancellationToken cancellationToken)
    {
        using Process process = Start(fault, log);
        Task<string> output = process.StandardOutput.ReadToEndAsync(CancellationToken.None);
        Task<string> errors = process.StandardError.ReadToEndAsync(CancellationToken.None);
        using CancellationTokenSource end = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        end.CancelAfter(fault?.KillAt is { } at ? whole * at : Patience);
        try
        {
            await process.WaitForExitAsync(end.Token);
        }
        catch (OperationCanceledException)
        {
            process.Kill();
            await process.WaitForExitAsync(CancellationToken.None);
            cancellationToken.ThrowIfCancellationRequested();
            if (fault?.KillAt is null)
                return new(-1, "", $"It did not end within {Patience.TotalMinutes} minutes.");
        }

        return new(process.ExitCode, await output, await errors);
    }

    private Process Start(SoakFault? fault, string log)
    {
        ProcessStartInfo start = new(Environment.ProcessPath!) { RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true };
        if (Path.GetFileNameWithoutExtension(start.FileName) is "dotnet")
        {
            start.ArgumentList.Add("exec");
            start.ArgumentList.Add(Path.Combine(AppContext.BaseDirectory, "mammoth.dll"));
        }

        foreach (string argument in (string[])["migrate", "--source", source, "--warehouse", warehouse, "--config", Path.Combine(folder, "config.json"), "--output", "json", "--slots", "4"])
            start.ArgumentList.Add(argument);
        start.Environment["XDG_DATA_HOME"] = Path.Combine(folder, "state");
        start.Environment[Failpoint.Variable] = fault?.Failpoints ?? "";
        start.Environment[Failpoint.LogVariable] = log;
        return Process.Start(start)!;
    }
}
