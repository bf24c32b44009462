using Mammoth.Tests.Fixtures;
using Mammoth.Tests.Iceberg;
using Npgsql;

namespace Mammoth.Tests.Cli;

/// <summary>What is refused leaves nothing behind: neither a warehouse, nor records of a run in one that is there.</summary>
public sealed class RefusedRunTests(PostgresFixture postgres) : IDisposable
{
    private readonly TemporaryFolder folder = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private string Lake => Path.Combine(folder.Path, "lake");

    public void Dispose() => folder.Dispose();

    [Theory]
    [InlineData("Host=nowhere.invalid", 2)]
    [InlineData("Port=1", 2)]
    [InlineData("Password=wrong", 2)]
    [InlineData("Database=no_such_database", 2)]
    public async Task A_source_that_can_not_be_reached_leaves_no_warehouse(string change, int exitCode)
    {
        NpgsqlConnectionStringBuilder source = new(await SourceAsync("CREATE TABLE a (id int);")) { Pooling = false };
        source[change.Split('=')[0]] = change.Split('=')[1];

        CommandLine run = await CommandLine.RunAsync("migrate", "--source", source.ConnectionString, "--warehouse", Lake);

        Assert.Equal(exitCode, run.ExitCode);
        Assert.False(Directory.Exists(Lake));
    }

    [Theory]
    [InlineData(64, "--include", "zz.*")]
    [InlineData(64, "--exclude", "*")]
    [InlineData(64, "--config", "/nowhere/at/all.json")]
    [InlineData(64, "--slots", "none")]
    public async Task Options_that_can_not_be_leave_no_warehouse(int exitCode, string option, string value)
    {
        string source = await SourceAsync("CREATE TABLE a (id int);");

        CommandLine run = await CommandLine.RunAsync("migrate", "--source", source, "--warehouse", Lake, option, value);

        Assert.Equal(exitCode, run.ExitCode);
        Assert.False(Directory.Exists(Lake));
    }

    [Theory]
    [InlineData(64, "--include", "zz.*")]
    [InlineData(64, "--exclude", "*")]
    public async Task They_leave_a_warehouse_that_is_there_as_it_was(int exitCode, string option, string value)
    {
        string source = await SourceAsync("CREATE TABLE a (id int); INSERT INTO a VALUES (1);");
        (await CommandLine.RunAsync("migrate", "--source", source, "--warehouse", Lake)).EndedWell();
        string[] before = Entries();

        Assert.Equal(exitCode, (await CommandLine.RunAsync("migrate", "--source", source, "--warehouse", Lake, option, value)).ExitCode);

        Assert.Equal(before, Entries());
    }

    [Theory]
    [InlineData("CREATE TABLE closed (id int)", "closed", "GRANT SELECT ON \"public\".\"closed\"")]
    [InlineData("CREATE SCHEMA hidden; CREATE TABLE hidden.t (id int); GRANT SELECT ON hidden.t TO {0}", "the schema hidden", "GRANT USAGE ON SCHEMA \"hidden\"")]
    [InlineData("CREATE TABLE root (id int) PARTITION BY LIST (id); CREATE TABLE leaf PARTITION OF root FOR VALUES IN (1); GRANT SELECT ON root TO {0}", "public.leaf (a partition of public.root)", "GRANT SELECT ON \"public\".\"leaf\"")]
    [InlineData("CREATE TABLE root (id int) PARTITION BY LIST (id); CREATE TABLE leaf PARTITION OF root FOR VALUES IN (1); ALTER TABLE leaf ENABLE ROW LEVEL SECURITY; GRANT SELECT ON root, leaf TO {0}", "public.leaf (a partition of public.root)", "BYPASSRLS")]
    public async Task A_missing_privilege_is_named_where_it_is_missing_and_leaves_no_warehouse(string sql, string what, string wayOut)
    {
        string role = $"reader_{Guid.NewGuid():N}";
        string owner = await SourceAsync($"CREATE ROLE {role} LOGIN PASSWORD 'p'; {string.Format(null, sql, role)}");
        try
        {
            string source = new NpgsqlConnectionStringBuilder(owner) { Username = role, Password = "p", Pooling = false }.ConnectionString;

            CommandLine run = await CommandLine.RunAsync("migrate", "--source", source, "--warehouse", Lake);

            Assert.Equal(2, run.ExitCode);
            string said = string.Join(' ', run.Error.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries));
            Assert.Contains(what, said, StringComparison.Ordinal);
            Assert.Contains(wayOut, said, StringComparison.Ordinal);
            Assert.DoesNotContain("ON \"public\".\"root\"", said, StringComparison.Ordinal);
            Assert.False(Directory.Exists(Lake));
        }
        finally
        {
            await ExecuteAsync(owner, $"DROP OWNED BY {role}; DROP ROLE {role}");
        }
    }

    [Theory]
    [InlineData("plan")]
    [InlineData("migrate")]
    public async Task A_folder_that_is_somebody_elses_is_refused_and_left_alone(string command)
    {
        string source = await SourceAsync("CREATE TABLE a (id int);");
        Directory.CreateDirectory(Lake);
        await File.WriteAllTextAsync(Path.Combine(Lake, "thesis.txt"), "my only copy", Token);

        CommandLine run = await CommandLine.RunAsync(command, "--source", source, "--warehouse", Lake);

        Assert.Equal((2, ""), (run.ExitCode, run.Out));
        Assert.Contains("is no Mammoth warehouse", run.Error, StringComparison.Ordinal);
        Assert.Contains("thesis.txt", run.Error, StringComparison.Ordinal);
        Assert.Equal([Path.Combine(Lake, "thesis.txt")], Entries());
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task An_empty_folder_may_be_planned_for_and_stays_empty(bool exists)
    {
        string source = await SourceAsync("CREATE TABLE a (id int);");
        if (exists)
            Directory.CreateDirectory(Lake);

        (await CommandLine.RunAsync("plan", "--source", source, "--warehouse", Lake)).EndedWell();

        Assert.Equal(exists, Directory.Exists(Lake));
        Assert.True(!exists || Entries().Length == 0);
    }

    [Fact]
    public async Task A_new_warehouse_holds_no_trace_of_how_its_store_was_tried()
    {
        (await CommandLine.RunAsync("migrate", "--source", await SourceAsync("CREATE TABLE a (id int);"), "--warehouse", Lake)).EndedWell();
        Assert.DoesNotContain(Entries(), e => e.Contains("probe", StringComparison.Ordinal));
    }

    private string[] Entries() => [.. Directory.EnumerateFileSystemEntries(Lake, "*", SearchOption.AllDirectories).Order(StringComparer.Ordinal)];

    private async Task<string> SourceAsync(string sql)
    {
        string source = await postgres.CreateDatabaseAsync("refused", Token);
        await ExecuteAsync(source, sql);
        return source;
    }

    private static async Task ExecuteAsync(string source, string sql)
    {
        await using NpgsqlConnection connection = new(source);
        await connection.OpenAsync(Token);
        await using NpgsqlCommand command = new(sql, connection);
        await command.ExecuteNonQueryAsync(Token);
    }
}
