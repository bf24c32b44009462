using System.Text.Json;
using Mammoth.Migration.Plans;
using Mammoth.Migration.Reports;
using Mammoth.Migration.Runs;
using Mammoth.Orchestrations.Migrations;
using Mammoth.Tests.Fixtures;
using Mammoth.Tests.Migrations;
using Npgsql;

namespace Mammoth.Tests.Copying;

/// <summary>The tuner on a real table: copies that are quick take more and more chunks, every row is copied once, and the next run begins where this one ended.</summary>
public sealed class TunedCopyTests(PostgresFixture postgres)
{
    private const string Rows = "SELECT i, repeat(md5(i::text), 20) FROM generate_series(1, 300000) i";

    /// <summary>A chunk is 1,000 pages, and no table is small.</summary>
    private static readonly MigrationOptions Options = new() { Slots = 2, TargetFileSize = 1 << 20 };

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Sizes_move_and_every_row_is_copied_once()
    {
        string source = await Source($"CREATE TABLE t (id int PRIMARY KEY, note text); ALTER TABLE t ALTER note SET STORAGE PLAIN; INSERT INTO t {Rows}");
        using var warehouse = new MigrationWarehouse();
        TableReport table = Assert.Single((await warehouse.Migrate(source, Options, Cancellation)).Tables);
        Assert.Equal((Outcome.Published, 300_000, true), (table.Outcome, table.Rows, table.Verification!.Holds));
        Assert.True(table.Chunks >= 20, $"{table.Chunks} chunks");
        int[] first = Copies(warehouse, "public.t");
        Assert.InRange(first.Length, 3, table.Chunks - 4);
        Assert.Equal(1, first[0]);
        Assert.Contains(first, count => count > 1);
        BatchSizes learnt = Learnt(warehouse, "t");
        Assert.True(learnt.Bytes > 2 * 8_192_000, $"{learnt}");
        Assert.Equal(first.Length, learnt.Copies);

        // From its first copy on as large as the end of the table lets it.
        await Run(source, "INSERT INTO t VALUES (0, 'one more')");
        await warehouse.Migrate(source, Options, Cancellation);
        int[] second = Copies(warehouse, "public.t")[first.Length..];
        Assert.True(second[0] > 2, string.Join(' ', second));
        Assert.Equal(first.Length + second.Length, Learnt(warehouse, "t").Copies);
    }

    [Fact]
    public async Task Partitions_are_copied_together_and_each_row_once()
    {
        string parts = string.Join(";", Enumerable.Range(0, 30).Select(i => $"CREATE TABLE p{i} PARTITION OF p FOR VALUES FROM ({i * 1000}) TO ({(i + 1) * 1000})"));
        string source = await Source($"CREATE TABLE p (id int, note text) PARTITION BY RANGE (id); {parts}; INSERT INTO p SELECT i, 'note ' || i FROM generate_series(0, 29999) i");
        using var warehouse = new MigrationWarehouse();
        TableReport table = Assert.Single((await warehouse.Migrate(source, Options, Cancellation)).Tables);
        Assert.Equal((Outcome.Published, 30_000, true, 30), (table.Outcome, table.Rows, table.Verification!.Holds, table.Chunks));
        Assert.True(table.Files < 30, $"{table.Files} files");
    }

    /// <summary>How many chunks each copy took, in their order.</summary>
    private static int[] Copies(MigrationWarehouse warehouse, string table)
    {
        var copies = new List<int>();
        foreach (string run in Directory.EnumerateDirectories(Path.Combine(warehouse.Folder, "_mammoth", "runs")).Where(r => !Path.GetFileName(r).StartsWith('.')).Order(StringComparer.Ordinal))
        {
            copies.AddRange(Directory.EnumerateFiles(Path.Combine(run, "chunks"), "fold-*.json")
                .SelectMany(fold => JsonDocument.Parse(File.ReadAllBytes(fold)).RootElement.GetProperty("chunks").EnumerateArray().ToArray())
                .OrderBy(chunk => chunk.GetProperty("chunk").GetInt32())
                .Select(chunk => chunk.GetProperty("count").GetInt32()));
        }

        Assert.True(copies.Count > 0, $"Nothing of {table} was folded.");
        return [.. copies];
    }

    private static BatchSizes Learnt(MigrationWarehouse warehouse, string table) =>
        JsonSerializer.Deserialize<BatchSizes>(File.ReadAllBytes(Path.Combine(warehouse.Folder, "_mammoth", "sizes", "public", $"{table}.json")), RunFolder.Json)!;

    private async Task<string> Source(string sql)
    {
        string source = await postgres.CreateDatabaseAsync("tuned", Cancellation);
        await Run(source, sql);
        return source;
    }

    private static async Task Run(string source, string sql)
    {
        await using var connection = new NpgsqlConnection(source);
        await connection.OpenAsync(Cancellation);
        await using var command = new NpgsqlCommand(sql, connection) { CommandTimeout = 0 };
        await command.ExecuteNonQueryAsync(Cancellation);
    }
}
