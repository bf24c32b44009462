using System.Runtime.CompilerServices;
using System.Text.RegularExpressions;

namespace Mammoth.Tests.Functions;

/// <summary>A function as functions/ declares it.</summary>
/// <param name="Name">The function's name.</param>
/// <param name="Method">The method's.</param>
/// <param name="Trigger">The trigger attribute without "Trigger": Orchestration, Activity, Entity, Http, Timer.</param>
/// <param name="Arguments">The trigger attribute's arguments as written.</param>
/// <param name="Body">What the method's one expression is.</param>
public sealed partial record FunctionSource(string Name, string Method, string Trigger, string Arguments, string Body)
{
    /// <summary>The folder functions/ of the tree these tests were built from.</summary>
    public static string Folder { get; } = Path.GetFullPath(Path.Combine(Path.GetDirectoryName(ThisFile())!, "../../functions"));

    /// <summary>The functions of a folder of functions/. Read from the text, since not every machine has the packages to build it.</summary>
    public static IReadOnlyList<FunctionSource> Of(string folder) =>
    [
        .. Directory.EnumerateFiles(Path.Combine(Folder, folder), "*.cs").Order(StringComparer.Ordinal)
            .SelectMany(f => Declaration().Matches(File.ReadAllText(f)))
            .Select(m => new FunctionSource(
                m.Groups["nameof"].Success ? m.Groups["nameof"].Value : m.Groups["text"].Value,
                m.Groups["method"].Value,
                m.Groups["trigger"].Value,
                m.Groups["arguments"].Value,
                m.Groups["body"].Value.Trim())),
    ];

    /// <summary>How many [Function] attributes a folder has, whatever their form.</summary>
    public static int Count(string folder) =>
        Directory.EnumerateFiles(Path.Combine(Folder, folder), "*.cs").Sum(f => Attribute().Count(File.ReadAllText(f)));

    [GeneratedRegex(@"\[Function\(")]
    private static partial Regex Attribute();

    [GeneratedRegex("""\[Function\((nameof\((\w+\.)*(?<nameof>\w+)\)|"(?<text>\w+)")\)\]\s+public (static )?(async )?Task(<\w+>)? (?<method>\w+)\(\[(?<trigger>Orchestration|Activity|Entity|Http|Timer)Trigger(\((?<arguments>[^\]]*)\))?\][^=]*?\)\s*=>(?<body>[^;]*);""")]
    private static partial Regex Declaration();

    private static string ThisFile([CallerFilePath] string path = "") => path;
}
