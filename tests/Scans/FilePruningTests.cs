using Mammoth.Iceberg.Metadata;
using Mammoth.Iceberg.Scans;
using Mammoth.Iceberg.Schemas;
using Mammoth.Tests.Data;

namespace Mammoth.Tests.Scans;

public sealed class FilePruningTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public static TheoryData<int> Seeds => [.. Enumerable.Range(1, 10)];

    [Theory]
    [MemberData(nameof(Seeds))]
    public async Task No_file_is_left_out_that_has_a_row_asked_for(int seed)
    {
        var random = new Random(seed);
        var source = new RandomRows(5000 + seed, columns: 10, depth: 0);
        using var table = new LocalTable(source.Schema);
        var files = new Dictionary<string, object?[][]>();
        for (var i = 0; i < 10; i++)
        {
            var rows = source.Rows(random.Next(1, 4));
            var file = await table.DataFile(rows);
            files.Add(file.FilePath, rows);
            await table.Commit(file);
        }
        var pruned = 0;
        foreach (var (field, column) in source.Schema.Fields.Select((f, i) => (f, i)))
            foreach (var comparison in Enum.GetValues<Comparison>())
            {
                var value = Operand(field.Type, source.Value(field with { Required = true })!);
                if (value is float.NaN or double.NaN)
                    continue;
                var where = new ColumnPredicate(field.Name, comparison, comparison is Comparison.IsNull or Comparison.IsNotNull ? null : value);
                var planned = (await new TableScan(table.IO, table.Metadata, new() { Where = [where] }).Plan(Cancellation)).Select(t => t.File.FilePath).ToHashSet();
                foreach (var (path, rows) in files)
                    if (rows.Any(row => Holds(where, row[column] is { } v ? Operand(field.Type, v) : null)))
                        Assert.Contains(path, planned);
                pruned += files.Count - planned.Count;
            }
        Assert.True(pruned > 50, $"Only {pruned} files were left out.");
    }

    [Fact]
    public async Task Identity_partitions_leave_out_whole_manifests()
    {
        using var table = new LocalTable(
            new Schema(0, [new(1, "id", true, PrimitiveType.Long), new(2, "region", false, PrimitiveType.String)], []),
            new PartitionSpec(1, [new(2, 1000, "region", "identity")]));
        foreach (var region in new[] { "east", "north", "west", null })
            await table.Commit(await table.DataFile([[1L, region]], new Dictionary<int, object?> { [1000] = region }));
        async Task<int> Count(Comparison comparison, object? value) =>
            (await new TableScan(table.IO, table.Metadata, new() { Where = [new("region", comparison, value)] }).Plan(Cancellation)).Count;
        Assert.Equal(1, await Count(Comparison.Equal, "north"));
        Assert.Equal(2, await Count(Comparison.Less, "west"));
        Assert.Equal(2, await Count(Comparison.NotEqual, "west"));
        Assert.Equal(1, await Count(Comparison.IsNull, null));
        Assert.Equal(3, await Count(Comparison.IsNotNull, null));
        Assert.Equal(0, await Count(Comparison.Equal, "south"));
        // A manifest that is left out need not even be there.
        foreach (var manifest in Directory.GetFiles($"{table.Path}/metadata", "*.avro").Where(path => !Path.GetFileName(path).StartsWith("snap-", StringComparison.Ordinal)))
            File.Delete(manifest);
        Assert.Equal(0, await Count(Comparison.Equal, "south"));
        await Assert.ThrowsAsync<FileNotFoundException>(() => Count(Comparison.Equal, "north"));
    }

    private static object Operand(IcebergType type, object value) =>
        type is PrimitiveType { Kind: PrimitiveKind.Uuid } ? new Guid((byte[])value, bigEndian: true) : value;

    private static bool Holds(ColumnPredicate where, object? value)
    {
        if (value is null || where.Value is null)
            return value is null == (where.Comparison == Comparison.IsNull);
        if (value is float.NaN or double.NaN)
            return where.Comparison == Comparison.NotEqual;
        var order = (value, where.Value) is (float, float) or (double, double)
            ? Convert.ToDouble(value, null).CompareTo(Convert.ToDouble(where.Value, null))
            : ValueOrder.Compare(value, where.Value);
        return where.Comparison switch
        {
            Comparison.Equal => order == 0,
            Comparison.NotEqual => order != 0,
            Comparison.Less => order < 0,
            Comparison.LessOrEqual => order <= 0,
            Comparison.Greater => order > 0,
            _ => order >= 0,
        };
    }
}
