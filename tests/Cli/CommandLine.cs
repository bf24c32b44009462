using Mammoth.Cli.Commands;
using Mammoth.Cli.Rendering;

namespace Mammoth.Tests.Cli;

/// <summary>Runs the command inside the test, and keeps what it wrote.</summary>
internal sealed record CommandLine(int ExitCode, string Out, string Error)
{
    /// <summary>Fails with what the command said where it did not end well.</summary>
    public CommandLine EndedWell()
    {
        Assert.True(ExitCode == 0, $"Exit code {ExitCode}.\n{Error}\n{Out}");
        return this;
    }

    public static async Task<CommandLine> RunAsync(params string[] args)
    {
        await using StringWriter output = new();
        await using StringWriter error = new();
        int code = await MammothCommand.RunAsync(args, Terminal.Plain(output, error), TestContext.Current.CancellationToken);
        return new(code, output.ToString(), error.ToString());
    }
}
