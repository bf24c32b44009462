using Mammoth.Iceberg.Metadata;
using Mammoth.Migration.Plans;
using Mammoth.Migration.Reports;
using Mammoth.Migration.Types;
using Mammoth.Migration.Verification;
using Mammoth.Postgres.Copy.LargeValues;
using Mammoth.Tests.Cli;
using Mammoth.Tests.EndToEnd.Running;
using Mammoth.Tests.Fixtures;
using Mammoth.Tests.Migrations;
using SourceDatabase = Mammoth.Tests.Postgres.SourceDatabase;

namespace Mammoth.Tests.LargeValues;

public sealed class LargeValueMigrationTests(PostgresFixture postgres, AzuriteFixture azurite, Readers readers)
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

        Assert.Equal(20, report.Tables.Single(t => t.Name == "files").LargeValues);
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

        // And the command brings the values back.
        string back = Path.Combine(warehouse.Folder, "back");
        CommandLine read = await CommandLine.RunAsync("read", "files", "-w", warehouse.Folder, "-o", "json", "--large-to", back);
        Assert.Equal((0, LargeTable.Rows), (read.ExitCode, read.Out.Split(Environment.NewLine, StringSplitOptions.RemoveEmptyEntries).Length));
        SortedDictionary<string, byte[]> expected = await LargeTable.ExpectedAsync(source);
        foreach ((string key, LargeValue reference) in references)
            Assert.True((await File.ReadAllBytesAsync(Path.Combine(back, Path.GetFileName(reference.Location)), Cancellation)).AsSpan().SequenceEqual(expected[key]), key);
        Assert.Equal(references.Count, Directory.GetFiles(back).Length);
        Assert.Equal(64, (await CommandLine.RunAsync("read", "files", "-w", warehouse.Folder, "--columns", "id", "--large-to", back)).ExitCode);

        RunReport again = await warehouse.Migrate(source.ConnectionString, Options, Cancellation);
        Assert.All(again.Tables, t => Assert.Equal(Outcome.Unchanged, t.Outcome));
        Assert.Equal(references.Values.Select(r => Path.GetFileName(r.Location)).Order(), Directory.EnumerateFiles(Path.Combine(warehouse.Folder, "public", "files", "data", "_large"), "*.bin").Select(Path.GetFileName).Order());
    }

    [Fact]
    public async Task They_are_objects_on_Azure_too()
    {
        await using SourceDatabase source = await LargeTable.CreateAsync(postgres, "large_azure");
        await source.ExecuteAsync("INSERT INTO files SELECT 1000, 'over several blocks', string_agg(noise(i, 10000), ''::bytea), 's', NULL, NULL FROM generate_series(1, 30) i");
        using var area = new MigrationArea(new Mammoth.Tests.EndToEnd.Running.SourceDatabase(source.ConnectionString), readers, await azurite.CreateContainer(Cancellation));
        RunReport report = (await area.Migrate("--large-values", "100000")).Expect(0).Report;
        Assert.All(report.Tables, t => Assert.True(t.Outcome == Outcome.Published && t.Verification!.Holds, $"{t.Source}: {t.Outcome} {t.Error}"));
        SortedDictionary<string, LargeValue> references = await LargeTable.ReferencesAsync(area.Warehouse.Io, await LargeTable.MetadataAsync(area.Warehouse.Io, area.Warehouse.Root));
        Assert.Equal(19_200_000, references["1000.content"].Bytes);
        await LargeTable.JudgeAsync(area.Warehouse.Io, await LargeTable.ExpectedAsync(source), references);
    }

    [Fact]
    public async Task Turned_off_a_table_has_its_values_in_place_and_may_change_between_runs()
    {
        await using SourceDatabase source = await LargeTable.CreateAsync(postgres, "large_off");
        using var warehouse = new MigrationWarehouse();
        string[] plain = ["id", "name", "content", "story", "document", "plain"];
        foreach ((MigrationOptions options, string[] more) in new[] { (new MigrationOptions { LargeValueBytes = 0 }, Array.Empty<string>()), (Options, ["content__large", "story__large", "document__large"]), (new MigrationOptions(), []) })
        {
            RunReport report = await warehouse.Migrate(source.ConnectionString, options, Cancellation);
            TableReport files = report.Tables.Single(t => t.Name == "files");
            Assert.True(files.Outcome == Outcome.Published && files.Verification!.Holds, files.Error);
            Assert.Equal([.. plain, .. more], (await LargeTable.MetadataAsync(warehouse.Store, warehouse.Root)).CurrentSchema.Fields.Select(f => f.Name));
            Assert.All(await Proofs(warehouse), p => Assert.True(p.Holds, $"{p.Table}: {p.Problem}"));
        }

        // What an older snapshot refers to is still found.
        CommandLine read = await CommandLine.RunAsync("read", "files", "-w", warehouse.Folder, "-o", "json", "--snapshot", $"{(await LargeTable.MetadataAsync(warehouse.Store, warehouse.Root)).Snapshots[1].SnapshotId}", "--large-to", Path.Combine(warehouse.Folder, "back"));
        Assert.True(read.ExitCode == 0, read.Error);
        Assert.Equal(20, Directory.GetFiles(Path.Combine(warehouse.Folder, "back")).Length);
    }

    [Fact]
    public async Task A_row_with_a_large_value_becomes_text_or_fails_loudly_but_is_never_set_aside()
    {
        await using SourceDatabase source = await LargeTable.CreateAsync(postgres, "large_unfit");
        await source.ExecuteAsync("CREATE TABLE dated (id int PRIMARY KEY, content bytea, d date); INSERT INTO dated SELECT i, noise(i, 3000), CASE WHEN i = 2 THEN 'infinity' ELSE '2020-01-01'::date END FROM generate_series(1, 3) i");
        using var warehouse = new MigrationWarehouse();
        MigrationOptions only = Options with { Include = ["public.dated"], OnError = OnError.Continue };
        TableReport text = Assert.Single((await warehouse.Migrate(source.ConnectionString, only, Cancellation)).Tables);
        Assert.True(text.Outcome == Outcome.Published && text.Verification!.Holds, text.Error);
        Assert.Equal(3, Directory.GetFiles(Path.Combine(warehouse.Folder, "public", "dated", "data", "_large"), "*.bin").Length);

        using var other = new MigrationWarehouse();
        TableReport aside = Assert.Single((await other.Migrate(source.ConnectionString, only with { Policy = TypePolicy.Quarantine }, Cancellation)).Tables);
        Assert.Equal(Outcome.Failed, aside.Outcome);
        Assert.Contains("public.dated, column d (date)", aside.Error, StringComparison.Ordinal);
        Assert.Contains("too large to be held", aside.Error, StringComparison.Ordinal);
        Assert.Empty(Directory.Exists(Path.Combine(other.Folder, "public", "dated", "data")) ? Directory.GetFiles(Path.Combine(other.Folder, "public", "dated", "data"), "*", SearchOption.AllDirectories) : []);
    }

    private static async Task<IReadOnlyList<TableProof>> Proofs(MigrationWarehouse warehouse)
    {
        var proofs = new List<TableProof>();
        await foreach (TableProof proof in PublishedProof.Verify(warehouse.Store, await Mammoth.Iceberg.Catalogs.StorageCatalog.Open(warehouse.Store, warehouse.Root, readOnly: true, Cancellation), _ => true, Cancellation))
            proofs.Add(proof);
        return proofs;
    }
}
