using Mammoth.Cli.Errors;

namespace Mammoth.Tests.Cli;

/// <summary>A secret at the wrong place of the command line is not repeated: what is printed ends up in a build server's log.</summary>
public sealed class WithheldTests
{
    private const string Secret = "hunter2-S3cr3t";

    public static TheoryData<string> Misplaced =>
    [
        .. new[]
        {
            new[] { "migrate", $"postgres://me:{Secret}@h/d" },
            new[] { "migrate", $"POSTGRESQL://me:{Secret}@h/d" },
            new[] { "migrate", $"postgres://me:pass/word@{Secret}@h/d" },
            new[] { "migrate", $"postgres://h/d?user=me&password={Secret}" },
            new[] { "migrate", $"Host=h;Database=d;Password={Secret}" },
            new[] { "migrate", "--source", "Host=h", $"Password={Secret}" },
            new[] { "migrate", "--source", "Host=h;", $"Pwd={Secret};", "Database=d" },
            new[] { "migrate", "--password", Secret },
            new[] { "migrate", "--sas", Secret },
            new[] { "migrate", $"--password={Secret}" },
            new[] { "tables", "list", "./lake", $"https://a.blob.core.windows.net/c?sv=2024&sig={Secret}%3D" },
            new[] { "tables", "list", $"AccountName=a;AccountKey={Secret}==" },
            new[] { "read", "t", "--account-key", Secret },
            new[] { "verify", $"SharedAccessSignature=sv=1&sig={Secret}" },
            new[] { $"postgres://me:{Secret}@h/d" },
            new[] { "plan", "--profile", $"postgres://me:{Secret}@h/d" },
            new[] { "read", "t", "--snapshot", $"https://a.blob.core.windows.net/c?sig={Secret}" },
            new[] { "migrate", "--target-file-size", $"Password={Secret}" },
            new[] { "migrate", "--slots", $"password={Secret}" },
        }.Select(line => string.Join('\n', line)),
    ];

    [Theory]
    [MemberData(nameof(Misplaced))]
    public async Task Is_not_repeated(string line)
    {
        CommandLine run = await CommandLine.RunAsync(line.Split('\n'));

        Assert.Equal(64, run.ExitCode);
        Assert.DoesNotContain(Secret, run.Error + run.Out, StringComparison.OrdinalIgnoreCase);
    }

    [Theory]
    [InlineData("Unrecognized command or argument 'lake'.", "lake")]
    [InlineData("Unrecognized command or argument '--pasword'.", "--pasword")]
    [InlineData("Unrecognized command or argument 'https://example.com/container'.", "https://example.com/container")]
    [InlineData("Unrecognized command or argument 'file:///data/lake'.", "file:///data/lake")]
    [InlineData("Unrecognized command or argument 'shop.keys'.", "shop.keys")]
    public void What_is_no_secret_is_said(string message, string arg) => Assert.Equal(message, Withheld.In(message, ["migrate", arg]));
}
