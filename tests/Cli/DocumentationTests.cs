using System.CommandLine;
using System.Runtime.CompilerServices;
using System.Text.Json;
using System.Text.RegularExpressions;
using Mammoth.Cli.Commands;
using Mammoth.Cli.Errors;
using Mammoth.Cli.Rendering;
using Mammoth.Migration.Configuration;
using Mammoth.Migration.Plans;

namespace Mammoth.Tests.Cli;

/// <summary>docs/command-line.md and the command say the same.</summary>
public sealed partial class DocumentationTests
{
    private static readonly string Page = File.ReadAllText(Path.Combine(Root(), "docs", "command-line.md"));

    [Fact]
    public void Every_option_is_on_the_page()
    {
        string[] missing = [.. Options().Select(o => o.Name).Distinct().Where(name => !Words(Page).Contains(name)).Order(StringComparer.Ordinal)];

        Assert.Empty(missing);
    }

    [Fact]
    public void Every_option_on_the_page_is_there()
    {
        HashSet<string> known = [.. Options().SelectMany(o => o.Aliases.Append(o.Name))];

        // psql's and dotnet's own are not ours.
        Assert.Equal([], Words(Page).Except(known).Except(["--project", "--help", "--version"]));
    }

    [Fact]
    public void Every_command_is_on_the_page_and_no_other()
    {
        string[] table = [.. CommandRow().Matches(Page).SelectMany(m => Code().Matches(m.Value.Split('|')[1]).Select(c => c.Groups[1].Value))];
        string[] paths = [.. Commands(Tree(), []).Select(path => path[^1])];

        Assert.Empty(paths.Except(table.SelectMany(t => t.Split(' '))));
        Assert.Empty(table.SelectMany(t => t.Split(' ')).Except(paths));
    }

    [Fact]
    public void Every_word_that_an_option_takes_is_on_the_page()
    {
        string[] words = [.. Options().Select(o => o.HelpName).OfType<string>().Where(h => h.Contains('|', StringComparison.Ordinal)).SelectMany(h => h.Split('|')).Distinct()];

        Assert.True(words.Length > 8);
        Assert.All(words, word => Assert.Matches($@"\b{word}\b", Page.ToLowerInvariant()));
    }

    [Fact]
    public void Every_variable_that_the_page_names_is_read_and_every_exit_code_is_named()
    {
        string sources = string.Concat(Directory.EnumerateFiles(Root(), "*.cs", SearchOption.AllDirectories)
            .Where(f => !f.Contains($"{Path.DirectorySeparatorChar}tests{Path.DirectorySeparatorChar}", StringComparison.Ordinal) && !f.Contains($"{Path.DirectorySeparatorChar}obj{Path.DirectorySeparatorChar}", StringComparison.Ordinal))
            .Select(File.ReadAllText));

        Assert.All(Variable().Matches(Page).Select(m => m.Value).Distinct(), variable => Assert.Contains($"\"{variable}\"", sources, StringComparison.Ordinal));
        foreach (int code in (int[])[ExitCodes.Done, ExitCodes.Differences, ExitCodes.Failed, ExitCodes.Usage])
            Assert.Matches($@"\b{code} \w+", Page[Page.IndexOf("Exit codes", StringComparison.Ordinal)..]);
    }

    [Fact]
    public async Task The_pages_configuration_is_one()
    {
        string json = Page.Split("```json\n")[1].Split("```")[0];
        string path = Path.Combine(Path.GetTempPath(), $"mammoth-page-{Guid.NewGuid():N}.json");
        await File.WriteAllTextAsync(path, json, TestContext.Current.CancellationToken);
        try
        {
            MigrationOptions options = await ConfigurationFile.Read(path, new MigrationOptions(), TestContext.Current.CancellationToken);
            Assert.NotEmpty(options.Tables);
        }
        finally
        {
            File.Delete(path);
        }
    }

    /// <summary>Lines that begin with <c>mammoth</c> in the documents, as a reader copies them.</summary>
    [Theory]
    [InlineData("README.md")]
    [InlineData("docs/command-line.md")]
    public void Every_command_line_in_the_documents_is_understood(string document)
    {
        string[] lines = [.. Line().Matches(File.ReadAllText(Path.Combine(Root(), document))).Select(m => m.Groups[1].Value.Split("  #")[0].Trim()).Where(l => !l.Contains('<', StringComparison.Ordinal))];

        Assert.All(lines, line => Assert.Empty(Tree().Parse(line).Errors));
    }

    [Theory]
    [InlineData("")]
    [InlineData("plan")]
    [InlineData("migrate")]
    [InlineData("tables files")]
    public async Task The_help_fits_a_terminal_and_names_no_type(string command)
    {
        CommandLine help = await CommandLine.RunAsync([.. command.Split(' ', StringSplitOptions.RemoveEmptyEntries), "--help"]);

        Assert.Equal((0, ""), (help.ExitCode, help.Error));
        Assert.DoesNotContain("System.", help.Out, StringComparison.Ordinal);
        Assert.DoesNotContain("<Nullable", help.Out, StringComparison.Ordinal);
        Assert.DoesNotContain('\u001b', help.Out);
    }

    /// <summary>The schema that editors fetch is JSON, and says which fields there are.</summary>
    [Fact]
    public void The_published_schema_is_json()
    {
        using JsonDocument schema = JsonDocument.Parse(File.ReadAllText(Path.Combine(Root(), "docs", "mammoth.schema.json")));

        Assert.Equal("https://json-schema.org/draft/2020-12/schema", schema.RootElement.GetProperty("$schema").GetString());
    }

    internal static string Root([CallerFilePath] string path = "") => Path.GetFullPath(Path.Combine(Path.GetDirectoryName(path)!, "..", ".."));

    private static RootCommand Tree() => MammothCommand.Create(Terminal.Plain(TextWriter.Null, TextWriter.Null));

    /// <summary>Ours; the library's <c>--help</c> and <c>--version</c> explain themselves.</summary>
    private static IEnumerable<Option> Options() =>
        Commands(Tree(), []).SelectMany(p => Find(Tree(), p).Options).Concat(Tree().Options).Where(o => o.Name is not ("--help" or "--version"));

    private static Command Find(Command root, IReadOnlyList<string> path) => path.Aggregate(root, (command, name) => command.Subcommands.Single(s => s.Name == name));

    private static IEnumerable<string[]> Commands(Command command, string[] path) =>
        command.Subcommands.SelectMany(s => Commands(s, [.. path, s.Name]).Prepend([.. path, s.Name]));

    private static HashSet<string> Words(string page) => [.. OptionWord().Matches(page).Select(m => m.Value)];

    [GeneratedRegex("(?<![\\w-])--[a-z][a-z-]*[a-z]")]
    private static partial Regex OptionWord();

    [GeneratedRegex("\\b(MAMMOTH|AZURE)_[A-Z_]+\\b")]
    private static partial Regex Variable();

    [GeneratedRegex("^\\| `[a-z].*$", RegexOptions.Multiline)]
    private static partial Regex CommandRow();

    [GeneratedRegex("`([a-z ]+)`")]
    private static partial Regex Code();

    [GeneratedRegex("^ {4}mammoth (.*)$", RegexOptions.Multiline)]
    private static partial Regex Line();
}
