using System.Runtime.CompilerServices;
using System.Text.RegularExpressions;

namespace Mammoth.Tests.Runtime;

/// <summary>Orchestration code runs again from the top: what would answer differently then, or continue elsewhere, has no place in it.</summary>
public sealed partial class BannedCallsTests
{
    [Fact]
    public void No_orchestration_leaves_its_turn_or_asks_the_machine_for_time_and_ids()
    {
        string root = Path.GetFullPath(Path.Combine(SourceFolder(), "..", "..", "orchestrations"));
        string[] excluded = ["Local", "bin", "obj"];
        var files = Directory.EnumerateFiles(root, "*.cs", SearchOption.AllDirectories)
            .Where(f => !excluded.Contains(Path.GetRelativePath(root, f).Split(Path.DirectorySeparatorChar)[0]))
            .ToArray();
        Assert.NotEmpty(files);
        Assert.Empty(files.SelectMany(f => Banned(File.ReadAllText(f)).Select(call => $"{Path.GetRelativePath(root, f)}: {call}")));
    }

    [Theory]
    [InlineData("await x.ConfigureAwait(false);", true)]
    [InlineData("await Task.Delay(1);", true)]
    [InlineData("await Task\n    .Run(() => 1);", true)]
    [InlineData("await Task.Yield();", true)]
    [InlineData("var t = DateTime.UtcNow;", true)]
    [InlineData("var t = DateTimeOffset.Now;", true)]
    [InlineData("var t = DateTime.Today;", true)]
    [InlineData("var g = Guid.NewGuid();", true)]
    [InlineData("var g = Guid.CreateVersion7();", true)]
    [InlineData("var r = Random.Shared;", true)]
    [InlineData("string s = $\"{Guid.NewGuid()}\";", true)]
    [InlineData("Stopwatch.StartNew();", true)]
    [InlineData("// never Task.Delay here", false)]
    [InlineData("/* Task.Run\n Guid.NewGuid */ var x = 1;", false)]
    [InlineData("/// <summary>Not <c>DateTime.Now</c>.</summary>", false)]
    [InlineData("var g = context.NewGuid(); var t = context.UtcNow;", false)]
    [InlineData("string url = \"http://x\"; var g = Guid.NewGuid();", true)]
    public void Tells_banned_calls_from_comments(string code, bool banned) => Assert.Equal(banned, Banned(code).Any());

    private static IEnumerable<string> Banned(string source) =>
        Calls().Matches(Comments().Replace(source, m => m.Groups["comment"].Success ? " " : m.Value)).Select(m => m.Value);

    private static string SourceFolder([CallerFilePath] string path = "") => Path.GetDirectoryName(path)!;

    [GeneratedRegex("""(?<comment>//[^\n]*|/\*.*?\*/)|"(\\.|[^"\\\n])*"|'(\\.|[^'\\])+'""", RegexOptions.Singleline)]
    private static partial Regex Comments();

    [GeneratedRegex("""\.\s*ConfigureAwait\b|\bTask\s*\.\s*(Delay|Run|Yield|Factory)\b|\bDateTime(Offset)?\s*\.\s*(Utc)?(Now|Today)\b|\bGuid\s*\.\s*(NewGuid|CreateVersion7)\b|\bRandom\s*\.\s*Shared\b|\bnew\s+Random\b|\bStopwatch\b|\bThread\s*\.\s*Sleep\b""")]
    private static partial Regex Calls();
}
