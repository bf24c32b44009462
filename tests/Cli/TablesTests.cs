using System.Text.Json;
using Mammoth.Tests.Iceberg;

namespace Mammoth.Tests.Cli;

public sealed class TablesTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task List_tells_rows_and_snapshot_of_each_table()
    {
        using SomeWarehouse warehouse = await SomeWarehouse.CreateAsync(Token);

        JsonElement[] tables = await JsonAsync("tables", "list", "--warehouse", warehouse.Path);

        Assert.Equal(["notes", "v1.2 data"], tables.Select(t => t.GetProperty("name").GetString()));
        Assert.Equal(3, tables[0].GetProperty("rows").GetInt64());
        Assert.Equal(warehouse.Second, tables[0].GetProperty("snapshot").GetInt64());
        Assert.False(tables[1].TryGetProperty("snapshot", out _));
        Assert.Contains("shop.v1.2 data", (await CommandLine.RunAsync("tables", "list", "-w", warehouse.Path)).Out, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("shop.notes")]
    [InlineData("notes")]
    [InlineData("v1.2 data")]
    [InlineData("shop.v1.2 data")]
    public async Task A_table_is_found_by_its_whole_name_or_its_own_whatever_dots_are_in_it(string name)
    {
        using SomeWarehouse warehouse = await SomeWarehouse.CreateAsync(Token);

        JsonElement[] columns = await JsonAsync("tables", "schema", name, "--warehouse", warehouse.Path);

        Assert.Equal(["id:long", "text:string", "at:timestamptz", "tags:list<string>"], columns.Select(c => $"{c.GetProperty("name").GetString()}:{c.GetProperty("type").GetString()}"));
        Assert.True(columns[0].GetProperty("identifier").GetBoolean());
    }

    [Fact]
    public async Task A_table_that_is_not_there_is_answered_with_one_that_is()
    {
        using SomeWarehouse warehouse = await SomeWarehouse.CreateAsync(Token);

        CommandLine run = await CommandLine.RunAsync("tables", "schema", "shop.Note", "--warehouse", warehouse.Path);

        Assert.Equal(64, run.ExitCode);
        Assert.Contains("Did you mean shop.notes?", run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Snapshots_are_listed_with_their_tags()
    {
        using SomeWarehouse warehouse = await SomeWarehouse.CreateAsync(Token);

        JsonElement[] snapshots = await JsonAsync("tables", "snapshots", "notes", "--warehouse", warehouse.Path);

        Assert.Equal([warehouse.First, warehouse.Second], snapshots.Select(s => s.GetProperty("snapshotId").GetInt64()));
        Assert.Equal(["first"], snapshots[0].GetProperty("refs").EnumerateArray().Select(r => r.GetString()));
        Assert.Equal(["main", "second"], snapshots[1].GetProperty("refs").EnumerateArray().Select(r => r.GetString()));
    }

    [Fact]
    public async Task Files_are_those_of_the_chosen_snapshot()
    {
        using SomeWarehouse warehouse = await SomeWarehouse.CreateAsync(Token);

        Assert.Equal(2, (await JsonAsync("tables", "files", "notes", "--warehouse", warehouse.Path)).Length);
        JsonElement file = Assert.Single(await JsonAsync("tables", "files", "notes", "--warehouse", warehouse.Path, "--tag", "first"));
        Assert.Equal(2, file.GetProperty("rows").GetInt64());
        Assert.EndsWith("first.parquet", file.GetProperty("filePath").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_folder_that_is_no_warehouse_is_left_as_it_was()
    {
        using TemporaryFolder folder = new();

        CommandLine run = await CommandLine.RunAsync("tables", "list", "--warehouse", folder.Path);

        Assert.Equal(2, run.ExitCode);
        Assert.Contains("no Mammoth warehouse", run.Error, StringComparison.Ordinal);
        Assert.Empty(Directory.EnumerateFileSystemEntries(folder.Path));
    }

    [Fact]
    public async Task A_place_that_can_be_no_warehouse_is_a_matter_of_usage() =>
        Assert.Equal(64, (await CommandLine.RunAsync("tables", "list", "--warehouse", "ftp://example.com/x")).ExitCode);

    private static async Task<JsonElement[]> JsonAsync(params string[] args)
    {
        CommandLine run = await CommandLine.RunAsync([.. args, "--output", "json"]);
        Assert.Equal((0, ""), (run.ExitCode, run.Error));
        using JsonDocument document = JsonDocument.Parse(run.Out);
        return [.. document.RootElement.EnumerateArray().Select(e => e.Clone())];
    }
}
