using Mammoth.Iceberg.Metadata;
using Mammoth.Iceberg.Scans;
using Mammoth.Iceberg.Schemas;
using Mammoth.Tests.Data;
using Mammoth.Tests.Fixtures;

namespace Mammoth.Tests.Scans;

public sealed class TableScanTests(Readers readers)
{
    private static readonly Schema Simple = new(0, [new(1, "id", true, PrimitiveType.Long), new(2, "name", false, PrimitiveType.String)], [1]);

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public static TheoryData<int> Seeds => [.. Enumerable.Range(1, 15)];

    [Theory]
    [MemberData(nameof(Seeds))]
    public async Task ClickHouse_and_the_scan_read_the_same_rows_that_were_written(int seed)
    {
        var random = new RandomRows(3000 + seed, columns: 9, depth: 2, forClickHouse: true);
        using var table = new LocalTable(random.Schema);
        var (first, second) = (random.Rows(120), random.Rows(30));
        await table.Commit(await table.DataFile(first, rowGroupRows: 50));
        await table.Commit(await table.DataFile(second));
        Assert.Equal(table.Texts([.. first, .. second]), await table.Scan());
        var other = await ClickHouseText.Rows(readers, random.Schema, table.Path, Cancellation);
        Assert.Equal(table.Texts([.. first, .. second], nestedNullsEmpty: true), other.Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task A_table_without_a_snapshot_has_no_rows()
    {
        using var table = new LocalTable(Simple);
        Assert.Empty(await table.Scan());
    }

    [Fact]
    public async Task Earlier_states_are_read_by_snapshot_time_and_tag()
    {
        using var table = new LocalTable(Simple);
        var first = await table.Commit(await table.DataFile([[1L, "a"]]));
        await table.Commit(await table.DataFile([[2L, "b"]]));
        table.Metadata = table.Metadata with { Refs = new Dictionary<string, SnapshotRef>(table.Metadata.Refs) { ["before"] = SnapshotRef.Tag(first.SnapshotId) } };
        Assert.Equal(2, (await table.Scan()).Count);
        Assert.Equal(["1|61"], await table.Scan(new ScanOptions { SnapshotId = first.SnapshotId }));
        Assert.Equal(["1|61"], await table.Scan(new ScanOptions { Reference = "before" }));
        Assert.Equal(["1|61"], await table.Scan(new ScanOptions { AsOf = DateTimeOffset.FromUnixTimeMilliseconds(first.TimestampMs + 999) }));
        Assert.Equal(2, (await table.Scan(new ScanOptions { Reference = "main" })).Count);
    }

    [Fact]
    public async Task What_is_not_there_is_said_by_name()
    {
        using var table = new LocalTable(Simple);
        await table.Commit(await table.DataFile([[1L, "a"]]));
        TableScan Scan(ScanOptions options) => new(table.IO, table.Metadata, options);
        Assert.Contains("'gone'", Assert.Throws<ArgumentException>(() => Scan(new() { Reference = "gone" })).Message, StringComparison.Ordinal);
        Assert.Contains("42", Assert.Throws<ArgumentException>(() => Scan(new() { SnapshotId = 42 })).Message, StringComparison.Ordinal);
        Assert.Contains("'nme'", Assert.Throws<ArgumentException>(() => Scan(new() { Columns = ["nme"] })).Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentException>(() => Scan(new() { AsOf = DateTimeOffset.UnixEpoch }));
        Assert.Throws<ArgumentException>(() => Scan(new() { Reference = "main", SnapshotId = 42 }));
        Assert.Throws<ArgumentException>(() => Scan(new() { Where = [new("id", Comparison.Equal, "text")] }));
    }

    [Fact]
    public async Task Columns_come_in_the_order_asked_for()
    {
        using var table = new LocalTable(Simple);
        await table.Commit(await table.DataFile([[1L, "a"], [2L, null]]));
        Assert.Equal(["61|1", "null|2"], await table.Scan(new ScanOptions { Columns = ["name", "id"] }));
        Assert.Equal(["61", "null"], await table.Scan(new ScanOptions { Columns = ["name"] }));
    }

    [Fact]
    public async Task The_current_state_has_the_current_schema_and_earlier_ones_that_of_their_time()
    {
        using var table = new LocalTable(Simple);
        var first = await table.Commit(await table.DataFile([[1L, "a"]]));
        await table.Evolve(new Schema(1, [new(3, "extra", false, PrimitiveType.Int), new(2, "title", false, PrimitiveType.String), new(1, "id", true, PrimitiveType.Long)], [1]));
        await table.Commit(await table.DataFile([[7, "b", 2L]]));
        Assert.Equal(["7|62|2", "null|61|1"], await table.Scan());
        Assert.Equal(["1|61"], await table.Scan(new ScanOptions { SnapshotId = first.SnapshotId }));
        Assert.Equal(["7|62|2", "null|61|1"], (await ClickHouseText.Rows(readers, table.Metadata.CurrentSchema, table.Path, Cancellation)).Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task An_identity_partition_fills_in_for_a_column_its_files_lack()
    {
        using var table = new LocalTable(Simple, new PartitionSpec(1, [new(3, 1000, "region", "identity")]));
        var file = await table.DataFile([[1L, "a"]], new Dictionary<int, object?> { [1000] = "west" });
        table.Metadata = table.Metadata with { Schemas = [new Schema(0, [.. Simple.Fields, new(3, "region", true, PrimitiveType.String)], [])] };
        await table.Commit(file);
        Assert.Equal(["1|61|77657374"], await table.Scan());
    }

    [Fact]
    public async Task A_lost_data_file_is_an_error_not_fewer_rows()
    {
        using var table = new LocalTable(Simple);
        var file = await table.DataFile([[1L, "a"]]);
        await table.Commit(file);
        await table.IO.Delete(file.FilePath, Cancellation);
        var failure = await Assert.ThrowsAsync<FileNotFoundException>(() => table.Scan());
        Assert.Contains(file.FilePath[^10..], failure.Message, StringComparison.Ordinal);
    }
}
