using System.Text.RegularExpressions;
using Mammoth.Tests.Cli;
using Mammoth.Tests.Functions;

namespace Mammoth.Tests.Documents;

/// <summary>docs/configuration.md is as the programs are. <c>MAMMOTH_WRITE_DOCS=1</c> writes it instead of comparing.</summary>
public sealed partial class ConfigurationPageTests
{
    private static readonly string Root = DocumentationTests.Root();

    [Fact]
    public async Task The_page_is_up_to_date()
    {
        string path = Path.Combine(Root, "docs", "configuration.md");
        string made = ConfigurationPage.Make(Root);
        if (Environment.GetEnvironmentVariable("MAMMOTH_WRITE_DOCS") is "1")
            await File.WriteAllTextAsync(path, made, TestContext.Current.CancellationToken);

        Assert.Equal(made, (await File.ReadAllTextAsync(path, TestContext.Current.CancellationToken)).ReplaceLineEndings("\n"));
    }

    [Fact]
    public void Every_variable_that_the_programs_read_is_on_the_page()
    {
        string[] rooms = ["cli", "api", "orchestrations", "migration", "postgres", "iceberg", "functions"];
        string code = string.Concat(rooms.SelectMany(r => Directory.EnumerateFiles(Path.Combine(Root, r), "*.cs", SearchOption.AllDirectories)).Where(f => !f.Contains($"{Path.DirectorySeparatorChar}obj{Path.DirectorySeparatorChar}", StringComparison.Ordinal)).Select(File.ReadAllText))
            + File.ReadAllText(Path.Combine(FunctionSource.Folder, "host.json"));
        string[] read = [.. Name().Matches(code).Select(m => m.Groups["name"].Value).Distinct()];
        string page = ConfigurationPage.Make(Root);

        Assert.True(read.Length >= 12, string.Join(", ", read));
        Assert.All(read, name => Assert.Contains($"{name}`", page, StringComparison.Ordinal));
    }

    [Fact]
    public void Every_setting_that_the_templates_or_the_sample_set_is_on_the_page()
    {
        string set = File.ReadAllText(Path.Combine(FunctionSource.Folder, "local.settings.sample.json")) + File.ReadAllText(Path.Combine(Root, "infra", "app", "app.bicep"));
        string[] names = [.. Setting().Matches(set).Select(m => m.Groups["name"].Value).Distinct()];
        string page = ConfigurationPage.Make(Root);

        Assert.True(names.Length >= 10, string.Join(", ", names));
        Assert.All(names, name => Assert.Contains($"`{name}`", page, StringComparison.Ordinal));
    }

    [GeneratedRegex("""["%](?<name>(MAMMOTH|AZURE|APPLICATIONINSIGHTS)_[A-Z_]+)["%]""")]
    private static partial Regex Name();

    /// <summary>Names before a colon, in JSON or Bicep; those of a family with <c>__</c> are explained together.</summary>
    [GeneratedRegex("""^ +["']?(?<name>(MAMMOTH|AZURE|APPLICATIONINSIGHTS|DURABLE)_[A-Z_]+|AzureWebJobs(?!Storage)[\w.]+)["']?:""", RegexOptions.Multiline)]
    private static partial Regex Setting();
}
