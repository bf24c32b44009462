using System.Diagnostics;
using System.Text.RegularExpressions;
using Mammoth.Tests.Fixtures;

namespace Mammoth.Tests.Cli;

/// <summary>The command in a terminal, as <c>script</c> makes one: colours, narrow windows, and what people turn off.</summary>
public sealed partial class PseudoTerminalTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_terminal_gets_colours_and_one_that_wants_none_gets_none()
    {
        using SomeWarehouse warehouse = await SomeWarehouse.CreateAsync(Token);
        string line = $"tables list -w {warehouse.Path}";

        Assert.Matches(Colour(), (await InTerminalAsync(120, line)).Text);
        Assert.DoesNotMatch(Colour(), (await InTerminalAsync(120, line, ("NO_COLOR", "1"))).Text);
        Assert.DoesNotContain('\u001b', (await InTerminalAsync(120, line, ("TERM", "dumb"))).Text);
    }

    [Fact]
    public async Task No_line_is_broken_by_a_narrow_terminal()
    {
        const int columns = 40;
        using SomeWarehouse warehouse = await SomeWarehouse.CreateAsync(Token);
        foreach (string line in (string[])["tables list", "tables files notes", "read notes"])
        {
            (_, string text) = await InTerminalAsync(columns, $"{line} -w {warehouse.Path}");
            foreach (string shown in Escape().Replace(text, "").Split('\n').Select(l => l.TrimEnd('\r')))
            {
                // The mammoth takes two cells.
                Assert.True(shown.Replace("🦣", "xx", StringComparison.Ordinal).Length <= columns, $"{line} in {columns} columns: {shown}");
            }
        }
    }

    [Fact]
    public async Task The_exit_code_is_the_same_as_without_a_terminal()
    {
        using SomeWarehouse warehouse = await SomeWarehouse.CreateAsync(Token);

        Assert.Equal(64, (await InTerminalAsync(80, $"read nothing -w {warehouse.Path}")).ExitCode);
        Assert.Equal(2, (await InTerminalAsync(80, "tables list -w /nowhere/at/all")).ExitCode);
    }

    private static async Task<(int ExitCode, string Text)> InTerminalAsync(int columns, string line, params (string Name, string Value)[] environment)
    {
        Assert.SkipUnless(OperatingSystem.IsLinux() && File.Exists("/usr/bin/script"), "The program script (util-linux) makes the terminal.");
        ProcessStartInfo start = new() { RedirectStandardOutput = true, RedirectStandardError = true };
        start.Environment["TERM"] = "xterm-256color";
        start.Environment.Remove("NO_COLOR");
        foreach ((string name, string value) in environment)
            start.Environment[name] = value;
        string mammoth = Path.Combine(AppContext.BaseDirectory, "mammoth.dll");
        using Process process = Leash.Start(start, ["/usr/bin/script", "-qec", $"stty cols {columns} rows 50; exec dotnet exec {mammoth} {line}", "/dev/null"]);
        Task<string> output = process.StandardOutput.ReadToEndAsync(Token);
        Task<string> errors = process.StandardError.ReadToEndAsync(Token);
        await process.WaitForExitAsync(Token);
        return (process.ExitCode, await output + await errors);
    }

    /// <summary>Foreground or background, of any kind.</summary>
    [GeneratedRegex("\u001b\\[(?:[0-9;]*;)?(?:3[0-8]|4[0-8]|9[0-7])(?:;[0-9;]*)?m")]
    private static partial Regex Colour();

    [GeneratedRegex("\u001b(?:\\[[0-9;?]*[A-Za-z]|\\][^\u0007\u001b]*(?:\u0007|\u001b\\\\)|[=>])")]
    private static partial Regex Escape();
}
