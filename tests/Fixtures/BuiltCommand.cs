namespace Mammoth.Tests.Fixtures;

/// <summary>
/// The command's program for tests that run it in a process of its own: the one built beside the tests, or the published one in the folder that
/// <c>MAMMOTH_TEST_COMMAND</c> names, which starts with a third of the CPU.
/// </summary>
internal static class BuiltCommand
{
    /// <summary>The program, and the arguments before the command's own.</summary>
    public static string[] Line { get; } = ["dotnet", "exec", Find()];

    private static string Find()
    {
        string path = Path.Combine(Environment.GetEnvironmentVariable("MAMMOTH_TEST_COMMAND") is { Length: > 0 } given ? Path.GetFullPath(given) : AppContext.BaseDirectory, "mammoth.dll");
        return File.Exists(path) ? path : throw new FileNotFoundException($"There is no {path}: MAMMOTH_TEST_COMMAND is to name the folder of a published command (`dotnet publish cli -c Release -o folder`).");
    }
}
