using System.Diagnostics;
using System.Text.Json.Nodes;
using Mammoth.Tests.Api.Running;
using Mammoth.Tests.Cli;
using Mammoth.Tests.EndToEnd.Running;

namespace Mammoth.Tests.Api;

/// <summary>The commands of docs/api.md, "From a shell", do what the page says: a whole migration of the sample by curl alone.</summary>
public sealed class CurlTests(SampleSource sample) : IClassFixture<SampleSource>
{
    private const string Address = "http://127.0.0.1:8080";

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task The_pages_commands_migrate_prove_and_read_a_database()
    {
        var source = await sample.Clone(Cancellation);
        string folder = Directory.CreateTempSubdirectory("mammoth-curl-").FullName;
        try
        {
            string key = await ApiServer.CreateKey(folder);
            await File.WriteAllTextAsync(Path.Combine(folder, "key"), key, Cancellation);
            await using var server = await ApiServer.Start(folder, key, "--source", source.ConnectionString, "--warehouse", Path.Combine(folder, "lake"));
            string[] said = await Run(folder, (await Script()).Replace(Address, server.Url.AbsoluteUri.TrimEnd('/'), StringComparison.Ordinal));

            Assert.Equal(8, said.Length);
            string[] runs = said[..3];
            Assert.Equal(["succeeded", "succeeded", "succeeded"], runs);
            long rows = (await source.Query<long>("SELECT count(*) FROM shop.orders", Cancellation))[0];
            var tables = JsonNode.Parse(said[3])!["tables"]!.AsArray();
            Assert.Equal((await source.Tables(Cancellation)).Count(t => t.StartsWith("shop.", StringComparison.Ordinal)), tables.Count);
            Assert.Equal(rows, (long?)tables.Single(t => (string?)t!["name"] == "orders")!["rows"]);
            Assert.Equal(rows, (long?)JsonNode.Parse(said[4])!["table"]!["rows"]);

            // The second run of the same rows made no second snapshot.
            var snapshot = Assert.Single(JsonNode.Parse(said[5])!["snapshots"]!.AsArray());
            Assert.Contains(JsonNode.Parse(said[6])!["identifiers"]!.AsArray(), i => (string?)i!["name"] == "orders");
            Assert.Equal((string?)snapshot!["id"], JsonNode.Parse(said[7])!["metadata"]!["current-snapshot-id"]!.ToJsonString());

            // The same key began one run, not two.
            Assert.Equal(3, (await server.Get("api/v1/runs"))["runs"]!.AsArray().Count);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static async Task<string> Script()
    {
        string page = await File.ReadAllTextAsync(Path.Combine(DocumentationTests.Root(), "docs", "api.md"), Cancellation);
        string script = page.Split("## From a shell")[1].Split("```bash\n")[1].Split("```")[0];
        Assert.Contains(Address, script, StringComparison.Ordinal);
        return script;
    }

    /// <returns>The lines that the commands printed.</returns>
    private static async Task<string[]> Run(string folder, string script)
    {
        var start = new ProcessStartInfo("bash", ["-u", "-c", script]) { WorkingDirectory = folder, RedirectStandardOutput = true, RedirectStandardError = true };
        using var process = Process.Start(start)!;
        var output = process.StandardOutput.ReadToEndAsync(Cancellation);
        var errors = process.StandardError.ReadToEndAsync(Cancellation);
        try
        {
            await process.WaitForExitAsync(Cancellation);
        }
        finally
        {
            if (!process.HasExited)
                process.Kill(entireProcessTree: true);
        }

        string said = await output;
        Assert.True(process.ExitCode == 0 && (await errors).Length == 0, $"{process.ExitCode}\n{said}\n{await errors}");
        return said.Split('\n', StringSplitOptions.RemoveEmptyEntries);
    }
}
