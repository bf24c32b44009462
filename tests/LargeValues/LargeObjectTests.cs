using Apache.Arrow;
using Mammoth.Iceberg.Catalogs;
using Mammoth.Iceberg.Metadata;
using Mammoth.Iceberg.Scans;
using Mammoth.Migration.Errors;
using Mammoth.Migration.LargeValues;
using Mammoth.Migration.Plans;
using Mammoth.Migration.Reports;
using Mammoth.Migration.Verification;
using Mammoth.Tests.Fixtures;
using Mammoth.Tests.Migrations;
using Mammoth.Tests.Postgres;

namespace Mammoth.Tests.LargeValues;

/// <summary>PostgreSQL's large objects, which rows name by number.</summary>
public sealed class LargeObjectTests(PostgresFixture postgres) : IDisposable
{
    private static readonly MigrationOptions Options = new()
    {
        LargeObjects = true,
        LargeValueBytes = LargeTable.Over,
        Tables = new Dictionary<string, TableSettings> { ["public.documents"] = new() { LargeObjects = ["other"] } },
    };

    private readonly MigrationWarehouse _warehouse = new();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public void Dispose() => _warehouse.Dispose();

    [Fact]
    public async Task Those_that_rows_name_are_copied_byte_for_byte_and_proven_with_them()
    {
        await using SourceDatabase source = await CreateAsync();
        TableReport table = Assert.Single((await _warehouse.Migrate(source.ConnectionString, Options, Cancellation)).Tables);
        Assert.True(table.Outcome == Outcome.Published && table.Verification!.Holds, table.Error);
        Assert.InRange(table.Chunks, 2, 100);
        TableMetadata metadata = await LargeTable.MetadataAsync(_warehouse.Store, _warehouse.Root, "documents");
        Assert.Equal(["id", "file", "other", "plain", "content", "file__large", "other__large", "content__large"], metadata.CurrentSchema.Fields.Select(f => f.Name));
        Dictionary<string, (long Number, byte[] Bytes)> found = await FoundAsync(metadata);

        // Rows 9 and 10 name nothing and what is not there.
        Assert.Equal(["1.file", "2.file", "3.file", "4.file", "5.file", "6.content", "6.file", "7.file", "8.file", "8.other"], found.Keys.Where(k => !k.StartsWith("10", StringComparison.Ordinal)).Order(StringComparer.Ordinal));
        Assert.Equal(3000, found.Keys.Count(k => k.StartsWith("10", StringComparison.Ordinal)));
        Assert.Equal([0, 1, (1 << 20) - 1, 1 << 20, (1 << 20) + 1, 3_500_000, 70 << 20], Enumerable.Range(1, 7).Select(i => found[$"{i}.file"].Bytes.Length));
        foreach ((string key, (long number, byte[] bytes)) in found.Where(f => f.Key.Length < 10 && f.Key != "6.content"))
        {
            Assert.True((await source.QueryAsync<byte[]>($"SELECT lo_get({number})")).AsSpan().SequenceEqual(bytes), key);
            Assert.Equal(number, await source.QueryAsync<uint>($"SELECT {key.Split('.')[1]}::oid FROM documents WHERE id = {key.Split('.')[0]}"));
        }

        Assert.Null((await ProveAsync()).Problem);

        // One that many rows of a chunk name is there once in it.
        Assert.InRange(Directory.GetFiles(Path.Combine(_warehouse.Folder, "public", "documents", "data", "_large"), "*.bin").Length, 11, 10 + table.Chunks);

        Assert.Equal(Outcome.Unchanged, Assert.Single((await _warehouse.Migrate(source.ConnectionString, Options, Cancellation)).Tables).Outcome);

        // An object that is changed in its place changes the table, though no row of it did.
        await source.ExecuteAsync("SELECT lo_put(file, 500000, 'changed') FROM documents WHERE id = 5");
        Assert.Equal(Outcome.Published, Assert.Single((await _warehouse.Migrate(source.ConnectionString, Options, Cancellation)).Tables).Outcome);
        found = await FoundAsync(await LargeTable.MetadataAsync(_warehouse.Store, _warehouse.Root, "documents"));
        Assert.Equal("changed", System.Text.Encoding.ASCII.GetString(found["5.file"].Bytes, 500_000, 7));
        Assert.Null((await ProveAsync()).Problem);

        string damaged = Directory.GetFiles(Path.Combine(_warehouse.Folder, "public", "documents", "data", "_large"), "*.bin").Single(f => new FileInfo(f).Length == 70 << 20 && File.GetLastWriteTimeUtc(f) == Directory.GetFiles(Path.GetDirectoryName(f)!, "*.bin").Where(o => new FileInfo(o).Length == 70 << 20).Max(File.GetLastWriteTimeUtc));
        using (FileStream file = new(damaged, FileMode.Open, FileAccess.ReadWrite))
        {
            file.Position = 5_000_000;
            int was = file.ReadByte();
            file.Position = 5_000_000;
            file.WriteByte((byte)(was ^ 1));
        }

        Assert.Contains(Path.GetFileName(damaged), (await ProveAsync()).Problem, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Unasked_for_they_stay_numbers_and_the_plan_says_so()
    {
        await using SourceDatabase source = await CreateAsync();
        MigrationPlan plan = await PlanAsync(source, new MigrationOptions());
        Assert.All(Assert.Single(plan.Tables).Columns, c => Assert.Null(c.LargeValues));
        Assert.Contains("--large-objects", plan.LeftOut.Single(l => l.Name.Name == "pg_largeobject").Reason, StringComparison.Ordinal);

        plan = await PlanAsync(source, new MigrationOptions { LargeObjects = true });
        Assert.Equal(["file"], plan.Tables[0].Columns.Where(c => c.LargeValues is { IsObject: true }).Select(c => c.Name));
        Assert.Contains("no copied column names", plan.LeftOut.Single(l => l.Name.Name == "pg_largeobject").Reason, StringComparison.Ordinal);

        UsageException wrong = await Assert.ThrowsAsync<UsageException>(() => PlanAsync(source, new MigrationOptions { Tables = new Dictionary<string, TableSettings> { ["*"] = new() { LargeObjects = ["content"] } } }));
        Assert.Contains("type bytea", wrong.Message, StringComparison.Ordinal);
    }

    private static Task<MigrationPlan> PlanAsync(SourceDatabase source, MigrationOptions options) =>
        CurrentPlan.Make(source.ConnectionString, new Dictionary<(string, string), TableMetadata>(), options, Cancellation);

    private async Task<SourceDatabase> CreateAsync()
    {
        SourceDatabase source = await SourceDatabase.CreateAsync(postgres, "large_objects");
        await source.ExecuteAsync(
            """
            CREATE DOMAIN lo AS oid;
            CREATE TABLE documents (id int PRIMARY KEY, file lo, other oid, plain oid, content bytea);
            CREATE TEMP TABLE piece AS SELECT string_agg(sha512(int8send(i)), ''::bytea) AS bytes FROM generate_series(1, 20000) i;
            INSERT INTO documents SELECT 1, lo_from_bytea(0, ''), NULL, 1;
            INSERT INTO documents SELECT i, lo_from_bytea(0, substring((SELECT string_agg(bytes, '') FROM piece, generate_series(1, 60)), 1, n)), NULL, 1
            FROM (VALUES (2, 1), (3, 1048575), (4, 1048576), (5, 1048577), (6, 3500000), (7, 73400320)) v(i, n);
            UPDATE documents SET content = substring(bytes, 1, 200000) FROM piece WHERE id = 6;
            INSERT INTO documents SELECT 8, lo_from_bytea(0, 'a'), lo_from_bytea(0, 'b'), lo_from_bytea(0, 'c'), NULL;
            INSERT INTO documents VALUES (9, NULL, NULL, NULL, NULL), (10, 99999999, 99999999, 99999999, NULL);
            INSERT INTO documents SELECT i, one.file, NULL, NULL, substring(bytes, i, 1000) FROM generate_series(1000000, 1002999) i, piece, (SELECT lo_from_bytea(0, 'shared by many') AS file OFFSET 0) one;
            """);
        return source;
    }

    private async Task<Dictionary<string, (long Number, byte[] Bytes)>> FoundAsync(TableMetadata metadata)
    {
        var scan = new LargeValueScan(_warehouse.Store, metadata);
        var found = new Dictionary<string, (long, byte[])>();
        await foreach ((RecordBatch batch, IReadOnlyList<FoundLargeValue> values) in scan.Read(new ScanOptions(), Cancellation))
        {
            using (batch)
            {
                foreach (FoundLargeValue value in values)
                {
                    await using Stream content = await scan.Open(value.Value, Cancellation);
                    using var bytes = new MemoryStream();
                    await content.CopyToAsync(bytes, Cancellation);
                    found.Add($"{((Int32Array)batch.Column("id")).GetValue(value.Row)}.{value.Column}", (batch.Column(value.Column) is Int64Array numbers ? numbers.GetValue(value.Row)!.Value : 0, bytes.ToArray()));
                }
            }
        }

        return found;
    }

    private async Task<TableProof> ProveAsync() =>
        await PublishedProof.VerifyOne(_warehouse.Store, await StorageCatalog.Open(_warehouse.Store, _warehouse.Root, readOnly: true, Cancellation), new("public", "documents"), Cancellation);
}
