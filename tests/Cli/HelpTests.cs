using System.CommandLine;
using Mammoth.Cli.Commands;
using Mammoth.Cli.Options;
using Mammoth.Cli.Rendering;

namespace Mammoth.Tests.Cli;

public sealed class HelpTests
{
    public static TheoryData<string> Commands => [.. Leaves(Root(), "")];

    [Theory]
    [MemberData(nameof(Commands))]
    public async Task Every_command_has_examples_that_it_understands_itself(string command)
    {
        CommandLine help = await CommandLine.RunAsync([.. command.Split(' '), "--help"]);

        help.EndedWell();
        Assert.Contains("Examples:", help.Out, StringComparison.Ordinal);
        CommandWithExamples found = (CommandWithExamples)Root().Parse(command.Split(' ')).CommandResult.Command;
        Assert.NotEmpty(found.Examples);
        Assert.All(found.Examples, example =>
        {
            string line = example[(example.IndexOf("mammoth ", StringComparison.Ordinal) + "mammoth ".Length)..];
            Assert.StartsWith(command, line, StringComparison.Ordinal);
            Assert.Empty(Root().Parse(line.Split(" | ")[0].Split(" > ")[0]).Errors);
        });
    }

    [Fact]
    public async Task The_whole_command_has_examples_that_it_understands_itself()
    {
        CommandLine help = await CommandLine.RunAsync("--help");

        help.EndedWell();
        Assert.NotEmpty(MammothCommand.Examples);
        Assert.All(MammothCommand.Examples, example =>
        {
            Assert.Contains($"  {example}", help.Out, StringComparison.Ordinal);
            Assert.Empty(Root().Parse(example["mammoth ".Length..]).Errors);
        });
    }

    [Fact]
    public async Task A_command_of_commands_shows_no_examples_of_others()
    {
        CommandLine help = await CommandLine.RunAsync("tables", "--help");

        Assert.DoesNotContain("mammoth demo", help.Out, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_demo_says_that_it_does_not_ask_for_the_warehouse_in_use() =>
        Assert.Contains("MAMMOTH_WAREHOUSE is not asked", Squeezed((await CommandLine.RunAsync("demo", "--help")).Out), StringComparison.Ordinal);

    [Fact]
    public void The_same_option_means_the_same_everywhere()
    {
        IEnumerable<IGrouping<string, string?>> descriptions = All(Root()).SelectMany(c => c.Options.Where(o => o.Name != "--output" && (c.Name, o.Name) is not (("demo" or "soak", "--warehouse") or ("soak", "--seed")))).GroupBy(o => o.Name, o => o.Description);

        Assert.All(descriptions, d => Assert.Single(d.Distinct()));
    }

    private static string Squeezed(string text) => string.Join(' ', text.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries));

    private static RootCommand Root() => MammothCommand.Create(Terminal.Plain(TextWriter.Null, TextWriter.Null));

    private static IEnumerable<Command> All(Command command) => [command, .. command.Subcommands.SelectMany(All)];

    private static IEnumerable<string> Leaves(Command command, string path) =>
        command.Subcommands.SelectMany(s => s.Subcommands.Count == 0 ? [$"{path}{s.Name}"] : Leaves(s, $"{path}{s.Name} "));
}
