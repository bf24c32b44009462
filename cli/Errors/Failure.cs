namespace Mammoth.Cli.Errors;

/// <summary>An error as a person gets it.</summary>
/// <param name="What">What was being done, or what is wrong: a sentence.</param>
/// <param name="Cause">What the cause said, where that is more than <paramref name="What"/>.</param>
/// <param name="WayOut">What to do next.</param>
/// <param name="ExitCode">1 differences, 2 failed, 64 usage.</param>
internal sealed record Failure(string What, string? Cause, string? WayOut, int ExitCode)
{
    /// <summary>A short stable word for machines.</summary>
    public string Code { get; init; } = "failed";

    /// <summary>The table it happened at, where it is about one.</summary>
    public string? Table { get; init; }
}
