using Mammoth.Iceberg.Catalogs;
using Mammoth.Migration.Reports;
using Mammoth.Migration.Runs;
using Mammoth.Migration.Types;
using Mammoth.Migration.Verification;
using Mammoth.Postgres.Copy;
using Mammoth.Tests.EndToEnd.Running;
using Mammoth.Tests.Fixtures;
using Mammoth.Tests.Migrations;

namespace Mammoth.Tests.Verification;

/// <summary>Proofs in parts of a file each, as those of tables are that one step could not read in time.</summary>
public sealed class DividedProofTests(PostgresFixture postgres) : IDisposable
{
    private const string Sql = """
        CREATE TABLE t (id int, d date) PARTITION BY RANGE (id);
        CREATE TABLE t_0 PARTITION OF t FOR VALUES FROM (0) TO (100);
        CREATE TABLE t_1 PARTITION OF t FOR VALUES FROM (100) TO (200);
        CREATE TABLE t_2 PARTITION OF t FOR VALUES FROM (200) TO (300);
        INSERT INTO t SELECT i, CASE WHEN i % 50 = 7 THEN 'infinity'::date ELSE '2020-01-01' END FROM generate_series(0, 299) i;
        """;

    private static readonly TableIdentifier Table = new("public", "t");

    private readonly MigrationWarehouse warehouse = new() { ProofBytes = 1 };

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public void Dispose() => warehouse.Dispose();

    [Fact]
    public async Task A_table_is_proven_with_its_quarantine_and_again_where_it_has_not_changed()
    {
        var source = await SourceDatabase.Create(postgres, "divided", Sql, Cancellation);
        var options = MigrationWarehouse.Apart with { Policy = TypePolicy.Quarantine };
        TableReport first = Assert.Single((await warehouse.Migrate(source.ConnectionString, options, Cancellation)).Tables);
        Assert.Equal((Outcome.Published, 294L, 6L), (first.Outcome, first.Rows, first.QuarantinedRows));
        Assert.Equal((300L, 300L), (first.Verification!.SourceRows, first.Verification.TableRows));
        TableReport second = Assert.Single((await warehouse.Migrate(source.ConnectionString, options, Cancellation)).Tables);
        Assert.Equal(Outcome.Unchanged, second.Outcome);
        Assert.True(second.Verification!.Holds);

        MigrationSite site = await warehouse.Site(source.ConnectionString, Cancellation);
        DividedTable divided = await Divide(site);
        Assert.Equal(3, divided.Parts.Count);
        Assert.True((await Judge(site, divided)).Holds);

        foreach (string aside in Directory.EnumerateFiles(Path.Combine(warehouse.Folder, "mammoth", "quarantine", "data"), "*.parquet"))
            File.Delete(aside);
        Assert.False((await Judge(site, divided)).Holds);
    }

    [Fact]
    public async Task A_proof_under_way_is_of_one_state_of_the_table_and_its_quarantine_whatever_is_published_meanwhile()
    {
        var source = await SourceDatabase.Create(postgres, "divided", Sql, Cancellation);
        var options = MigrationWarehouse.Apart with { Policy = TypePolicy.Quarantine };
        await warehouse.Migrate(source.ConnectionString, options, Cancellation);
        MigrationSite site = await warehouse.Site(source.ConnectionString, Cancellation);
        DividedTable before = await Divide(site);

        await source.Run("UPDATE t SET d = 'infinity' WHERE id = 100; DELETE FROM t WHERE id = 7", Cancellation);
        Assert.Equal(Outcome.Published, Assert.Single((await warehouse.Migrate(source.ConnectionString, options, Cancellation)).Tables).Outcome);

        DividedTable after = await Divide(site);
        Assert.NotEqual(before.Aside, after.Aside);
        Assert.Null((await Judge(site, before)).Problem);
        Assert.Null((await Judge(site, after)).Problem);
        Assert.False((await Judge(site, before with { Aside = after.Aside })).Holds);
    }

