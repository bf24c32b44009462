using System.Diagnostics;

namespace Mammoth.Postgres.Cluster;

/// <summary>What a child process said.</summary>
internal readonly record struct CommandResult(int ExitCode, string Output)
{
    public bool Succeeded => ExitCode == 0;
}

/// <summary>Runs a program to its end.</summary>
internal static class Command
{
    /// <summary>Where on PATH a program is, or null.</summary>
    public static string? Find(string program)
    {
        string[] names = OperatingSystem.IsWindows() ? [$"{program}.exe", $"{program}.cmd"] : [program];
        string[] folders = (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries);
        return folders.SelectMany(folder => names.Select(name => Path.Combine(folder, name))).FirstOrDefault(File.Exists);
    }

    /// <summary>Runs <paramref name="line"/> (program and arguments), and ends it where it outlives <paramref name="timeout"/>.</summary>
    /// <returns>The exit code (-1 when ended here) and what it wrote to both its outputs.</returns>
    public static async Task<CommandResult> RunAsync(IReadOnlyList<string> line, TimeSpan timeout, CancellationToken cancellationToken, IReadOnlyDictionary<string, string>? environment = null)
    {
        using Process process = Start(line, environment);
        using CancellationTokenSource deadline = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        deadline.CancelAfter(timeout);
        try
        {
            process.StandardInput.Close();
            Task<string> output = process.StandardOutput.ReadToEndAsync(deadline.Token);
            Task<string> error = process.StandardError.ReadToEndAsync(deadline.Token);
            await process.WaitForExitAsync(deadline.Token);
            return new(process.ExitCode, (await output + await error).Trim());
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
            cancellationToken.ThrowIfCancellationRequested();
            return new(-1, $"{Path.GetFileName(line[0])} gave no answer within {timeout.TotalSeconds:0} seconds.");
        }
    }

    /// <summary>Starts a program with all three streams redirected.</summary>
    public static Process Start(IReadOnlyList<string> line, IReadOnlyDictionary<string, string>? environment = null)
    {
        ProcessStartInfo start = new(line[0], line.Skip(1))
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,

            // A folder every user may enter: programs run as another user complain about ours.
            WorkingDirectory = Path.GetPathRoot(Path.GetTempPath()),
        };

        // Messages are matched below, so they must be English.
        start.Environment["LC_ALL"] = "C";
        foreach ((string name, string value) in environment ?? new Dictionary<string, string>())
        {
            start.Environment[name] = value;
        }

        // Settings meant for psql must not reach a server of ours.
        foreach (string name in start.Environment.Keys.Where(k => k.StartsWith("PG", StringComparison.Ordinal)).ToList())
        {
            start.Environment.Remove(name);
        }

        return Process.Start(start) ?? throw new ClusterUnavailableException($"{line[0]} could not be started.");
    }
}
