using Mammoth.Cli.Commands;
using Mammoth.Cli.Rendering;
using Mammoth.Tests.Fixtures;
using Mammoth.Tests.Iceberg;

namespace Mammoth.Tests.Cli;

/// <summary>A command that is stopped says which it was.</summary>
public sealed class StopTests(PostgresFixture postgres)
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("plan")]
    [InlineData("verify")]
    [InlineData("tables list")]
    [InlineData("read")]
    [InlineData("migrate")]
    public async Task The_command_is_named(string command)
    {
        using TemporaryFolder folder = new();
        string source = await postgres.CreateDatabaseAsync("stopped", Token);
        string[] args = [.. command.Split(' '), .. command == "read" ? (string[])["public.t"] : [], .. command is "plan" or "migrate" ? (string[])["--source", source] : [], "--warehouse", folder.Path];
        await using StringWriter output = new();
        await using StringWriter error = new();

        int code = await MammothCommand.RunAsync(args, Terminal.Plain(output, error), new CancellationToken(canceled: true));

        Assert.Equal(2, code);
        Assert.Contains($"`mammoth {command}` was stopped", error.ToString(), StringComparison.Ordinal);
        Assert.Contains("Run the same command again.", error.ToString(), StringComparison.Ordinal);
        Assert.Empty(Directory.EnumerateFileSystemEntries(folder.Path));
    }
}
