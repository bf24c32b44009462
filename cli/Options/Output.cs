using System.CommandLine;

namespace Mammoth.Cli.Options;

/// <summary>For whom a command writes.</summary>
internal enum OutputForm
{
    /// <summary>People.</summary>
    Text,

    /// <summary>Machines: one JSON document on standard output and nothing else there.</summary>
    Json,
}

/// <summary>The options <c>--output</c> and <c>--verbose</c>.</summary>
internal static class Output
{
    public static Option<OutputForm> Option() => WordOption.Create<OutputForm>("--output", "text for people, json for machines.", "-o");

    public static Option<bool> Verbose { get; } = new("--verbose", "-v") { Description = "Say more; show stack traces of errors.", Recursive = true };
}
