using System.Text.Json;
using Mammoth.Tests.EndToEnd.Running;
using Mammoth.Tests.Fixtures;
using Mammoth.Tests.Iceberg;

namespace Mammoth.Tests.Cli;

/// <summary><c>mammoth drift</c>: what it prints, and how it ends.</summary>
public sealed class DriftTests(PostgresFixture postgres) : IDisposable
{
    private readonly TemporaryFolder folder = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => folder.Dispose();

    [Fact]
    public async Task It_ends_with_0_where_nothing_differs_and_with_1_and_a_table_or_JSON_where_something_does()
    {
        SourceDatabase database = await SourceDatabase.Create(postgres, "drift_command", "CREATE TABLE t (id int PRIMARY KEY); CREATE TABLE \"odd\u001b[31m\" (id int)", Token);
        (await CommandLine.RunAsync("migrate", "--source", database.ConnectionString, "--warehouse", folder.Path, "--output", "json")).EndedWell();
        string[] before = Directory.GetFileSystemEntries(folder.Path, "*", SearchOption.AllDirectories);

        CommandLine same = await DriftAsync(database);
        Assert.Equal((0, "", $"No drift: 2 tables of {database.Name} are as the warehouse has them."), (same.ExitCode, same.Error, same.Out.Trim()));
        CommandLine one = await DriftAsync(database, "--include", "public.t", "--output", "json");
        Assert.Equal((0, """{"database":"x","tables":1,"changes":[]}"""), (one.ExitCode, one.Out.Trim().Replace(database.Name, "x", StringComparison.Ordinal)));

        await database.Run("ALTER TABLE t ADD name varchar(5); ALTER TABLE \"odd\u001b[31m\" RENAME id TO \"n\u001b[2J\"", Token);
        CommandLine drift = await DriftAsync(database);
        Assert.Equal((1, ""), (drift.ExitCode, drift.Error));
        Assert.DoesNotContain('\u001b', drift.Out);
        Assert.All(
            ["public.t", "new column", "character varying(5)", "What the next migration does", "column renamed", "2 differences between", "U&\"n\\001B[2J\""],
            words => Assert.Contains(words, drift.Out, StringComparison.Ordinal));

        CommandLine json = await DriftAsync(database, "--output", "json");
        Assert.Equal((1, ""), (json.ExitCode, json.Error));
        using JsonDocument document = JsonDocument.Parse(json.Out);
        JsonElement change = document.RootElement.GetProperty("changes").EnumerateArray().Single(c => c.GetProperty("table").GetString() == "t");
        Assert.Equal("columnAdded", change.GetProperty("kind").GetString());
        Assert.Equal(["kind", "schema", "table", "column", "to", "next", "summary"], change.EnumerateObject().Select(p => p.Name));
        Assert.Equal("n\u001b[2J", document.RootElement.GetProperty("changes").EnumerateArray().First().GetProperty("column").GetString());

        // It only looks.
        Assert.Equal(before, Directory.GetFileSystemEntries(folder.Path, "*", SearchOption.AllDirectories));
    }

    [Fact]
    public async Task What_can_not_be_compared_is_an_error_and_no_drift()
    {
        SourceDatabase database = await SourceDatabase.Create(postgres, "drift_command", "CREATE TABLE t (id int PRIMARY KEY)", Token);
        CommandLine nowhere = await DriftAsync(database);
        Assert.Equal(2, nowhere.ExitCode);
        Assert.Contains(folder.Path, nowhere.Error.ReplaceLineEndings("").Replace(" ", "", StringComparison.Ordinal), StringComparison.Ordinal);
        (await CommandLine.RunAsync("migrate", "--source", database.ConnectionString, "--warehouse", folder.Path, "--output", "json")).EndedWell();
        Assert.Equal(64, (await DriftAsync(database, "--include", "none")).ExitCode);
        Assert.Equal(64, (await CommandLine.RunAsync("drift", "--warehouse", folder.Path, "--json")).ExitCode);
        Assert.Equal(2, (await CommandLine.RunAsync("drift", "--warehouse", folder.Path, "--source", database.As(c => c.Database = "no_such_database"))).ExitCode);
    }

    private Task<CommandLine> DriftAsync(SourceDatabase database, params string[] more) => CommandLine.RunAsync(["drift", "--source", database.ConnectionString, "--warehouse", folder.Path, .. more]);
}
