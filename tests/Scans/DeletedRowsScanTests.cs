using Mammoth.Iceberg.Manifests;
using Mammoth.Iceberg.Metadata;
using Mammoth.Iceberg.Schemas;
using Mammoth.Tests.Data;
using Mammoth.Tests.Fixtures;

namespace Mammoth.Tests.Scans;

public sealed class DeletedRowsScanTests(Readers readers)
{
    private static readonly Schema Simple = new(0, [new(1, "id", true, PrimitiveType.Long), new(2, "name", false, PrimitiveType.String)], []);
    private static readonly PartitionSpec ByName = new(1, [new(2, 1000, "name", "identity")]);

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public static TheoryData<int> Seeds => [.. Enumerable.Range(1, 12)];

    [Theory]
    [MemberData(nameof(Seeds))]
    public async Task Rows_deleted_by_position_are_gone_for_the_scan_and_for_ClickHouse(int seed)
    {
        var random = new Random(seed);
        var source = new RandomRows(4000 + seed, columns: 6, depth: 2, forClickHouse: true);
        using var table = new LocalTable(source.Schema);
        var live = new List<object?[]>();
        var (a, b) = (source.Rows(300), source.Rows(random.Next(1, 100)));
        var files = new[] { await table.DataFile(a, rowGroupRows: 70), await table.DataFile(b) };
        await table.Commit(files);
        var deletes = new List<(string, long)>();
        foreach (var (rows, file) in new[] { (a, files[0]), (b, files[1]) })
            for (var i = 0; i < rows.Length; i++)
                if (random.Next(seed) == 0)
                    deletes.Add((file.FilePath, i));
                else
                    live.Add(rows[i]);
        // Some are deleted twice, in two files of two commits.
        await table.Commit(await table.PositionDeletes(deletes.Where((_, i) => i % 3 != 0)));
        await table.Commit(await table.PositionDeletes(deletes.Where((_, i) => i % 3 != 1)));
        Assert.Equal(table.Texts(live), await table.Scan(new() { BatchBytes = 3_000 }));
        var other = await ClickHouseText.Rows(readers, source.Schema, table.Path, Cancellation);
        Assert.Equal(table.Texts(live, nestedNullsEmpty: true), other.Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task Position_deletes_apply_to_files_of_the_same_commit_but_to_no_later_ones()
    {
        using var table = new LocalTable(Simple);
        var first = await table.DataFile([[1L, "a"], [2L, "b"]]);
        await table.Commit(first, await table.PositionDeletes([(first.FilePath, 0)]));
        Assert.Equal(["2|62"], await table.Scan());
        var late = new LocalTable(Simple);
        using (late)
        {
            var file = await late.DataFile([[1L, "a"]]);
            await late.Commit(await late.PositionDeletes([(file.FilePath, 0)]));
            await late.Commit(file);
            Assert.Equal(["1|61"], await late.Scan());
        }
    }

    [Fact]
    public async Task Deletes_of_another_partition_do_not_apply()
    {
        using var table = new LocalTable(Simple, ByName);
        Dictionary<int, object?> west = new() { [1000] = "west" }, east = new() { [1000] = "east" };
        var (w, e) = (await table.DataFile([[1L, "west"]], west), await table.DataFile([[2L, "east"]], east));
        await table.Commit(w, e);
        await table.Commit(await table.PositionDeletes([(w.FilePath, 0), (e.FilePath, 0)], east));
        Assert.Equal(["1|77657374"], await table.Scan());
        await table.Commit(await table.EqualityDeletes([1], [[1L]], east));
        Assert.Equal(["1|77657374"], await table.Scan());
        await table.Commit(await table.EqualityDeletes([1], [[1L]], west));
        Assert.Empty(await table.Scan());
    }

    [Fact]
    public async Task Equality_deletes_take_earlier_rows_of_equal_values_nulls_included()
    {
        using var table = new LocalTable(Simple);
        await table.Commit(await table.DataFile([[1L, "a"], [2L, null], [3L, "a"], [4L, "b"], [5L, null]]));
        await table.Commit(await table.EqualityDeletes([2], [["a"], [null]]), await table.DataFile([[6L, "a"]]));
        string[] expected = ["4|62", "6|61"];
        Assert.Equal(expected, await table.Scan());
        Assert.Equal(["4", "6"], await table.Scan(new() { Columns = ["id"] }));
        await table.Commit(await table.EqualityDeletes([1, 2], [[4L, "x"], [6L, "a"]]));
        Assert.Equal(["4|62"], await table.Scan());
        // By a column that is no more: the key is still found by its id.
        await table.Evolve(new Schema(1, [new(1, "id", true, PrimitiveType.Long)], []));
        Assert.Equal(["4"], await table.Scan());
    }

    [Fact]
    public async Task Deletes_by_the_old_type_of_a_widened_column_still_apply()
    {
        using var table = new LocalTable(new Schema(0, [new(1, "n", false, PrimitiveType.Int)], []));
        await table.Commit(await table.DataFile([[1], [2]]));
        await table.Commit(await table.EqualityDeletes([1], [[1]]));
        await table.Evolve(new Schema(1, [new(1, "n", false, PrimitiveType.Long)], []));
        Assert.Equal(["2"], await table.Scan());
    }

    [Fact]
    public async Task Deletes_that_are_not_understood_are_refused()
    {
        using var table = new LocalTable(Simple);
        await table.Commit(await table.DataFile([[1L, "a"]]));
        await table.Commit(new DataFile { Content = FileContentKind.PositionDeletes, FileFormat = "ORC", FilePath = "file:///x.orc", RecordCount = 1, FileSizeInBytes = 1 });
        var failure = await Assert.ThrowsAsync<NotSupportedException>(() => table.Scan());
        Assert.Contains("x.orc", failure.Message, StringComparison.Ordinal);
    }
}
