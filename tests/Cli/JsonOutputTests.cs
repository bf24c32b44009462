using System.Text.Json;
using Mammoth.Migration.Plans;
using Mammoth.Migration.Reports;
using Mammoth.Migration.Runs;
using Mammoth.Tests.Fixtures;
using Mammoth.Tests.Iceberg;
using Npgsql;

namespace Mammoth.Tests.Cli;

/// <summary>Machines read one JSON document on standard output, whatever happens, and its fields keep their names and kinds.</summary>
public sealed class JsonOutputTests(PostgresFixture postgres)
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Every_command_prints_one_document_and_nothing_beside_it()
    {
        using TemporaryFolder folder = new();
        string source = await SourceAsync();
        string[][] lines =
        [
            ["plan", "--source", source, "--warehouse", folder.Path],
            ["migrate", "--source", source, "--warehouse", folder.Path],
            ["migrate", "--source", source, "--warehouse", folder.Path],
            ["plan", "--source", source, "--warehouse", folder.Path, "--verbose"],
            ["verify", "--warehouse", folder.Path],
            ["tables", "list", "--warehouse", folder.Path],
            ["tables", "schema", "shop.things", "--warehouse", folder.Path],
            ["tables", "snapshots", "shop.things", "--warehouse", folder.Path],
            ["tables", "files", "shop.things", "--warehouse", folder.Path],
        ];

        foreach (string[] line in lines)
        {
            CommandLine run = await CommandLine.RunAsync([.. line, "--output", "json"]);
            Assert.Equal((0, ""), (run.ExitCode, run.Error));
            using JsonDocument document = JsonDocument.Parse(run.Out);
            Assert.EndsWith("\n", run.Out, StringComparison.Ordinal);
            NoNulls(document.RootElement, string.Join(' ', line));
        }
    }

    [Fact]
    public async Task Every_failure_is_one_document_with_a_code_and_a_way_out()
    {
        using TemporaryFolder folder = new();
        using TemporaryFolder lake = new();
        string source = await SourceAsync();
        (await CommandLine.RunAsync("migrate", "--source", source, "--warehouse", lake.Path, "-o", "json")).EndedWell();
        string notADatabase = new NpgsqlConnectionStringBuilder(source) { Database = "nowhere" }.ConnectionString;
        (string Code, int Exit, string[] Line)[] failures =
        [
            ("usage", 64, ["plan", "--source", "nonsense"]),
            ("usage", 64, ["plan", "--source", source, "--include", "nothing.*"]),
            ("usage", 64, ["plan", "--source", source, "--config", Path.Combine(folder.Path, "no.json")]),
            ("usage", 64, ["tables", "schema", "nothing", "--warehouse", lake.Path]),
            ("usage", 64, ["tables", "files", "shop.things", "--tag", "nothing", "--warehouse", lake.Path]),
            ("usage", 64, ["tables", "list", "--warehouse", "ftp://example.com"]),
            ("usage", 64, ["verify", "--warehouse", lake.Path, "--include", "nothing.*"]),
            ("source", 2, ["plan", "--source", "Host=127.0.0.1;Port=1;Database=x;Username=u"]),
            ("source", 2, ["migrate", "--source", notADatabase, "--warehouse", folder.Path]),
            ("warehouse", 2, ["tables", "list", "--warehouse", Path.Combine(folder.Path, "nothing")]),
        ];

        foreach ((string code, int exit, string[] line) in failures)
        {
            CommandLine run = await CommandLine.RunAsync([.. line, "--output", "json"]);
            Assert.Equal(exit, run.ExitCode);
            using JsonDocument document = JsonDocument.Parse(run.Out);
            JsonElement error = document.RootElement.GetProperty("error");
            Assert.True(code == error.GetProperty("code").GetString(), $"{run.Out} of {string.Join(' ', line)}");
            Assert.NotEmpty(error.GetProperty("what").GetString()!);

            // A person who looks at the log finds the same.
            Assert.Contains(error.GetProperty("what").GetString()!.Split('\n')[0][..20], run.Error, StringComparison.Ordinal);
        }
    }

    /// <summary>Who builds on the plan finds these fields, of these kinds.</summary>
    [Fact]
    public async Task The_plan_keeps_its_contract()
    {
        string source = await SourceAsync();

        CommandLine run = await CommandLine.RunAsync("plan", "--source", source, "--output", "json");

        using JsonDocument document = JsonDocument.Parse(run.Out);
        JsonElement plan = document.RootElement;
        Fields(plan, ("database", JsonValueKind.String), ("serverVersion", JsonValueKind.Number), ("tables", JsonValueKind.Array), ("leftOut", JsonValueKind.Array), ("cycles", JsonValueKind.Array), ("notes", JsonValueKind.Array));
        JsonElement things = plan.GetProperty("tables").EnumerateArray().Single(t => t.GetProperty("name").GetString() == "things");
        Fields(things, ("index", JsonValueKind.Number), ("namespace", JsonValueKind.String), ("batch", JsonValueKind.Number), ("class", JsonValueKind.String), ("estimatedRows", JsonValueKind.Number), ("bytes", JsonValueKind.Number), ("columns", JsonValueKind.Array), ("chunkCount", JsonValueKind.Number), ("heaps", JsonValueKind.Array));
        Assert.Equal(("shop", "things"), (things.GetProperty("source").GetProperty("schema").GetString(), things.GetProperty("source").GetProperty("name").GetString()));
        JsonElement[] columns = [.. things.GetProperty("columns").EnumerateArray()];
        Assert.All(columns, c => Fields(c, ("source", JsonValueKind.String), ("name", JsonValueKind.String), ("sourceType", JsonValueKind.String), ("targetType", JsonValueKind.String), ("policy", JsonValueKind.String)));
        Assert.Equal(["id:integer:int", "span:interval:string", "day:date:date"], columns.Select(c => $"{c.GetProperty("source").GetString()}:{c.GetProperty("sourceType").GetString()}:{c.GetProperty("targetType").GetString()}"));
        Assert.True(columns[0].GetProperty("required").GetBoolean());
        Assert.Contains("no exact Iceberg type", columns[1].GetProperty("note").GetString(), StringComparison.Ordinal);
        Assert.Equal("string", columns[2].GetProperty("policy").GetString());
        Assert.Contains(plan.GetProperty("leftOut").EnumerateArray(), l => l.GetProperty("kind").GetString() == "view");
        Assert.Equal(2, plan.GetProperty("cycles")[0].GetArrayLength());

        // A foreign key's target comes first, and a circle is one batch.
        Dictionary<string, int> batches = plan.GetProperty("tables").EnumerateArray().ToDictionary(t => t.GetProperty("name").GetString()!, t => t.GetProperty("batch").GetInt32());
        Assert.True(batches["things"] < batches["parts"]);
        Assert.Equal(batches["egg"], batches["hen"]);

        // What is printed can be read back whole.
        MigrationPlan read = JsonSerializer.Deserialize<MigrationPlan>(run.Out, RunFolder.Json)!;
        Assert.True(JsonElement.DeepEquals(plan, JsonSerializer.SerializeToElement(read, RunFolder.Json)));
    }

    /// <summary>The same for the report of a run.</summary>
    [Fact]
    public async Task The_report_keeps_its_contract()
    {
        using TemporaryFolder folder = new();
        string source = await SourceAsync();

        CommandLine run = await CommandLine.RunAsync("migrate", "--source", source, "--warehouse", folder.Path, "--output", "json", "--run-id", "contract");

        using JsonDocument document = JsonDocument.Parse(run.Out);
        JsonElement report = document.RootElement;
        Fields(report, ("runId", JsonValueKind.String), ("source", JsonValueKind.String), ("warehouse", JsonValueKind.String), ("started", JsonValueKind.String), ("finished", JsonValueKind.String), ("consistency", JsonValueKind.String), ("snapshots", JsonValueKind.Array), ("tables", JsonValueKind.Array), ("tag", JsonValueKind.String));
        Assert.Equal(("contract", "database", "mammoth-contract"), (report.GetProperty("runId").GetString(), report.GetProperty("consistency").GetString(), report.GetProperty("tag").GetString()));
        foreach (JsonElement table in report.GetProperty("tables").EnumerateArray())
        {
            Fields(table, ("source", JsonValueKind.String), ("outcome", JsonValueKind.String), ("rows", JsonValueKind.Number), ("files", JsonValueKind.Number), ("location", JsonValueKind.String), ("metadataLocation", JsonValueKind.String), ("snapshotId", JsonValueKind.Number), ("verification", JsonValueKind.Object));
            JsonElement proof = table.GetProperty("verification");
            Assert.Equal(proof.GetProperty("sourceDigest").GetString(), proof.GetProperty("tableDigest").GetString());
            Assert.Equal(proof.GetProperty("sourceRows").GetInt64(), table.GetProperty("rows").GetInt64());
        }

        RunReport read = JsonSerializer.Deserialize<RunReport>(run.Out, RunFolder.Json)!;
        Assert.True(JsonElement.DeepEquals(report, JsonSerializer.SerializeToElement(read, RunFolder.Json)));

        // The file beside the page says the same.
        string written = await File.ReadAllTextAsync(Directory.EnumerateFiles(Path.Combine(folder.Path, "_mammoth", "runs", "contract"), "report*.json").Single(), Token);
        Assert.True(JsonElement.DeepEquals(report, JsonSerializer.Deserialize<JsonElement>(written)));
    }

    /// <summary>A snapshot's id is beyond what a JavaScript number holds; as JSON it is written whole.</summary>
    [Fact]
    public async Task Snapshot_ids_are_the_same_wherever_they_are_printed()
    {
        using SomeWarehouse warehouse = await SomeWarehouse.CreateAsync(Token);
        string listed = (await CommandLine.RunAsync("tables", "list", "-w", warehouse.Path, "-o", "json")).Out;
        string shown = (await CommandLine.RunAsync("tables", "snapshots", "notes", "-w", warehouse.Path)).Out;

        Assert.Contains($"\"snapshot\":{warehouse.Second}", listed, StringComparison.Ordinal);
        Assert.Contains($"{warehouse.Second}", shown, StringComparison.Ordinal);
        (await CommandLine.RunAsync("read", "notes", "-w", warehouse.Path, "--snapshot", $"{warehouse.First}")).EndedWell();
    }

    private static void Fields(JsonElement element, params (string Name, JsonValueKind Kind)[] fields)
    {
        foreach ((string name, JsonValueKind kind) in fields)
            Assert.True(element.TryGetProperty(name, out JsonElement value) && value.ValueKind == kind, $"{name} should be there as {kind}: {element.GetRawText()[..Math.Min(600, element.GetRawText().Length)]}");
    }

    /// <summary>What is not known is left out, never null: a reader needs one question only.</summary>
    private static void NoNulls(JsonElement element, string line)
    {
        Assert.True(element.ValueKind != JsonValueKind.Null, line);
        foreach (JsonElement inner in element.ValueKind switch { JsonValueKind.Array => element.EnumerateArray().ToArray(), JsonValueKind.Object => [.. element.EnumerateObject().Select(p => p.Value)], _ => [] })
            NoNulls(inner, line);
    }

    private async Task<string> SourceAsync()
    {
        string source = await postgres.CreateDatabaseAsync("json", Token);
        await using NpgsqlConnection connection = new(source);
        await connection.OpenAsync(Token);
        await using NpgsqlCommand command = new(
            """
            CREATE SCHEMA shop;
            CREATE TABLE shop.things (id int PRIMARY KEY, span interval, day date);
            CREATE TABLE shop.parts (id int PRIMARY KEY, thing int REFERENCES shop.things);
            CREATE TABLE shop.hen (id int PRIMARY KEY, egg int);
            CREATE TABLE shop.egg (id int PRIMARY KEY, hen int REFERENCES shop.hen);
            ALTER TABLE shop.hen ADD FOREIGN KEY (egg) REFERENCES shop.egg;
            CREATE VIEW shop.all_things AS SELECT * FROM shop.things;
            INSERT INTO shop.things VALUES (1, '1 day', '2026-01-01'), (2, NULL, NULL);
            INSERT INTO shop.parts VALUES (1, 1);
            """,
            connection);
        await command.ExecuteNonQueryAsync(Token);
        return source;
    }
}
