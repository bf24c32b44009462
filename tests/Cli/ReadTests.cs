namespace Mammoth.Tests.Cli;

public sealed class ReadTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Csv_quotes_what_needs_it_and_tells_null_from_nothing()
    {
        using SomeWarehouse warehouse = await SomeWarehouse.CreateAsync(Token);

        CommandLine run = await CommandLine.RunAsync("read", "shop.notes", "--warehouse", warehouse.Path, "--output", "csv");

        Assert.Equal((0, ""), (run.ExitCode, run.Error));
        Assert.Equal(
            ["id,text,at,tags", "1,plain,1970-01-02T00:00:00Z,\"[\"\"x\"\",null]\"", "2,,,", "3,\"a, \"\"b\"\"\n🦣\",1970-01-04T00:00:00Z,\"[\"\"x\"\",null]\""],
            run.Out.Split("\r\n", StringSplitOptions.RemoveEmptyEntries));
    }

    [Fact]
    public async Task Json_is_one_object_a_line()
    {
        using SomeWarehouse warehouse = await SomeWarehouse.CreateAsync(Token);

        CommandLine run = await CommandLine.RunAsync("read", "notes", "-w", warehouse.Path, "-o", "json", "--columns", "text", "id");

        Assert.Equal(["""{"text":"plain","id":1}""", """{"text":null,"id":2}""", """{"text":"a, \"b\"\n\uD83E\uDDA3","id":3}"""], run.Out.Split(Environment.NewLine, StringSplitOptions.RemoveEmptyEntries));
    }

    [Fact]
    public async Task A_snapshot_a_tag_and_a_time_each_show_the_rows_of_then()
    {
        using SomeWarehouse warehouse = await SomeWarehouse.CreateAsync(Token);

        foreach (string[] choice in new string[][] { ["--snapshot", $"{warehouse.First}"], ["--tag", "first"] })
            Assert.Equal(2, await RowsAsync(warehouse, choice));

        Assert.Equal(3, await RowsAsync(warehouse, "--tag", "second"));
        Assert.Equal(3, await RowsAsync(warehouse, "--timestamp", DateTimeOffset.UtcNow.AddHours(1).ToString("O")));
        Assert.Equal(64, (await CommandLine.RunAsync("read", "notes", "-w", warehouse.Path, "--timestamp", "2001-01-01")).ExitCode);
    }

    [Fact]
    public async Task Two_choices_of_a_snapshot_at_once_are_refused()
    {
        CommandLine run = await CommandLine.RunAsync("read", "notes", "-w", "/nowhere", "--snapshot", "1", "--tag", "x");

        Assert.Equal(64, run.ExitCode);
        Assert.Contains("exclude", run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_limit_counts_over_files()
    {
        using SomeWarehouse warehouse = await SomeWarehouse.CreateAsync(Token);

        Assert.Equal(0, await RowsAsync(warehouse, "--limit", "0"));
        Assert.Equal(2, await RowsAsync(warehouse, "--limit", "2"));
        Assert.Equal(3, await RowsAsync(warehouse, "--limit", "100"));
    }

    [Fact]
    public async Task Text_for_people_has_no_control_characters()
    {
        using SomeWarehouse warehouse = await SomeWarehouse.CreateAsync(Token);

        CommandLine run = await CommandLine.RunAsync("read", "notes", "-w", warehouse.Path);

        Assert.Contains("a, \"b\"␊🦣", run.Out, StringComparison.Ordinal);
        Assert.Contains("3 of 3 rows of shop.notes", run.Out, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_unknown_column_is_answered_with_those_there_are()
    {
        using SomeWarehouse warehouse = await SomeWarehouse.CreateAsync(Token);

        CommandLine run = await CommandLine.RunAsync("read", "notes", "-w", warehouse.Path, "--columns", "nope");

        Assert.Equal(64, run.ExitCode);
        Assert.Contains("It has id, text, at, tags.", run.Error, StringComparison.Ordinal);
    }

    private static async Task<int> RowsAsync(SomeWarehouse warehouse, params string[] choice)
    {
        CommandLine run = await CommandLine.RunAsync(["read", "notes", "-w", warehouse.Path, "-o", "json", .. choice]);
        Assert.Equal((0, ""), (run.ExitCode, run.Error));
        return run.Out.Split(Environment.NewLine, StringSplitOptions.RemoveEmptyEntries).Length;
    }
}
