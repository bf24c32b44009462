using Mammoth.Iceberg.Catalogs;
using Mammoth.Iceberg.IO;
using Mammoth.Migration.Plans;
using Mammoth.Migration.Types;
using Mammoth.Migration.Verification;
using Mammoth.Tests.Fixtures;
using Mammoth.Tests.Migrations;
using Npgsql;

namespace Mammoth.Tests.Verification;

public sealed class PublishedProofTests(PostgresFixture postgres)
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Holds_for_what_was_published_and_finds_what_was_changed_since()
    {
        string source = await postgres.CreateDatabaseAsync("published_proof", Cancellation);
        await using (var connection = new NpgsqlConnection(source))
        {
            await connection.OpenAsync(Cancellation);
            await using var command = new NpgsqlCommand(
                """
                CREATE TABLE a (id int PRIMARY KEY, t text);
                CREATE TABLE b (id int PRIMARY KEY, d date);
                INSERT INTO a SELECT i, 'text ' || i FROM generate_series(1, 1000) i;
                INSERT INTO b SELECT i, CASE WHEN i = 7 THEN 'infinity'::date ELSE '2020-01-01' END FROM generate_series(1, 10) i;
                """,
                connection);
            await command.ExecuteNonQueryAsync(Cancellation);
        }

        using var warehouse = new MigrationWarehouse();
        await warehouse.Migrate(source, new MigrationOptions { Policy = TypePolicy.Quarantine }, Cancellation);
        Assert.Equal([("public.a", 1000L, true), ("public.b", 9L, true)], (await Proofs(warehouse)).Select(p => (p.Table, p.Rows, p.Holds)));

        string damaged = Directory.EnumerateFiles(Path.Combine(warehouse.Folder, "public", "a", "data"), "*.parquet").Single();
        byte[] bytes = await File.ReadAllBytesAsync(damaged, Cancellation);
        bytes[bytes.Length / 3] ^= 0x40;
        File.SetAttributes(damaged, FileAttributes.Normal);
        await File.WriteAllBytesAsync(damaged, bytes, Cancellation);
        foreach (string aside in Directory.EnumerateFiles(Path.Combine(warehouse.Folder, "mammoth", "quarantine", "data"), "*.parquet"))
        {
            File.Delete(aside);
        }

        IReadOnlyList<TableProof> after = await Proofs(warehouse);
        Assert.All(after, p => Assert.False(p.Holds, p.Table));
        Assert.All(after, p => Assert.NotEmpty(p.Problem!));
    }

    private static async Task<IReadOnlyList<TableProof>> Proofs(MigrationWarehouse warehouse)
    {
        var io = new LocalFileIO();
        StorageCatalog catalog = await StorageCatalog.Open(io, warehouse.Root, readOnly: true, Cancellation);
        var proofs = new List<TableProof>();
        await foreach (TableProof proof in PublishedProof.Verify(io, catalog, _ => true, Cancellation))
        {
            proofs.Add(proof);
        }

        return proofs;
    }
}
