using System.Text.Json;
using System.Text.RegularExpressions;

namespace Mammoth.Tests.Functions;

/// <summary>What can be seen of the templates without a Bicep compiler: that their parts fit each other and the app.</summary>
public sealed partial class InfrastructureTests
{
    private static readonly string Root = Path.GetFullPath(Path.Combine(FunctionSource.Folder, ".."));

    public static TheoryData<string> Templates => [.. Directory.EnumerateFiles(Path.Combine(Root, "infra"), "*.bicep", SearchOption.AllDirectories).Select(f => Path.GetRelativePath(Root, f)).Order(StringComparer.Ordinal)];

    [Theory]
    [MemberData(nameof(Templates))]
    public void A_template_names_only_files_that_are_there_and_closes_what_it_opens(string template)
    {
        string path = Path.Combine(Root, template);
        string text = File.ReadAllText(path);
        Assert.All(File_().Matches(text).Select(m => m.Groups["path"].Value), f => Assert.True(File.Exists(Path.Combine(Path.GetDirectoryName(path)!, f)), f));
        string code = StringsAndComments().Replace(text, "");
        Assert.All(new[] { ('{', '}'), ('[', ']'), ('(', ')') }, pair => Assert.Equal(code.Count(c => c == pair.Item1), code.Count(c => c == pair.Item2)));
    }

    [Fact]
    public void Every_module_is_given_the_parameters_it_asks_for_and_no_others()
    {
        string main = File.ReadAllText(Path.Combine(Root, "infra", "main.bicep"));
        MatchCollection modules = Module().Matches(main);
        Assert.Equal(9, modules.Count);
        foreach (Match module in modules)
        {
            string text = File.ReadAllText(Path.Combine(Root, "infra", module.Groups["path"].Value));
            string[] asked = [.. Parameter().Matches(text).Where(p => !p.Groups["default"].Success).Select(p => p.Groups["name"].Value).Order(StringComparer.Ordinal)];
            string body = Comments().Replace(module.Groups["params"].Value, "");
            string[] given = [.. Given().Matches(body).Select(g => g.Groups["name"].Value).Order(StringComparer.Ordinal)];
            Assert.Equal(asked, given);
        }
    }

    [Fact]
    public void The_parameters_file_gives_parameters_that_are_there_and_all_without_a_default()
    {
        string main = File.ReadAllText(Path.Combine(Root, "infra", "main.bicep"));
        using JsonDocument file = JsonDocument.Parse(File.ReadAllText(Path.Combine(Root, "infra", "main.parameters.json")));
        HashSet<string> given = [.. file.RootElement.GetProperty("parameters").EnumerateObject().Select(p => p.Name)];
        Match[] parameters = Parameter().Matches(main).ToArray();
        Assert.Subset(parameters.Select(p => p.Groups["name"].Value).ToHashSet(), given);
        Assert.Superset(parameters.Where(p => !p.Groups["default"].Success).Select(p => p.Groups["name"].Value).ToHashSet(), given);
    }

    [Fact]
    public void Every_setting_that_the_app_reads_is_set_and_explained()
    {
        string source = string.Concat(Directory.EnumerateFiles(FunctionSource.Folder, "*.cs", SearchOption.AllDirectories).Select(File.ReadAllText)) + File.ReadAllText(Path.Combine(FunctionSource.Folder, "host.json"));
        string[] settings = [.. Setting().Matches(source).Select(m => m.Value).Distinct().Order(StringComparer.Ordinal)];
        Assert.Contains("MAMMOTH_CONNECTIONS", settings);
        foreach (string place in new[] { "infra/app/app.bicep", "functions/local.settings.sample.json", "docs/configuration.md" })
        {
            string text = File.ReadAllText(Path.Combine(Root, place));
            Assert.All(settings, s => Assert.True(text.Contains(s, StringComparison.Ordinal), $"{place} lacks {s}."));
        }
    }

    [Fact]
    public void A_timer_that_is_off_by_a_setting_is_one_that_there_is()
    {
        string settings = File.ReadAllText(Path.Combine(Root, "infra/app/app.bicep"));
        Assert.Equal(
            FunctionSource.Of("Timers").Select(f => f.Name).Order(StringComparer.Ordinal),
            Disabled().Matches(settings).Select(m => m.Groups["name"].Value).Order(StringComparer.Ordinal));
    }

    [GeneratedRegex(@"(loadTextContent\(|module \w+ )'(?<path>[^']+)'")]
    private static partial Regex File_();

    [GeneratedRegex(@"//[^\n]*")]
    private static partial Regex Comments();

    [GeneratedRegex(@"'(\\.|[^'\\])*'|//[^\n]*")]
    private static partial Regex StringsAndComments();

    [GeneratedRegex(@"^module \w+ '(?<path>[^']+)'.*?^  params: \{(?<params>.*?)(^  \}| \})\n^\}", RegexOptions.Multiline | RegexOptions.Singleline)]
    private static partial Regex Module();

    [GeneratedRegex(@"^param (?<name>\w+) [\w\[\]]+(?<default> = .*)?$", RegexOptions.Multiline)]
    private static partial Regex Parameter();

    [GeneratedRegex(@"(^\s*|, )(?<name>\w+): ", RegexOptions.Multiline)]
    private static partial Regex Given();

    [GeneratedRegex(@"MAMMOTH_[A-Z_]+")]
    private static partial Regex Setting();

    [GeneratedRegex(@"AzureWebJobs\.(?<name>\w+)\.Disabled")]
    private static partial Regex Disabled();
}
