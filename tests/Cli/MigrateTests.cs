using System.Text.Json;
using Mammoth.Tests.Fixtures;
using Mammoth.Tests.Iceberg;
using Npgsql;

namespace Mammoth.Tests.Cli;

public sealed class MigrateTests(PostgresFixture postgres)
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Migrates_reads_back_and_finds_nothing_new_the_second_time()
    {
        using TemporaryFolder folder = new();
        string source = await SourceAsync("CREATE TABLE a (id int PRIMARY KEY, t text); INSERT INTO a VALUES (1, 'x'), (2, NULL); CREATE TABLE b (id int REFERENCES a);");

        JsonElement first = await MigrateAsync(source, folder.Path);
        Assert.Equal(["public.a:published", "public.b:published"], Outcomes(first));
        Assert.Equal("database", first.GetProperty("consistency").GetString());
        CommandLine rows = await CommandLine.RunAsync("read", "public.a", "-w", folder.Path, "-o", "csv");
        Assert.Equal(["1,x", "2,", "id,t"], rows.Out.Split("\r\n", StringSplitOptions.RemoveEmptyEntries).Order(StringComparer.Ordinal));

        JsonElement second = await MigrateAsync(source, folder.Path);
        Assert.Equal(["public.a:unchanged", "public.b:unchanged"], Outcomes(second));
        Assert.Single(Directory.EnumerateFiles(Path.Combine(folder.Path, "_mammoth", "runs", first.GetProperty("runId").GetString()!), "report.html"));
    }

    [Fact]
    public async Task People_get_a_summary_and_the_place_of_the_report()
    {
        using TemporaryFolder folder = new();
        string source = await SourceAsync("CREATE TABLE a (id int PRIMARY KEY);");

        CommandLine run = await CommandLine.RunAsync("migrate", "--source", source, "--warehouse", folder.Path, "--run-id", "my-run.1");

        run.EndedWell();
        Assert.Contains("consistency: database", run.Out, StringComparison.Ordinal);
        Assert.Contains("mammoth-my-run.1", run.Out, StringComparison.Ordinal);
        Assert.Contains("report.html", run.Out, StringComparison.Ordinal);
        Assert.Contains("public.a: 0 rows", run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_table_without_the_privilege_is_named_and_nothing_is_published()
    {
        using TemporaryFolder folder = new();
        string role = $"reader_{Guid.NewGuid():N}";
        string source = await SourceAsync($"CREATE TABLE a (id int); CREATE TABLE secret (id int); CREATE ROLE {role} LOGIN PASSWORD 'p'; GRANT SELECT ON a TO {role};");
        string limited = new NpgsqlConnectionStringBuilder(source) { Username = role, Password = "p" }.ConnectionString;

        CommandLine run = await CommandLine.RunAsync("migrate", "--source", limited, "--warehouse", folder.Path);

        Assert.Equal(2, run.ExitCode);
        Assert.Contains("secret", run.Error, StringComparison.Ordinal);
        Assert.Empty(Directory.EnumerateFileSystemEntries(folder.Path));
    }

    [Fact]
    public async Task Verify_holds_after_a_migration_and_no_more_after_a_file_was_changed()
    {
        using TemporaryFolder folder = new();
        string source = await SourceAsync("CREATE TABLE a (id int); INSERT INTO a SELECT generate_series(1, 1000); CREATE TABLE b (id int); INSERT INTO b VALUES (1), (2);");
        await MigrateAsync(source, folder.Path);

        CommandLine holds = await CommandLine.RunAsync("verify", "--warehouse", folder.Path);
        Assert.Equal((0, ""), (holds.ExitCode, holds.Error));
        Assert.Contains("1,002 rows", holds.Out, StringComparison.Ordinal);

        // The files change places: each can be read, and neither is what was published.
        string a = Directory.EnumerateFiles(Path.Combine(folder.Path, "public", "a", "data"), "*.parquet").Single();
        string b = Directory.EnumerateFiles(Path.Combine(folder.Path, "public", "b", "data"), "*.parquet").Single();
        File.Copy(b, a, overwrite: true);
        CommandLine differs = await CommandLine.RunAsync("verify", "--warehouse", folder.Path, "--output", "json");
        Assert.Equal(1, differs.ExitCode);
        using JsonDocument json = JsonDocument.Parse(differs.Out);
        Assert.False(json.RootElement.GetProperty("holds").GetBoolean());
        (await CommandLine.RunAsync("verify", "--warehouse", folder.Path, "--exclude", "public.a")).EndedWell();
        Assert.Equal(64, (await CommandLine.RunAsync("verify", "--warehouse", folder.Path, "--include", "nope.*")).ExitCode);
    }

    [Fact]
    public async Task Include_that_matches_nothing_is_a_matter_of_usage()
    {
        using TemporaryFolder folder = new();
        string source = await SourceAsync("CREATE TABLE a (id int);");

        CommandLine run = await CommandLine.RunAsync("plan", "--source", source, "--include", "nope.*");

        Assert.Equal(64, run.ExitCode);
        Assert.Contains("nope.*", run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_plan_names_every_table_and_writes_nothing()
    {
        using TemporaryFolder folder = new();
        string place = Path.Combine(folder.Path, "lake");
        string source = await SourceAsync("CREATE TABLE a (id int PRIMARY KEY, i interval);");

        CommandLine run = await CommandLine.RunAsync("plan", "--source", source, "--warehouse", place);

        Assert.Equal((0, ""), (run.ExitCode, run.Error));
        Assert.Contains("public.a.i", run.Out, StringComparison.Ordinal);
        Assert.False(Directory.Exists(place));
        using JsonDocument json = JsonDocument.Parse((await CommandLine.RunAsync("plan", "--source", source, "--output", "json")).Out);
        Assert.Equal("a", json.RootElement.GetProperty("tables")[0].GetProperty("name").GetString());
    }

    [Theory]
    [InlineData("--target-file-size", "12 parsecs")]
    [InlineData("--target-file-size", "1B")]
    [InlineData("--slots", "0")]
    [InlineData("--run-id", "../escape")]
    [InlineData("--on-error", "perhaps")]
    [InlineData("--config", "/nowhere/mammoth.json")]
    public async Task A_value_that_can_not_be_is_a_matter_of_usage(string option, string value)
    {
        CommandLine run = await CommandLine.RunAsync("migrate", "--source", "Host=127.0.0.1;Port=1", "--warehouse", "/nowhere/lake", option, value);

        Assert.Equal(64, run.ExitCode);
        Assert.Contains(option == "--config" ? value : option.TrimStart('-').Split('-')[0], run.Error, StringComparison.OrdinalIgnoreCase);
    }

    private async Task<string> SourceAsync(string sql)
    {
        string source = await postgres.CreateDatabaseAsync("cli_migrate", Token);
        await using NpgsqlConnection connection = new(source);
        await connection.OpenAsync(Token);
        await using NpgsqlCommand command = new(sql, connection);
        await command.ExecuteNonQueryAsync(Token);
        return source;
    }

    private static async Task<JsonElement> MigrateAsync(string source, string warehouse)
    {
        CommandLine run = await CommandLine.RunAsync("migrate", "--source", source, "--warehouse", warehouse, "--output", "json");
        Assert.Equal((0, ""), (run.ExitCode, run.Error));
        using JsonDocument document = JsonDocument.Parse(run.Out);
        return document.RootElement.Clone();
    }

    private static IEnumerable<string> Outcomes(JsonElement report) =>
        report.GetProperty("tables").EnumerateArray().Select(t => $"{t.GetProperty("source").GetString()}:{t.GetProperty("outcome").GetString()}").Order(StringComparer.Ordinal);
}
