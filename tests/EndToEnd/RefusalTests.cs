using Mammoth.Tests.EndToEnd.Running;
using Mammoth.Tests.Fixtures;

namespace Mammoth.Tests.EndToEnd;

/// <summary>What can't be done is said in a sentence that names the thing and the way out, and leaves nothing half-done.</summary>
public sealed class RefusalTests(PostgresFixture postgres, AzuriteFixture azurite, Readers readers)
{
    private const int Failed = 2;
    private const int Usage = 64;

    private const string Tables = """
        CREATE TABLE public.good (id integer PRIMARY KEY, note text);
        INSERT INTO public.good SELECT g, 'note ' || g FROM generate_series(1, 100) g;
        CREATE TABLE public.locked_away (id integer PRIMARY KEY, note text);
        INSERT INTO public.locked_away SELECT g, 'note ' || g FROM generate_series(1, 100) g
        """;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_host_that_is_not_known()
    {
        using var area = await Area();
        await Refused(area, area.Source.As(c => c.Host = "no-such-host.invalid"), Failed, "no-such-host.invalid", "host");
    }

    [Fact]
    public async Task A_port_where_nothing_listens()
    {
        using var area = await Area();
        await Refused(area, area.Source.As(c => c.Port = 1), Failed, ":1", "port");
    }

