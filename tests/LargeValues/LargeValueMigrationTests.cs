using Mammoth.Iceberg.Metadata;
using Mammoth.Iceberg.Schemas;
using Mammoth.Migration.Plans;
using Mammoth.Migration.Reports;
using Mammoth.Migration.Verification;
using Mammoth.Postgres.Copy.LargeValues;
using Mammoth.Tests.Fixtures;
using Mammoth.Tests.Migrations;
using Mammoth.Tests.Postgres;

namespace Mammoth.Tests.LargeValues;

public sealed class LargeValueMigrationTests(PostgresFixture postgres, Readers readers)
{
    private static readonly MigrationOptions Options = new() { LargeValueBytes = LargeTable.Over };

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Large_values_are_objects_with_exactly_the_bytes_of_the_source_and_everything_is_proven()
    {
        await using SourceDatabase source = await LargeTable.CreateAsync(postgres, "large_values");
        using var warehouse = new MigrationWarehouse();
        RunReport report = await warehouse.Migrate(source.ConnectionString, Options, Cancellation);
        Assert.All(report.Tables, t => Assert.True(t.Outcome == Outcome.Published && t.Verification!.Holds, $"{t.Source}: {t.Outcome} {t.Error}"));

        TableMetadata table = await LargeTable.MetadataAsync(warehouse.Store, warehouse.Root);
        Assert.Equal(["id", "name", "content", "story", "document", "plain", "content__large", "story__large", "document__large"], table.CurrentSchema.Fields.Select(f => f.Name));
        Assert.Equal(["id", "name"], table.CurrentSchema.Fields.Where(f => f.Required).Select(f => f.Name));
        SortedDictionary<string, LargeValue> references = await LargeTable.ReferencesAsync(warehouse.Store, table);
        Assert.Equal(10 + 6 + 4, references.Count);
        await LargeTable.JudgeAsync(warehouse.Store, await LargeTable.ExpectedAsync(source), references);
        Assert.Equal(["id", "content"], (await LargeTable.MetadataAsync(warehouse.Store, warehouse.Root, "small")).CurrentSchema.Fields.Select(f => f.Name));
        Assert.All(await Proofs(warehouse), p => Assert.True(p.Holds, $"{p.Table}: {p.Problem}"));

        // Engines that know nothing of it see a null and the reference.
        ReaderRows clickHouse = await readers.ClickHouse(
            $"SELECT id, isNull(content), content__large.location, content__large.bytes, content__large.sha256 FROM icebergLocal('{warehouse.Folder}/public/files') ORDER BY id",
            warehouse.Folder, Cancellation);
        Assert.Equal(LargeTable.Rows, clickHouse.Rows.Count);
        ReaderRows duck = await readers.DuckDb($"SELECT id, content__large.location, content__large.bytes, content__large.sha256, octet_length(content) FROM '{warehouse.Folder}/public/files/data/*.parquet' ORDER BY id", Cancellation);
        for (int i = 0; i < LargeTable.Rows; i++)
        {
            LargeValue? reference = references.GetValueOrDefault($"{i + 1}.content");
            string?[] parts = [reference?.Location, reference?.Bytes.ToString(System.Globalization.CultureInfo.InvariantCulture), reference?.Sha256];
            Assert.Equal(parts, duck.Rows[i].Skip(1).Take(3));
            Assert.Equal(reference is not null || (i + 1) % 4 == 0 ? null : "64", duck.Rows[i][4]);
            Assert.Equal(reference is not null || (i + 1) % 4 == 0 ? "1" : "0", clickHouse.Rows[i][1]);
            if (reference is not null)
                Assert.Equal(parts, clickHouse.Rows[i].Skip(2));
        }

        RunReport again = await warehouse.Migrate(source.ConnectionString, Options, Cancellation);
        Assert.All(again.Tables, t => Assert.Equal(Outcome.Unchanged, t.Outcome));
        Assert.Equal(references.Values.Select(r => Path.GetFileName(r.Location)).Order(), Directory.EnumerateFiles(Path.Combine(warehouse.Folder, "public", "files", "data", "_large"), "*.bin").Select(Path.GetFileName).Order());
    }

    private static async Task<IReadOnlyList<TableProof>> Proofs(MigrationWarehouse warehouse)
    {
        var proofs = new List<TableProof>();
        await foreach (TableProof proof in PublishedProof.Verify(warehouse.Store, await Mammoth.Iceberg.Catalogs.StorageCatalog.Open(warehouse.Store, warehouse.Root, readOnly: true, Cancellation), _ => true, Cancellation))
            proofs.Add(proof);
        return proofs;
    }
}
