using System.Text.RegularExpressions;
using Mammoth.Tests.EndToEnd.Running;
using Mammoth.Tests.Fixtures;
using Mammoth.Tests.Iceberg;
using Npgsql;

namespace Mammoth.Tests.Cli;

public sealed partial class DemoTests(PostgresFixture postgres)
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Migrates_the_whole_sample_on_a_server_of_its_own_and_ends_it()
    {
        using TemporaryFolder folder = new();

        CommandLine run = await CommandLine.RunAsync("demo", "--warehouse", folder.Path);

        run.EndedWell();
        Assert.Contains("consistency: database", run.Out, StringComparison.Ordinal);
        Assert.Matches(@"""shop"".""\w+"": [0-9,]+ of [0-9,]+ rows, ", run.Error);
        Assert.Matches(AllVerified(), run.Out);
        Assert.All(["DuckDB", "Spark", "PyIceberg"], engine => Assert.Contains(engine, run.Out, StringComparison.Ordinal));
        Assert.True(File.Exists(Path.Combine(folder.Path, "report.html")));
        int port = int.Parse(Port().Match(run.Out).Groups[1].Value, System.Globalization.CultureInfo.InvariantCulture);
        using System.Net.Sockets.TcpClient client = new();
        await Assert.ThrowsAnyAsync<System.Net.Sockets.SocketException>(() => client.ConnectAsync("127.0.0.1", port, Token).AsTask());
    }

    [Fact]
    public async Task On_a_given_server_it_leaves_no_database_behind()
    {
        using TemporaryFolder folder = new();
        string server = await postgres.GetConnectionStringAsync(Token);

        CommandLine run = await CommandLine.RunAsync("demo", "--source", server, "--warehouse", folder.Path);

        run.EndedWell();

        // A second demo's database is another one: what lies in a place that was named may be anybody's.
        CommandLine again = await CommandLine.RunAsync("demo", "--source", server, "--warehouse", folder.Path);
        Assert.Equal(2, again.ExitCode);
        Assert.Contains("--replace-source", again.Error, StringComparison.Ordinal);
        (await CommandLine.RunAsync("demo", "--source", server, "--warehouse", folder.Path, "--replace-source")).EndedWell();

        await using NpgsqlConnection connection = new(new NpgsqlConnectionStringBuilder(server) { Pooling = false }.ConnectionString);
        await connection.OpenAsync(Token);
        await using NpgsqlCommand command = new("SELECT count(*) FROM pg_database WHERE datname LIKE 'mammoth_demo%'", connection);
        Assert.Equal(0L, await command.ExecuteScalarAsync(Token));
    }

    [Fact]
    public async Task The_environments_warehouse_is_not_touched()
    {
        // A place that can't be: whoever asked for it would end with 64.
        await using MammothProcess process = MammothProcess.Start(
            ["demo", "--postgres-bin", "/nowhere/at/all"], new Dictionary<string, string> { ["MAMMOTH_WAREHOUSE"] = "gopher://in-use/lake", ["MAMMOTH_SOURCE"] = "" });
        Ended ended = await process.End(Token);

        Assert.Equal(2, ended.ExitCode);
        Assert.DoesNotContain("gopher", ended.Output + ended.Errors, StringComparison.Ordinal);
    }

    [GeneratedRegex(@"(\d+) of \1 tables verified")]
    private static partial Regex AllVerified();

    [GeneratedRegex(@"127\.0\.0\.1:(\d+); it ends")]
    private static partial Regex Port();
}