    [Fact]
    public async Task What_was_damaged_since_is_found_whichever_part_it_lies_in()
    {
        var source = await SourceDatabase.Create(postgres, "divided", Sql, Cancellation);
        await warehouse.Migrate(source.ConnectionString, MigrationWarehouse.Apart, Cancellation);
        MigrationSite site = await warehouse.Site(source.ConnectionString, Cancellation);
        DividedTable divided = await Divide(site);
        Assert.True((await Judge(site, divided)).Holds);
        foreach (string file in Directory.GetFiles(Path.Combine(warehouse.Folder, "public", "t", "data"), "*.parquet"))
        {
            byte[] whole = await File.ReadAllBytesAsync(file, Cancellation);
            File.Delete(file);
            Assert.False((await Judge(site, divided)).Holds);
            await File.WriteAllBytesAsync(file, whole, Cancellation);
        }

        Assert.True((await Judge(site, divided)).Holds);
    }

    [Fact]
    public async Task Large_values_count_as_what_there_is_to_read_and_are_proven_in_their_part()
    {
        warehouse.ProofBytes = 300_000;
        string partitions = string.Concat(Enumerable.Range(0, 10).Select(i => $"CREATE TABLE t_{i} PARTITION OF t FOR VALUES FROM ({i}) TO ({i + 1});"));
        var source = await SourceDatabase.Create(
            postgres, "divided", $"CREATE TABLE t (id int, v bytea) PARTITION BY RANGE (id); {partitions} INSERT INTO t SELECT i, convert_to(repeat(md5(i::text), 6250), 'UTF8') FROM generate_series(0, 9) i", Cancellation);
        TableReport table = Assert.Single((await warehouse.Migrate(source.ConnectionString, MigrationWarehouse.Apart with { LargeValueBytes = 100_000 }, Cancellation)).Tables);
        Assert.True(table.Outcome == Outcome.Published && table.Verification!.Holds, table.Error);

        MigrationSite site = await warehouse.Site(source.ConnectionString, Cancellation);
        DividedTable divided = await Divide(site);
        Assert.Equal(10, divided.Parts.Count);
        Assert.True((await Judge(site, divided)).Holds);
        foreach (string file in Directory.GetFiles(Path.Combine(warehouse.Folder, "public", "t", "data", "_large"), "*.bin"))
        {
            byte[] whole = await File.ReadAllBytesAsync(file, Cancellation);
            await File.WriteAllBytesAsync(file, [.. whole[..^1], 0], Cancellation);
            Assert.Contains(Path.GetFileName(file), (await Judge(site, divided)).Problem, StringComparison.Ordinal);
            await File.WriteAllBytesAsync(file, whole, Cancellation);
        }
    }

    [Fact]
    public async Task A_table_of_few_bytes_is_not_divided()
    {
        warehouse.ProofBytes = null;
        var source = await SourceDatabase.Create(postgres, "divided", Sql, Cancellation);
        await warehouse.Migrate(source.ConnectionString, MigrationWarehouse.Apart, Cancellation);
        (TableProof? proof, DividedTable? divided) = await DividedProof.VerifyOrDivide(await warehouse.Site(source.ConnectionString, Cancellation), Table, Cancellation);
        Assert.Null(divided);
        Assert.True(proof!.Holds);
    }

    private static async Task<DividedTable> Divide(MigrationSite site)
    {
        (TableProof? proof, DividedTable? divided) = await DividedProof.VerifyOrDivide(site, Table, Cancellation);
        Assert.Null(proof);
        return divided!;
    }

    private static async Task<TableProof> Judge(MigrationSite site, DividedTable table)
    {
        RowDigest sum = RowDigest.Empty;
        string? trouble = null;
        for (int part = 0; part < table.Parts.Count; part++)
        {
            (RowDigest? digest, string? problem) = await DividedProof.DigestPart(site, table, part, Cancellation);
            sum += digest ?? RowDigest.Empty;
            trouble ??= problem;
        }

        return await DividedProof.Judge(site, table, trouble is null ? sum.ToString() : null, trouble, Cancellation);
    }
}
