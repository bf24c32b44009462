using System.Text.Json;
using Mammoth.Tests.Fixtures;
using Npgsql;

namespace Mammoth.Tests.Cli;

public sealed class UsageTests(PostgresFixture postgres)
{
    [Fact]
    public async Task An_unknown_option_is_named_and_ends_with_64()
    {
        CommandLine run = await CommandLine.RunAsync("sample", "--bogus");

        Assert.Equal(64, run.ExitCode);
        Assert.Contains("--bogus", run.Error, StringComparison.Ordinal);
        Assert.Contains("mammoth sample --help", run.Error, StringComparison.Ordinal);
        Assert.Empty(run.Out);
    }

    [Fact]
    public async Task An_unknown_command_ends_with_64()
    {
        CommandLine run = await CommandLine.RunAsync("migrat");

        Assert.Equal(64, run.ExitCode);
        Assert.Contains("migrat", run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task No_command_at_all_shows_the_help()
    {
        CommandLine run = await CommandLine.RunAsync();

        run.EndedWell();
        Assert.Contains("sample", run.Out, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_source_that_is_no_connection_string_ends_with_64_and_is_not_repeated()
    {
        CommandLine run = await CommandLine.RunAsync("sample", "--source", "hunter2-is-my-password");

        Assert.Equal(64, run.ExitCode);
        Assert.DoesNotContain("hunter2", run.Error + run.Out, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_wrong_host_is_said_in_a_sentence_and_ends_with_2()
    {
        CommandLine run = await CommandLine.RunAsync("sample", "--source", "Host=nowhere.invalid;Database=x;Username=u;Password=hunter2");

        Assert.Equal(2, run.ExitCode);
        Assert.Contains("host", run.Error, StringComparison.Ordinal);
        Assert.Contains("What to do: ", run.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", run.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("hunter2", run.Error + run.Out, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_port_where_nothing_listens_is_told_from_a_wrong_host()
    {
        CommandLine run = await CommandLine.RunAsync("sample", "--source", "Host=127.0.0.1;Port=1;Database=x;Username=u");

        Assert.Equal(2, run.ExitCode);
        Assert.Contains("Nothing answers", run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_missing_database_is_named()
    {
        string source = With(await postgres.GetConnectionStringAsync(TestContext.Current.CancellationToken), b => b.Database = "no_such_database");

        CommandLine run = await CommandLine.RunAsync("sample", "--source", source);

        Assert.Equal(2, run.ExitCode);
        Assert.Contains("no_such_database", run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_wrong_password_is_refused_and_never_printed()
    {
        string source = With(await postgres.GetConnectionStringAsync(TestContext.Current.CancellationToken), b => b.Password = "wrong-secret");

        CommandLine run = await CommandLine.RunAsync("sample", "--source", source, "--verbose");

        Assert.Equal(2, run.ExitCode);
        Assert.Contains("refused the login", run.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("wrong-secret", run.Error + run.Out, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Stack_traces_are_only_for_those_who_ask()
    {
        string[] line = ["sample", "--source", "Host=127.0.0.1;Port=1;Database=x;Username=u"];

        Assert.DoesNotContain("   at ", (await CommandLine.RunAsync(line)).Error, StringComparison.Ordinal);
        Assert.Contains("   at ", (await CommandLine.RunAsync([.. line, "--verbose"])).Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Machines_get_the_error_as_json()
    {
        CommandLine run = await CommandLine.RunAsync("sample", "--source", "Host=127.0.0.1;Port=1;Database=x;Username=u", "--output", "json");

        using JsonDocument document = JsonDocument.Parse(run.Out);
        Assert.Equal("source", document.RootElement.GetProperty("error").GetProperty("code").GetString());
    }

    [Fact]
    public async Task Fills_a_database_and_says_so_to_machines()
    {
        string source = await postgres.CreateDatabaseAsync("cli_sample", TestContext.Current.CancellationToken);

        CommandLine run = await CommandLine.RunAsync("sample", "--source", source, "--output", "json");

        run.EndedWell();
        using JsonDocument document = JsonDocument.Parse(run.Out);
        Assert.InRange(document.RootElement.GetProperty("rows").GetInt64(), 40_000, 60_000);
    }

    private static string With(string connectionString, Action<NpgsqlConnectionStringBuilder> change)
    {
        NpgsqlConnectionStringBuilder builder = new(connectionString) { Pooling = false };
        change(builder);
        return builder.ConnectionString;
    }
}
