using System.Diagnostics;
using System.Text;
using System.Text.Json.Nodes;
using Mammoth.Iceberg.Catalogs;
using Mammoth.Iceberg.IO;
using Mammoth.Iceberg.Metadata;
using Mammoth.Iceberg.Schemas;
using Mammoth.Migration.Reports;
using Mammoth.Tests.EndToEnd.Running;
using Mammoth.Tests.Fixtures;

namespace Mammoth.Tests.EndToEnd;

/// <summary>Somebody else changes a table between a run's plan and its commit: the run merges it or says why it can't, and neither's work is lost.</summary>
[LongRunning]
public sealed class ForeignCommitTests(PostgresFixture postgres, AzuriteFixture azurite, Readers readers)
{
    private static readonly TableIdentifier Orders = new("public", "orders");

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("commit-attempted", false)]
    [InlineData("catalog-write", true)]
    [InlineData("table-proven", false)]
    public async Task A_property_is_merged(string at, bool azure)
    {
        using var area = await Published(azure);

        var ended = await Migrate(area, at, table => [new SetProperties(new Dictionary<string, string> { ["owner"] = "somebody else" })]);

        var report = ended.Expect(0).Report;
        Assert.Equal(Outcome.Published, Assert.Single(report.Tables).Outcome);
        await area.JudgeAll(report);
        var table = await Load(area);
        Assert.Equal(("somebody else", 2), (table.Metadata.Properties["owner"], table.Metadata.Snapshots.Count));
    }

    [Theory]
    [InlineData("commit-attempted", false)]
    [InlineData("catalog-write", true)]
    public async Task A_snapshot_is_not_replaced_and_the_reason_names_it(string at, bool azure)
    {
        using var area = await Published(azure);
        var snapshot = Snapshot.NewId();

        var ended = await Migrate(area, at, table => Append(table, snapshot));

        ended.SaysTo(2, "public.orders was changed by somebody else", $"'main' is at snapshot {snapshot}");
        var table = await Load(area);
        Assert.Equal((snapshot, 2), (table.Metadata.CurrentSnapshotId, table.Metadata.Snapshots.Count));

        // The next run builds on it.
        var report = (await area.Migrate()).Expect(0).Report;
        await area.JudgeAll(report);
        Assert.Equal(3, (await Load(area)).Metadata.Snapshots.Count);
    }

    [Theory]
    [InlineData("commit-attempted", false)]
    [InlineData("catalog-write", true)]
    public async Task A_schema_is_not_overridden_and_the_reason_names_it(string at, bool azure)
    {
        using var area = await Published(azure);

        var ended = await Migrate(area, at, table =>
        {
            var schema = table.CurrentSchema;
            return [new AddSchema(schema with { Fields = [.. schema.Fields, new NestedField(table.LastColumnId + 1, "note", false, PrimitiveType.String)] }), new SetCurrentSchema(Update.LastAdded)];
        });

        ended.SaysTo(2, "public.orders was changed by somebody else", "its current schema is 1, expected 0");
        var table = await Load(area);
        Assert.Equal((1, 1), (table.Metadata.CurrentSchemaId, table.Metadata.Snapshots.Count));
        await area.JudgeAll((await area.Migrate()).Expect(0).Report);
    }

    [Fact]
    public async Task What_changes_while_rows_are_copied_is_found_when_the_table_is_staged()
    {
        using var area = await Published(azure: false);

        (await Migrate(area, "files-written", table => Append(table, Snapshot.NewId()))).SaysTo(2, "public.orders was changed in the warehouse while it was copied");

        await area.JudgeAll((await area.Migrate()).Expect(0).Report);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Who_writes_the_folder_and_asks_no_catalog_is_told_of_and_nothing_of_theirs_is_overwritten(bool azure)
    {
        using var area = await Published(azure);
        var theirs = "";
        var place = (await Load(area)).Location;

        var ended = await Stopped(area, "commit-attempted", async () =>
        {
            // As engines do that know a table by its folder alone: the next version, and the hint.
            var state = JsonNode.Parse((await area.Warehouse.Io.Read($"{place}/metadata/v1.metadata.json", Cancellation))!.Bytes.Span)!;
            state["properties"]!["owner"] = "somebody else";
            theirs = state.ToJsonString();
            await area.Warehouse.Io.Write($"{place}/metadata/v2.metadata.json", Encoding.UTF8.GetBytes(theirs), WriteCondition.IfAbsent, Cancellation);
        });

        ended.SaysTo(2, "v2.metadata.json exists and is not Mammoth's", "somebody else writes public.orders", "Stop the other writer");
        Assert.Equal(theirs, Encoding.UTF8.GetString((await area.Warehouse.Io.Read($"{place}/metadata/v2.metadata.json", Cancellation))!.Bytes.Span));
        Assert.Equal(1, (await Load(area)).Version);
    }

    [Fact]
    public async Task A_version_of_theirs_that_came_after_the_decision_is_told_as_a_warning_with_the_way_out()
    {
        using var area = await Published(azure: false);
        var place = (await Load(area)).Location;

        var ended = await Stopped(area, "catalog-written", async () => await area.Warehouse.Io.Write($"{place}/metadata/v2.metadata.json", "{}"u8.ToArray(), WriteCondition.IfAbsent, Cancellation));

        var report = ended.Expect(0).Report;
        var table = await Load(area);
        var warning = Assert.Single(report.Warnings, w => w.Message.Contains("v2.metadata.json is not what the catalog decided", StringComparison.Ordinal));
        Assert.EndsWith($"stop the other writer and restore the file from {table.MetadataLocation}.", warning.Message, StringComparison.Ordinal);
        Assert.Contains("is not what the catalog decided", ended.Errors, StringComparison.Ordinal);
        Assert.Equal((2, 2), (table.Version, table.Metadata.Snapshots.Count));
    }

    private async Task<MigrationArea> Published(bool azure)
    {
        var source = await SourceDatabase.Create(postgres, "foreign_commit", "CREATE TABLE orders AS SELECT i AS id, i * 2 AS amount FROM generate_series(1, 1000) i", Cancellation);
        var area = new MigrationArea(source, readers, azure ? await azurite.CreateContainer(Cancellation) : null);
        (await area.MigrateHere()).Expect(0);
        await source.Run("UPDATE orders SET amount = amount + 1 WHERE id % 10 = 0; INSERT INTO orders VALUES (1001, 1)", Cancellation);
        return area;
    }

    /// <summary>Runs the command, and makes a change through the catalog while it waits at a step.</summary>
    private static Task<Ended> Migrate(MigrationArea area, string at, Func<TableMetadata, IReadOnlyList<Update>> change) => Stopped(area, at, async () =>
    {
        var catalog = await StorageCatalog.Open(area.Warehouse.Io, area.Warehouse.Root, readOnly: false, Cancellation);
        var table = (await catalog.Load(Orders, Cancellation))!;
        var result = await catalog.Commit([new(Orders, [], change(table.Metadata))], $"{Guid.NewGuid()}", Cancellation);
        Assert.True(result.Outcome == CommitOutcome.Committed, result.Reason);
    });

    private static async Task<Ended> Stopped(MigrationArea area, string at, Func<Task> meanwhile)
    {
        var passed = Path.Combine(area.Folder, "passed.log");
        await using var process = MammothProcess.Start(["migrate", "--source", area.Source.ConnectionString, "--warehouse", area.Warehouse.Argument, "--output", "json"], new Dictionary<string, string>
        {
            ["XDG_DATA_HOME"] = Path.Combine(area.Folder, "state"),
            ["TMPDIR"] = area.Folder,
            ["MAMMOTH_FAILPOINTS"] = $"{at}=delay:5000",
            ["MAMMOTH_FAILPOINTS_LOG"] = passed,
        });
        while (!File.Exists(passed) || !(await ReadShared(passed)).Split('\n').Contains(at))
        {
            Assert.False(process.HasExited, process.HasExited ? $"{await process.End(Cancellation)}" : "");
            await Task.Delay(20, Cancellation);
        }

        var time = Stopwatch.StartNew();
        await meanwhile();
        Assert.True(time.Elapsed < TimeSpan.FromSeconds(4), "It came too late: the test shows nothing.");
        return await process.End(Cancellation);
    }

    private static async Task<string> ReadShared(string file)
    {
        await using var stream = new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
        using var reader = new StreamReader(stream);
        return await reader.ReadToEndAsync(Cancellation);
    }

    /// <summary>A snapshot with the files of the one before it: it is who made it that counts.</summary>
    private static Update[] Append(TableMetadata table, long id) =>
    [
        new AddSnapshot(table.CurrentSnapshot! with
        {
            SnapshotId = id,
            ParentSnapshotId = table.CurrentSnapshotId,
            SequenceNumber = table.LastSequenceNumber + 1,
            TimestampMs = DateTimeOffset.UtcNow.ToUnixTimeMilliseconds(),
            Summary = new Dictionary<string, string> { ["operation"] = "append" },
        }),
        new SetSnapshotRef("main", SnapshotRef.Branch(id)),
    ];

    private static async Task<LoadedTable> Load(MigrationArea area) =>
        (await (await StorageCatalog.Open(area.Warehouse.Io, area.Warehouse.Root, readOnly: true, Cancellation)).Load(Orders, Cancellation))!;
}
