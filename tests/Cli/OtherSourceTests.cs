using System.Text.Json;
using Mammoth.Iceberg.Catalogs;
using Mammoth.Iceberg.IO;
using Mammoth.Iceberg.Metadata;
using Mammoth.Migration.Plans;
using Mammoth.Tests.Fixtures;
using Mammoth.Tests.Iceberg;
using Npgsql;

namespace Mammoth.Tests.Cli;

/// <summary>Another database with tables of the same names does not replace what it never had.</summary>
public sealed class OtherSourceTests(PostgresFixture postgres) : IDisposable
{
    private readonly TemporaryFolder folder = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => folder.Dispose();

    [Theory]
    [InlineData("plan")]
    [InlineData("migrate")]
    public async Task It_is_refused_and_nothing_is_changed(string command)
    {
        string a = await SourceAsync("CREATE SCHEMA shop; CREATE TABLE shop.managers (id int); INSERT INTO shop.managers SELECT generate_series(1, 12);");
        string b = await SourceAsync("CREATE SCHEMA shop; CREATE TABLE shop.managers (id int); CREATE TABLE shop.own (id int);");
        await MigrateAsync(a);
        string[] before = Files();

        CommandLine run = await CommandLine.RunAsync(command, "--source", b, "--warehouse", folder.Path);

        Assert.Equal(2, run.ExitCode);
        string said = string.Join(' ', run.Error.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries));
        Assert.Contains("shop.managers in the warehouse came from another database", said, StringComparison.Ordinal);
        Assert.All([Name(a), Name(b), "--replace-source", "another warehouse"], word => Assert.Contains(word, said, StringComparison.Ordinal));
        Assert.DoesNotContain("shop.own", said, StringComparison.Ordinal);
        Assert.Equal(before, Files());
        Assert.Equal(12, await RowsAsync("shop.managers"));
    }

    [Fact]
    public async Task Machines_get_a_code()
    {
        await MigrateAsync(await SourceAsync("CREATE TABLE t (id int);"));
        CommandLine run = await CommandLine.RunAsync("migrate", "--source", await SourceAsync("CREATE TABLE t (id int);"), "--warehouse", folder.Path, "--output", "json");
        using JsonDocument error = JsonDocument.Parse(run.Out);
        Assert.Equal("other-source", error.RootElement.GetProperty("error").GetProperty("code").GetString());
    }

    [Fact]
    public async Task Tables_of_other_names_may_share_a_warehouse()
    {
        string a = await SourceAsync("CREATE TABLE t (id int); INSERT INTO t VALUES (1);");
        string b = await SourceAsync("CREATE TABLE t (id int); CREATE TABLE u (id int); INSERT INTO u VALUES (1), (2);");
        await MigrateAsync(a);
        await MigrateAsync(b, "--exclude", "public.t");
        Assert.Equal((1, 2), (await RowsAsync("public.t"), await RowsAsync("public.u")));
    }

    [Fact]
    public async Task Where_it_is_asked_for_the_tables_are_the_others_from_then_on()
    {
        string a = await SourceAsync("CREATE TABLE t (id int); INSERT INTO t VALUES (1);");
        string b = await SourceAsync("CREATE TABLE t (id int); INSERT INTO t VALUES (1), (2);");
        await MigrateAsync(a);

        JsonElement report = await MigrateAsync(b, "--replace-source");
        Assert.Contains(report.GetProperty("notes").EnumerateArray(), n => n.GetString()!.Contains("public.t came from another database", StringComparison.Ordinal));
        Assert.Equal(2, await RowsAsync("public.t"));
        Assert.Equal(Name(b), (await TableAsync("t")).Properties[SourceOrigin.DatabaseProperty]);

        // Now it is the first that would replace.
        await MigrateAsync(b);
        Assert.Equal(2, (await CommandLine.RunAsync("migrate", "--source", a, "--warehouse", folder.Path)).ExitCode);
    }

    [Fact]
    public async Task A_restored_dump_takes_its_place_although_all_rows_are_the_same()
    {
        const string Dump = "CREATE TABLE t (id int); INSERT INTO t SELECT generate_series(1, 100);";
        await MigrateAsync(await SourceAsync(Dump));
        string restored = await SourceAsync(Dump);

        // Left as it is for its rows, the table would still name the old database, and each run would be refused again.
        Assert.Equal("published", (await MigrateAsync(restored, "--replace-source")).GetProperty("tables")[0].GetProperty("outcome").GetString());
        Assert.Equal("unchanged", (await MigrateAsync(restored)).GetProperty("tables")[0].GetProperty("outcome").GetString());
        Assert.Equal("unchanged", (await MigrateAsync(restored, "--replace-source")).GetProperty("tables")[0].GetProperty("outcome").GetString());
    }

    [Fact]
    public async Task A_renamed_database_is_the_same()
    {
        string source = await SourceAsync("CREATE TABLE t (id int); INSERT INTO t VALUES (1);");
        await MigrateAsync(source);
        NpgsqlConnection.ClearAllPools();
        string renamed = $"{Name(source)}_renamed";
        await ExecuteAsync(With(source, "postgres"), $"ALTER DATABASE {Name(source)} RENAME TO {renamed}");
        try
        {
            Assert.Equal("unchanged", (await MigrateAsync(With(source, renamed))).GetProperty("tables")[0].GetProperty("outcome").GetString());
        }
        finally
        {
            NpgsqlConnection.ClearAllPools();
            await ExecuteAsync(With(source, "postgres"), $"ALTER DATABASE {renamed} RENAME TO {Name(source)}");
        }
    }

    [Fact]
    public async Task A_table_that_is_older_than_the_property_is_taken_over_and_gets_it()
    {
        await MigrateAsync(await SourceAsync("CREATE TABLE t (id int); INSERT INTO t VALUES (1);"));
        Warehouse place = Warehouse.Open(folder.Path);
        StorageCatalog catalog = await StorageCatalog.Open(place.Io, place.Root, readOnly: false, Token);
        CommitResult stripped = await catalog.Commit([new(new("public", "t"), [], [new RemoveProperties([SourceOrigin.IdentityProperty, SourceOrigin.DatabaseProperty])])], "strip", Token);
        Assert.Equal(CommitOutcome.Committed, stripped.Outcome);

        string b = await SourceAsync("CREATE TABLE t (id int); INSERT INTO t VALUES (1), (2);");
        await MigrateAsync(b);
        TableMetadata table = await TableAsync("t");
        Assert.Equal(Name(b), table.Properties[SourceOrigin.DatabaseProperty]);
        Assert.Matches("^([0-9]+|unknown):[0-9]+$", table.Properties[SourceOrigin.IdentityProperty]);
    }

    private string[] Files() => [.. Directory.EnumerateFileSystemEntries(folder.Path, "*", SearchOption.AllDirectories).Order(StringComparer.Ordinal)];

    private async Task<int> RowsAsync(string table) =>
        (await CommandLine.RunAsync("read", table, "-w", folder.Path, "-o", "json")).Out.Split('\n', StringSplitOptions.RemoveEmptyEntries).Length;

    private async Task<TableMetadata> TableAsync(string name)
    {
        Warehouse place = Warehouse.Open(folder.Path);
        return (await (await StorageCatalog.Open(place.Io, place.Root, readOnly: true, Token)).Load(new("public", name), Token))!.Metadata;
    }

    private async Task<JsonElement> MigrateAsync(string source, params string[] more)
    {
        CommandLine run = await CommandLine.RunAsync(["migrate", "--source", source, "--warehouse", folder.Path, "--output", "json", .. more]);
        Assert.Equal((0, ""), (run.ExitCode, run.Error));
        using JsonDocument document = JsonDocument.Parse(run.Out);
        return document.RootElement.Clone();
    }

    private async Task<string> SourceAsync(string sql)
    {
        string source = await postgres.CreateDatabaseAsync("other_source", Token);
        await ExecuteAsync(source, sql);
        return source;
    }

    private static string Name(string source) => new NpgsqlConnectionStringBuilder(source).Database!;

    private static string With(string source, string database) => new NpgsqlConnectionStringBuilder(source) { Database = database, Pooling = false }.ConnectionString;

    private static async Task ExecuteAsync(string source, string sql)
    {
        await using NpgsqlConnection connection = new(source);
        await connection.OpenAsync(Token);
        await using NpgsqlCommand command = new(sql, connection);
        await command.ExecuteNonQueryAsync(Token);
    }
}
