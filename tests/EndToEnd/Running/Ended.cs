using System.Text.Json;
using Mammoth.Migration.Reports;
using Mammoth.Migration.Runs;

namespace Mammoth.Tests.EndToEnd.Running;

/// <summary>How a run of the command ended.</summary>
internal sealed record Ended(int ExitCode, string Output, string Errors)
{
    /// <summary>The report that <c>migrate --output json</c> prints.</summary>
    public RunReport Report => JsonSerializer.Deserialize<RunReport>(Output, RunFolder.Json) ?? throw new InvalidDataException(ToString());

    public Ended Expect(int exitCode)
    {
        Assert.True(ExitCode == exitCode, $"Expected exit code {exitCode}. {this}");
        return this;
    }

    /// <summary>It failed, and said all of this.</summary>
    public void SaysTo(int exitCode, params string[] words)
    {
        Expect(exitCode);
        foreach (var word in words)
            Assert.True((Output + Errors).Contains(word, StringComparison.OrdinalIgnoreCase), $"Expected '{word}'. {this}");
        foreach (var defect in (string[])["   at ", "fault of mammoth", "unforeseen", "⟦"])
            Assert.False((Output + Errors).Contains(defect, StringComparison.Ordinal), $"It should not say '{defect}'. {this}");
    }

    public override string ToString() => $"It ended with {ExitCode}.\n--- output\n{Output}\n--- errors\n{Errors}";
}
