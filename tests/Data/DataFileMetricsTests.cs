using System.Runtime.InteropServices;
using System.Text;
using Mammoth.Iceberg.Data;
using Mammoth.Iceberg.IO;
using Mammoth.Iceberg.Manifests;
using Mammoth.Iceberg.Schemas;
using Mammoth.Tests.Iceberg;

namespace Mammoth.Tests.Data;

public sealed class DataFileMetricsTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public static TheoryData<int> Seeds => [.. Enumerable.Range(1, 60)];

    [Theory]
    [MemberData(nameof(Seeds))]
    public async Task Counts_and_bounds_are_what_the_rows_say(int seed)
    {
        var table = new RandomRows(seed, columns: 12, depth: 2);
        var rows = table.Rows(seed * 3);
        var file = await Write(table.Schema, rows, new DataFileOptions { RowGroupRows = 50 });
        Assert.Equal(rows.Length, file.RecordCount);
        var leaves = table.Schema.Fields.SelectMany((field, i) => Leaves(field, [.. rows.Select(row => row[i])])).ToList();
        Assert.Equal(leaves.Select(leaf => leaf.Field.Id).Order(), file.ValueCounts!.Keys.Order());
        foreach (var (field, values) in leaves)
        {
            var there = values.Where(v => v is not (null or float.NaN or double.NaN)).Select(v => Comparable(field.Type, v!)).Order(ByValue).ToList();
            Assert.Equal(rows.Length, file.ValueCounts[field.Id]);
            Assert.Equal(values.Count(v => v is null), file.NullValueCounts![field.Id]);
            Assert.Equal(
                field.Type is PrimitiveType { Kind: PrimitiveKind.Float or PrimitiveKind.Double } ? values.Count(v => v is float.NaN or double.NaN) : null,
                file.NanValueCounts!.TryGetValue(field.Id, out var nans) ? (int?)nans : null);
            Assert.Equal(there.Count == 0 ? null : Bound(field.Type, there[0], upper: false), file.LowerBounds!.GetValueOrDefault(field.Id));
            Assert.Equal(there.Count == 0 ? null : Bound(field.Type, there[^1], upper: true), file.UpperBounds!.GetValueOrDefault(field.Id));
        }
    }

    [Fact]
    public async Task Sizes_and_offsets_are_those_in_the_file()
    {
        var table = new RandomRows(7);
        var file = await Write(table.Schema, table.Rows(400), new DataFileOptions { RowGroupRows = 150 });
        var path = LocalPath.Of(file.FilePath);
        var chunks = DuckText.Query(
            $"SELECT row_group_id, total_compressed_size, coalesce(dictionary_page_offset, data_page_offset) FROM parquet_metadata('{path}')");
        Assert.Equal(new FileInfo(path).Length, file.FileSizeInBytes);
        Assert.Equal(3, file.SplitOffsets!.Count);
        Assert.Equal(chunks.GroupBy(c => c[0]).Select(g => g.Min(c => Convert.ToInt64(c[2], null))).Order(), file.SplitOffsets);
        Assert.Equal(chunks.Sum(c => Convert.ToInt64(c[1], null)), file.ColumnSizes!.Values.Sum());
    }

    [Fact]
    public async Task Zeros_of_both_signs_are_between_the_bounds_of_both()
    {
        var schema = new Schema(0, [new(1, "f", false, PrimitiveType.Float), new(2, "d", false, PrimitiveType.Double)], []);
        var file = await Write(schema, [[0f, -0d], [float.NaN, double.NaN]]);
        Assert.Equal([0, 0, 0, 0x80], file.LowerBounds![1]);
        Assert.Equal([0, 0, 0, 0], file.UpperBounds![1]);
        Assert.Equal([0, 0, 0, 0, 0, 0, 0, 0x80], file.LowerBounds[2]);
        Assert.Equal(new byte[8], file.UpperBounds[2]);
    }

    [Fact]
    public async Task Long_texts_have_bounds_and_unboundable_ones_have_no_upper_bound()
    {
        var schema = new Schema(0, [new(1, "s", false, PrimitiveType.String), new(2, "b", false, PrimitiveType.Binary)], []);
        var highest = string.Concat(Enumerable.Repeat("\U0010FFFF", 20_000));
        var file = await Write(schema, [[highest, Enumerable.Repeat((byte)0xFF, 100_000).ToArray()], [new string('x', 100_000), new byte[100_000]]]);
        Assert.Equal(Encoding.UTF8.GetBytes(new string('x', 16)), file.LowerBounds![1]);
        Assert.Equal(new byte[16], file.LowerBounds[2]);
        Assert.Empty(file.UpperBounds!);
    }

    /// <summary>Parquet keeps no statistics of a row group whose lowest or highest value is long.</summary>
    [Theory]
    [MemberData(nameof(Seeds))]
    public async Task Bounds_are_those_of_all_values_wherever_the_long_ones_are(int seed)
    {
        var random = new Random(seed);
        var (longAt, often, empty) = (random.Next(300), random.Next(2) == 0 ? 2 : 60, random.Next(4) == 0);
        var schema = new Schema(0, [.. Texts.Fields, new(3, "r", false, new StructType([new(4, "t", false, PrimitiveType.String)]))], []);
        object?[][] rows = [.. Enumerable.Range(0, 300).Select(i => i >= longAt && random.Next(often) == 0 ? Value(random, 4096, 4097, 10_000) : empty ? Value(random, 0, 9, 4095) : Value(random, 9, 20, 4095))];
        // In the slot of each kind of extreme, a long value and a short one.
        foreach (var (first, length) in new[] { ('A', 9), ('A', 5000), ('~', 9), ('~', 5000) }.Where(_ => random.Next(2) == 0))
            rows[random.Next(300)] = Both(first + Letters(random, length));
        var file = await Write(schema, [.. rows.Select(r => (object?[])[.. r, r[0] is null ? null : new[] { r[0] }])], new DataFileOptions { RowGroupRows = 120 });
        foreach (var field in Texts.Fields)
        {
            var there = rows.Select(r => r[field.Id - 1]).OfType<object>().Order(ByValue).ToList();
            Assert.Equal(Bound(field.Type, there[0], upper: false), file.LowerBounds![field.Id]);
            Assert.Equal(Bound(field.Type, there[^1], upper: true), file.UpperBounds![field.Id]);
        }
        Assert.Equal(file.LowerBounds![1], file.LowerBounds[4]);
        Assert.Equal(file.UpperBounds![1], file.UpperBounds[4]);
        Assert.InRange(file.SplitOffsets!.Count, 3, 4);
    }

    [Fact]
    public async Task A_row_group_ends_once_before_long_values_that_come_behind_short_ones()
    {
        object?[][] rows = [.. Enumerable.Range(0, 700).Select(i => Both(i > 300 && i % 10 == 0 ? new string('z', 5000) : i == 5 ? "a" : "k"))];
        var file = await Write(Texts, rows);
        Assert.Equal(2, file.SplitOffsets!.Count);
        Assert.Equal(["a"u8.ToArray(), "a"u8.ToArray()], file.LowerBounds!.Values);
        Assert.Single((await Write(Texts, [.. rows.Where((_, i) => i <= 300)], name: "short")).SplitOffsets!);
        Assert.Single((await Write(Texts, [Both(new string('z', 5000)), .. rows], name: "first")).SplitOffsets!);
    }

    /// <summary>What lies in the slot of a null is no value, however long.</summary>
    [Fact]
    public async Task A_slot_that_no_row_has_does_not_end_a_row_group_before_each_batch()
    {
        var schema = new Schema(0, [new(1, "s", false, PrimitiveType.String)], []);
        byte[] bytes = [.. "k"u8, .. new byte[5000]];
        int[] offsets = [0, 1, 5001];
        var texts = new Apache.Arrow.StringArray(2, new(MemoryMarshal.AsBytes<int>(offsets).ToArray()), new(bytes), new(new byte[] { 0b01 }), 1);
        using var batch = new Apache.Arrow.RecordBatch(new Apache.Arrow.Schema([new("s", Apache.Arrow.Types.StringType.Default, true)], null), [texts], 2);
        await using var writer = new DataFileWriter(new LocalFileIO(), $"{_folder.Location}/slots.parquet", schema);
        for (var i = 0; i < 5; i++)
            writer.Write(batch);
        var file = await writer.Complete(Cancellation);
        Assert.Equal(2, file.SplitOffsets!.Count);
        Assert.Equal(5, file.NullValueCounts![1]);
        Assert.Equal("k"u8.ToArray(), file.LowerBounds![1]);
        Assert.Equal("k"u8.ToArray(), file.UpperBounds![1]);
    }

    [Fact]
    public async Task Empty_values_are_bounds_too()
    {
        var file = await Write(Texts, [.. Enumerable.Range(0, 250).Select(i => i < 120 ? Both("") : [null, Encoding.UTF8.GetBytes("x")])], new DataFileOptions { RowGroupRows = 100 });
        Assert.Equal([[], []], file.LowerBounds!.Values);
        Assert.Equal([[], "x"u8.ToArray()], file.UpperBounds!.Values);
    }

    [Fact]
    public async Task Uuids_are_ordered_by_their_bytes_from_the_front()
    {
        var schema = new Schema(0, [new(1, "u", false, PrimitiveType.Uuid)], []);
        byte[][] values = [Uuid("00ffffff-0000-0000-0000-000000000000"), Uuid("ff000000-0000-0000-0000-000000000000"), Uuid("7f000000-ffff-0000-0000-000000000000")];
        var file = await Write(schema, [.. values.Select(v => new object?[] { v })]);
        Assert.Equal(values[0], file.LowerBounds![1]);
        Assert.Equal(values[1], file.UpperBounds![1]);
    }

    public void Dispose() => _folder.Dispose();

    private static Schema Texts { get; } = new(0, [new(1, "s", false, PrimitiveType.String), new(2, "b", false, PrimitiveType.Binary)], []);

    /// <summary>A value of one of these lengths as text and as bytes, or null.</summary>
    private static object?[] Value(Random random, params int[] lengths) => random.Next(5) == 0 ? [null, null] : Both(Letters(random, lengths[random.Next(lengths.Length)]));

    private static string Letters(Random random, int length) => string.Concat(Enumerable.Range(0, length).Select(_ => (char)('a' + random.Next(26))));

    private static object?[] Both(string text) => [text, Encoding.UTF8.GetBytes(text)];

    private static byte[] Uuid(string text) => Guid.Parse(text).ToByteArray(bigEndian: true);

    private async Task<DataFile> Write(Schema schema, object?[][] rows, DataFileOptions? options = null, string name = "f")
    {
        await using var writer = new DataFileWriter(new LocalFileIO(), $"{_folder.Location}/{name}.parquet", schema, options);
        foreach (var part in rows.Chunk(70))
            writer.Write(ArrowRows.ToBatch(schema, part));
        return await writer.Complete(Cancellation);
    }

    // The primitive fields outside lists and maps; below a null struct all is null.
    private static IEnumerable<(NestedField Field, object?[] Values)> Leaves(NestedField field, object?[] values) => field.Type switch
    {
        ListType or MapType => [],
        StructType s => s.Fields.SelectMany((child, i) => Leaves(child, [.. values.Select(v => ((object?[]?)v)?[i])])),
        _ => [(field, values)],
    };

    private static object Comparable(IcebergType type, object value) =>
        type is PrimitiveType { Kind: PrimitiveKind.Uuid } ? new Guid((byte[])value, bigEndian: true) : value;

    private static Comparer<object> ByValue => Comparer<object>.Create(ValueOrder.Compare);

    private static byte[]? Bound(IcebergType type, object value, bool upper) => (value, upper) switch
    {
        (string text, false) => BoundTruncation.LowerText(Encoding.UTF8.GetBytes(text)),
        (string text, true) => BoundTruncation.UpperText(Encoding.UTF8.GetBytes(text)),
        (byte[] bytes, false) when type is not FixedType => BoundTruncation.LowerBinary(bytes),
        (byte[] bytes, true) when type is not FixedType => BoundTruncation.UpperBinary(bytes),
        // Parquet widens a zero to both signs.
        (0f, _) => SingleValue.Serialize(type, upper ? 0f : -0f),
        (0d, _) => SingleValue.Serialize(type, upper ? 0d : -0d),
        _ => SingleValue.Serialize(type, value),
    };
}