    [Fact]
    public async Task A_wrong_password()
    {
        using var area = await Area();
        var ended = await Refused(area, area.Source.As(c => c.Password = "hunter2secret"), Failed, "password", "PGPASSWORD");
        Assert.DoesNotContain("hunter2secret", ended.Errors + ended.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_database_that_is_not_there()
    {
        using var area = await Area();
        await Refused(area, area.Source.As(c => c.Database = "nowhere"), Failed, "nowhere", "database");
    }

    [Fact]
    public async Task A_table_without_the_privilege_to_select()
    {
        using var area = await Area();
        var role = await Role(area.Source, "GRANT SELECT ON public.good TO {0}");
        await Refused(area, role, Failed, "public.locked_away", "GRANT SELECT", "--exclude");

        // The way out is one.
        (await Migrate(area, role, "--exclude", "public.locked_away")).Expect(0);
    }

    [Fact]
    public async Task Row_level_security_that_would_hide_rows()
    {
        using var area = await Area();
        var role = await Role(area.Source, "GRANT SELECT ON ALL TABLES IN SCHEMA public TO {0}; ALTER TABLE public.locked_away ENABLE ROW LEVEL SECURITY; CREATE POLICY few ON public.locked_away USING (id < 10)");
        await Refused(area, role, Failed, "public.locked_away", "row-level security", "BYPASSRLS");

        // Whom the policies don't filter sees all.
        Assert.Equal(100, await area.Judge((await area.Migrate()).Expect(0).Report, "public.locked_away"));
    }

    [Fact]
    public async Task A_warehouse_that_can_only_be_read()
    {
        using var disk = SmallDisk.Mount(4);
        using var area = await Area();
        area.Warehouse = TestWarehouse.Local(disk.Path);
        disk.MakeReadOnly();
        var ended = await area.Migrate();
        ended.SaysTo(Failed, $"{area.Warehouse.Argument} can't be written", "read-only");
        Assert.DoesNotContain("probe", ended.Output + ended.Errors, StringComparison.Ordinal);
        Assert.Empty(Directory.EnumerateFileSystemEntries(disk.Path));
    }

    [Fact]
    public async Task A_file_where_the_warehouses_folder_should_be()
    {
        using var area = await Area();
        var file = Path.Combine(area.Folder, "file");
        await File.WriteAllTextAsync(file, "x", Cancellation);
        area.Warehouse = TestWarehouse.Local(file, "lake");
        var ended = await area.Migrate();
        ended.SaysTo(Failed, $"{area.Warehouse.Argument} can't be written", $"{file} is a file");
        Assert.DoesNotContain("probe", ended.Output + ended.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_data_folder_that_can_not_be_used()
    {
        using var area = await Area();
        var file = Path.Combine(area.Folder, "file");
        await File.WriteAllTextAsync(file, "x", Cancellation);
        foreach (var home in (string[])[file, Path.Combine(file, "below"), "/proc/nowhere"])
        {
            await using var process = MammothProcess.Start(
                ["migrate", "--source", area.Source.ConnectionString, "--warehouse", area.Warehouse.Argument], new Dictionary<string, string> { ["XDG_DATA_HOME"] = home });
            (await process.End(Cancellation)).SaysTo(Failed, "journal", home, "XDG_DATA_HOME");
            Assert.False(Directory.Exists(area.Warehouse.Argument));
        }
    }

    [Fact]
    public async Task A_folder_that_is_somebody_elses()
    {
        using var area = await Area();
        var folder = Directory.CreateDirectory(area.Warehouse.Argument);
        await File.WriteAllTextAsync(Path.Combine(folder.FullName, "thesis.txt"), "my only copy", Cancellation);
        (await area.Migrate()).SaysTo(Failed, area.Warehouse.Argument, "thesis.txt", "Choose an empty folder");
        Assert.Equal(["thesis.txt"], folder.EnumerateFileSystemInfos().Select(f => f.Name));
    }

    [Fact]
    public async Task A_table_of_another_writer_where_ours_should_go()
    {
        using var area = await Area();
        var metadata = Directory.CreateDirectory(Path.Combine(area.Warehouse.Argument, "public", "good", "metadata"));
        await File.WriteAllTextAsync(Path.Combine(metadata.FullName, "v1.metadata.json"), "{}", Cancellation);
        (await area.Migrate()).SaysTo(Failed, area.Warehouse.Argument, "public/good", "Choose an empty folder");
        Assert.Equal(["v1.metadata.json"], metadata.EnumerateFiles().Select(f => f.Name));
    }

    [Fact]
    public async Task A_container_that_is_not_there()
    {
        using var area = await Area();
        var container = await azurite.CreateContainer(Cancellation);
        await using var process = area.Mammoth("migrate", "--source", area.Source.ConnectionString, "--warehouse", container.Url[..^8] + "nowhere1");
        (await process.End(Cancellation)).SaysTo(Failed, "nowhere1", "container");
    }

    [Theory]
    [InlineData("migrate", "--colour", "blue")]
    [InlineData("migrat")]
    [InlineData("migrate", "--on-error", "maybe")]
    [InlineData("migrate", "--slots", "none")]
    public async Task A_command_line_that_makes_no_sense(params string[] arguments)
    {
        using var area = await Area();
        await using var process = area.Mammoth([.. arguments, "--source", area.Source.ConnectionString, "--warehouse", area.Warehouse.Argument]);
        (await process.End(Cancellation)).SaysTo(Usage, arguments[^1] == "migrat" ? "migrat" : arguments[1], "--help");
        Assert.False(Directory.Exists(area.Warehouse.Argument));
    }

    [Theory]
    [InlineData("""{"tables": {"public.good": {"mask": {"id": "hush"}}}}""", "hush")]
    [InlineData("""{"tables": {"public.good": {"omit": ["nonsense"]}}}""", "nonsense")]
    [InlineData("""{"tabels": {}}""", "tabels")]
    [InlineData("""{"policy": "perhaps"}""", "perhaps")]
    [InlineData("{", "config")]
    public async Task A_configuration_that_makes_no_sense(string json, string named)
    {
        using var area = await Area();
        (await area.Migrate(area.Config(json))).SaysTo(Usage, named);
        Assert.Empty(await area.Warehouse.VisibleTables(Cancellation));
    }

    [Fact]
    public async Task A_filter_that_is_no_SQL_condition()
    {
        using var area = await Area();
        (await area.Migrate(area.Config("""{"tables": {"public.good": {"filter": "no_such_column > 1"}}}"""))).SaysTo(Failed, "public.good", "no_such_column");
        Assert.Empty(await area.Warehouse.VisibleTables(Cancellation));
    }

    [Fact]
    public async Task Neither_source_nor_warehouse()
    {
        using var area = await Area();
        await using var nothing = area.Mammoth("migrate", "--warehouse", area.Warehouse.Argument);
        (await nothing.End(Cancellation)).SaysTo(Usage, "--source", "MAMMOTH_SOURCE");
        await using var nowhere = area.Mammoth("migrate", "--source", area.Source.ConnectionString);
        (await nowhere.End(Cancellation)).SaysTo(Usage, "--warehouse", "MAMMOTH_WAREHOUSE");
    }

    private async Task<MigrationArea> Area(string sql = "") => new(await SourceDatabase.Create(postgres, "refusal", $"{Tables}; {sql}", Cancellation), readers);

    private static async Task<Ended> Migrate(MigrationArea area, string source, params string[] more)
    {
        await using var process = area.Mammoth(["migrate", "--source", source, "--warehouse", area.Warehouse.Argument, .. more]);
        return await process.End(Cancellation);
    }

    private static async Task<Ended> Refused(MigrationArea area, string source, int exitCode, params string[] words)
    {
        var ended = await Migrate(area, source);
        ended.SaysTo(exitCode, words);
        if (Directory.Exists(area.Warehouse.Argument))
            Assert.Empty(await area.Warehouse.VisibleTables(Cancellation));
        return ended;
    }

    /// <returns>The connection string of a role that owns nothing.</returns>
    private static async Task<string> Role(SourceDatabase source, string grants)
    {
        var role = $"reader_{Guid.NewGuid():N}";
        await source.Run($"CREATE ROLE {role} LOGIN PASSWORD 'reads'; {string.Format(null, grants, role)}", Cancellation);
        return source.As(c => (c.Username, c.Password) = (role, "reads"));
    }
}
