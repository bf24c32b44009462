using Apache.Arrow;
using Mammoth.Iceberg.Catalogs;
using Mammoth.Iceberg.Metadata;
using Mammoth.Iceberg.Scans;
using Mammoth.Migration.LargeValues;
using Mammoth.Migration.Plans;
using Mammoth.Migration.Reports;
using Mammoth.Migration.Verification;
using Mammoth.Postgres.Copy.LargeValues;
using Mammoth.Tests.Fixtures;
using Mammoth.Tests.Migrations;
using Mammoth.Tests.Postgres;

namespace Mammoth.Tests.LargeValues;

/// <summary>An object is part of its row: what became of it is found.</summary>
public sealed class LargeValueProofTests(PostgresFixture postgres) : IDisposable
{
    private static readonly MigrationOptions Options = new() { LargeValueBytes = LargeTable.Over, Include = ["public.files"] };
    private readonly MigrationWarehouse _warehouse = new();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public void Dispose() => _warehouse.Dispose();

    [Fact]
    public async Task Verify_finds_an_object_that_was_changed_cut_or_deleted_since()
    {
        await using SourceDatabase source = await LargeTable.CreateAsync(postgres, "large_damage");
        await _warehouse.Migrate(source.ConnectionString, Options, Cancellation);
        LargeValue value = (await LargeTable.ReferencesAsync(_warehouse.Store, await LargeTable.MetadataAsync(_warehouse.Store, _warehouse.Root)))["6.content"];
        string path = value.Location["file://".Length..];
        byte[] bytes = await File.ReadAllBytesAsync(path, Cancellation);
        byte[] changed = [.. bytes];
        changed[bytes.Length / 2] ^= 0x10;
        foreach (byte[]? damaged in new[] { changed, bytes[..^1], [.. bytes, 1], null })
        {
            File.Delete(path);
            if (damaged is not null)
                await File.WriteAllBytesAsync(path, damaged, Cancellation);
            TableProof proof = await ProveAsync();
            Assert.Contains(value.Location, proof.Problem, StringComparison.Ordinal);
        }

        await File.WriteAllBytesAsync(path, bytes, Cancellation);
        Assert.Null((await ProveAsync()).Problem);
    }

    [Fact]
    public async Task An_object_that_is_damaged_before_it_is_proven_is_not_published()
    {
        await using SourceDatabase source = await LargeTable.CreateAsync(postgres, "large_unproven");
        string damaged = "";
        _warehouse.Watching = e =>
        {
            // Each time a table is tried.
            if (e is not ProgressEvent.Verifying)
                return;
            damaged = Directory.GetFiles(Path.Combine(_warehouse.Folder, "public", "files", "data", "_large"), "*.bin").Order().First();
            using FileStream file = new(damaged, FileMode.Open, FileAccess.ReadWrite);
            file.Position = 77;
            file.WriteByte(0x55);
            file.WriteByte(0x55);
        };
        RunReport report = await _warehouse.Migrate(source.ConnectionString, Options, Cancellation);
        TableReport table = Assert.Single(report.Tables);
        Assert.Equal((Outcome.Failed, "verification"), (table.Outcome, table.ErrorCode));
        Assert.Contains(Path.GetFileName(damaged), table.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Values_come_back_as_streams_that_fail_at_their_end_where_they_are_not_what_was_written()
    {
        await using SourceDatabase source = await LargeTable.CreateAsync(postgres, "large_streams");
        await _warehouse.Migrate(source.ConnectionString, Options, Cancellation);
        SortedDictionary<string, byte[]> expected = await LargeTable.ExpectedAsync(source);
        TableMetadata table = await LargeTable.MetadataAsync(_warehouse.Store, _warehouse.Root);
        var scan = new LargeValueScan(_warehouse.Store, table);
        var found = new SortedDictionary<string, byte[]>(StringComparer.Ordinal);
        LargeValue? any = null;
        await foreach ((RecordBatch batch, IReadOnlyList<FoundLargeValue> values) in scan.Read(new ScanOptions(), Cancellation))
        {
            using (batch)
            {
                foreach (FoundLargeValue value in values)
                {
                    any = value.Value;
                    await using Stream content = await scan.Open(value.Value, Cancellation);
                    using var bytes = new MemoryStream();
                    await content.CopyToAsync(bytes, Cancellation);
                    found.Add($"{((Int32Array)batch.Column("id")).GetValue(value.Row)}.{value.Column}", bytes.ToArray());
                }
            }
        }

        Assert.Equal(expected, found);
        await Assert.ThrowsAsync<LargeValueException>(async () => await ReadAsync(any! with { Sha256 = new string('0', 64) }));
        await Assert.ThrowsAsync<LargeValueException>(async () => await ReadAsync(any! with { Bytes = any.Bytes - 1 }));
        await Assert.ThrowsAsync<LargeValueException>(async () => await ReadAsync(any! with { Location = table.CurrentSnapshot!.ManifestList! }));
        await Assert.ThrowsAsync<LargeValueException>(async () => await ReadAsync(any! with { Location = $"{table.Location}/data/_large/../../metadata/version-hint.text" }));

        async Task ReadAsync(LargeValue value)
        {
            await using Stream content = await scan.Open(value, Cancellation);
            await content.CopyToAsync(Stream.Null, Cancellation);
        }
    }

    private async Task<TableProof> ProveAsync()
    {
        StorageCatalog catalog = await StorageCatalog.Open(_warehouse.Store, _warehouse.Root, readOnly: true, Cancellation);
        return await PublishedProof.VerifyOne(_warehouse.Store, catalog, new("public", "files"), Cancellation);
    }
}
