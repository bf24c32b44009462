using Mammoth.Iceberg.Catalogs;
using Mammoth.Iceberg.Data;
using Mammoth.Iceberg.Manifests;
using Mammoth.Iceberg.Metadata;
using Mammoth.Iceberg.Scans;
using Mammoth.Iceberg.Schemas;
using Mammoth.Tests.Data;
using Mammoth.Tests.Fixtures;

namespace Mammoth.Tests.Iceberg.Catalogs;

/// <summary>
/// Staging and committing a table's next snapshot by a process that is killed before or after each of its writes in turn, and by the one that follows it.
/// </summary>
public sealed class KilledStagingTests(Readers readers) : CatalogTests(null)
{
    private const string CommitId = "run-2";
    private static readonly TableIdentifier Id = new("public", "orders");
    private static readonly Schema Columns = new(0, [new(1, "id", true, PrimitiveType.Long), new(2, "name", false, PrimitiveType.String)], [1]);
    private static readonly object?[][] Old = [.. Enumerable.Range(0, 30).Select(i => new object?[] { (long)i, "old" })];
    private static readonly object?[][] New = [.. Enumerable.Range(0, 50).Select(i => new object?[] { (long)(1000 - i), i % 7 == 0 ? null : $"new {i}" })];
    private int _files;

    [Fact]
    public async Task Whenever_the_process_dies_the_next_one_ends_with_the_same_table()
    {
        var writes = await WritesOfOneRun();
        // Chunks, two manifests and a list, the metadata, the decision and its mirror: with fewer the test would not meet them.
        Assert.InRange(writes, 6, 20);
        for (var at = 0; at < writes; at++)
            foreach (var before in new[] { true, false })
                await KillAndFollow(at, before);
    }

    private async Task<int> WritesOfOneRun()
    {
        var (root, _) = await Prepared();
        var watched = new FaultyFileIO(Files);
        await Run(watched, root);
        return watched.Written.Count;
    }

    private async Task KillAndFollow(int at, bool before)
    {
        var (root, chunks) = await Prepared();
        var killed = new FaultyFileIO(Files);
        var count = 0;
        Task Kill(bool now)
        {
            killed.IsDead |= now;
            return now ? throw new IOException("The process was killed.") : Task.CompletedTask;
        }
        killed.BeforeWrite = _ => Kill(before && count == at);
        killed.AfterWrite = _ => Kill(count++ == at && !before);
        var died = await Record.ExceptionAsync(() => Run(killed, root));
        // Killed after the decision, in the mirror, the commit may already have been told.
        Assert.True(died is not null || killed.IsDead, $"The process lived through write {at}.");

        // Whatever was decided: a reader sees the old rows or the new ones, whole.
        var reader = await StorageCatalog.Open(Files, root, true, Cancellation);
        var seen = await Rows((await reader.Load(Id, Cancellation))!);
        Assert.True(seen.SequenceEqual(Texts(Old)) || seen.SequenceEqual(Texts(New)), $"After write {at} a reader sees {seen.Count} rows.");

        await Run(Files, root);
        var catalog = await StorageCatalog.Open(Files, root, false, Cancellation);
        Assert.Empty(catalog.Warnings);
        var table = (await catalog.Load(Id, Cancellation))!;
        Assert.Equal(Texts(New), await Rows(table));
        Assert.Equal(2, table.Version);
        Assert.Equal(2, table.Metadata.Snapshots.Count);
        Assert.Equal("overwrite", table.Metadata.CurrentSnapshot!.Operation);
        Assert.Equal(("50", "2", "30"), (table.Metadata.CurrentSnapshot.Summary["total-records"], table.Metadata.CurrentSnapshot.Summary["total-data-files"], table.Metadata.CurrentSnapshot.Summary["deleted-records"]));
        Assert.Equal(table.Metadata.CurrentSnapshotId, table.Metadata.FindSnapshot("mammoth-run-2")!.SnapshotId);
        Assert.Equal(Texts(Old), await Rows(table, table.Metadata.Snapshots[0].SnapshotId));
        Assert.Equal("2", await Text($"{table.Location}/metadata/version-hint.text"));
        Assert.Equal(await Text(table.MetadataLocation), await Text($"{table.Location}/metadata/v2.metadata.json"));
        // The chunks are still there: a second run of the same step reads them again.
        foreach (var chunk in chunks)
            Assert.NotNull(await Files.Read(chunk, Cancellation));
        if (at % 3 == 0)
            Assert.Equal(Texts(New), (await ClickHouseText.Rows(readers, Columns, Mammoth.Iceberg.IO.LocalPath.Of(table.Location), Cancellation)).Order(StringComparer.Ordinal));
    }

    // A warehouse whose table has one snapshot, and the chunks of the next.
    private async Task<(string Root, IReadOnlyList<string> Chunks)> Prepared()
    {
        var root = $"{Root}-{++_files}";
        var catalog = await StorageCatalog.Open(Files, root, false, Cancellation);
        var location = await catalog.LocationOf(Id, Cancellation);
        var staged = await new SnapshotStaging(Files, null, location, Columns).Replace([await Chunk(location, Old)], "mammoth-run-1", Nothing, Nothing, Cancellation);
        Assert.Equal(CommitOutcome.Committed, (await catalog.Commit([new(Id, staged.Requirements, staged.Updates)], "run-1", Cancellation)).Outcome);
        string[] chunks = [await Chunk(location, New[..20], "a"), await Chunk(location, New[20..], "b")];
        return (root, chunks);
    }

    // Stages on the state of now and commits under the same id: where the first one was decided, what this one staged is never seen.
    private static async Task Run(Mammoth.Iceberg.IO.IFileIO files, string root)
    {
        var catalog = await StorageCatalog.Open(files, root, false, Cancellation);
        var table = (await catalog.Load(Id, Cancellation))!;
        var location = table.Location;
        var staged = await new SnapshotStaging(files, table.Metadata, location, Columns).Replace(
            [$"{location}/chunks/a.avro", $"{location}/chunks/b.avro"], "mammoth-run-2", Nothing, Nothing, Cancellation);
        var result = await catalog.Commit([new(Id, staged.Requirements, staged.Updates)], CommitId, Cancellation);
        Assert.Equal(CommitOutcome.Committed, result.Outcome);
    }

    private async Task<string> Chunk(string location, object?[][] rows, string? name = null)
    {
        await using var writer = new DataFileWriter(Files, $"{location}/data/{++_files}.parquet", Columns);
        writer.Write(ArrowRows.ToBatch(Columns, rows));
        var file = await writer.Complete(Cancellation);
        await using var manifest = new ManifestWriter(Files, $"{location}/chunks/{name ?? $"{_files}"}.avro", Columns, PartitionSpec.Unpartitioned);
        manifest.Add(file);
        return (await manifest.Complete(Cancellation)).Path;
    }

    private static Dictionary<string, string> Nothing => [];

    private static List<string> Texts(object?[][] rows) => [.. rows.Select(row => RowText.Of(Columns, row)).Order(StringComparer.Ordinal)];

    private async Task<List<string>> Rows(LoadedTable table, long? snapshot = null)
    {
        var rows = new List<string>();
        await foreach (var batch in new TableScan(Files, table.Metadata, new() { SnapshotId = snapshot }).Read(Cancellation))
            using (batch)
                rows.AddRange(ArrowRows.FromBatch(Columns, batch).Select(row => RowText.Of(Columns, row)));
        rows.Sort(StringComparer.Ordinal);
        return rows;
    }
}
