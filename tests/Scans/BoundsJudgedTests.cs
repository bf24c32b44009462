using System.Globalization;
using System.Numerics;
using System.Text;
using Mammoth.Iceberg.Manifests;
using Mammoth.Iceberg.Scans;
using Mammoth.Iceberg.Schemas;
using Mammoth.Tests.Fixtures;

namespace Mammoth.Tests.Scans;

/// <summary>
/// Bounds at the edges of their types, judged by what they are for: ClickHouse, which leaves out files by them, must still find every row, and so must
/// our own planning. A bound that is a hair too tight loses rows in silence.
/// </summary>
public sealed class BoundsJudgedTests(Readers readers)
{
    private static readonly string Astral = string.Concat(Enumerable.Repeat("🐘", 15));
    private static readonly string Highest = string.Concat(Enumerable.Repeat("\U0010FFFF", 17));

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    // Without uuid: ClickHouse has an order of its own for it, and refuses statistics in that of the Parquet format.
    public static TheoryData<string> Columns => ["string", "binary", "decimal(9, 2)", "decimal(18, 4)", "decimal(38, 6)", "double", "float", "timestamp", "timestamptz", "date", "long", "int", "fixed[20]", "boolean"];

    [Theory]
    [MemberData(nameof(Columns))]
    public async Task Every_value_is_found_again_by_who_prunes_with_its_bounds(string name)
    {
        var type = TypeName.Parse(name);
        var field = new NestedField(2, "v", false, type);
        using var table = new LocalTable(new Schema(0, [new(1, "id", true, PrimitiveType.Long), field], []));
        var values = Values(type);
        var id = 0L;
        // One file for each neighbouring pair, so that bounds are tight, and one for all.
        foreach (var pair in values.Zip(values.Skip(1)).Select(p => new[] { p.First, p.Second }).Append([.. values]))
            await table.Commit(await table.DataFile([.. pair.Select(v => new object?[] { id++, AsRow(v) }), [id++, null]]));
        var files = await new TableScan(table.IO, table.Metadata).Plan(Cancellation);
        Assert.Equal(values.Length, files.Count);
        Assert.All(files, file => Tight(type, file.File));

        var held = values.Zip(values.Skip(1)).SelectMany(p => new[] { p.First, p.Second }).Concat(values).ToList();
        var questions = values.SelectMany(value => new (object Value, string Sign)[] { (value, "="), (value, "<="), (value, ">=") }).ToList();
        var sql = $"SELECT {string.Join(", ", questions.Select((q, i) => $"(SELECT count() FROM icebergLocal('{table.Path}') WHERE v {q.Sign} {Sql(type, q.Value)}) AS q{i}"))}";
        var answers = await readers.ClickHouse(sql, Path.GetDirectoryName(table.Path), Cancellation);
        for (var i = 0; i < questions.Count; i++)
        {
            var (value, sign) = questions[i];
            var expected = held.Count(v => sign switch { "=" => Order(v, value) == 0, "<=" => Order(v, value) <= 0, _ => Order(v, value) >= 0 });
            Assert.True(expected.ToString(CultureInfo.InvariantCulture) == answers.Rows[0][i], $"v {sign} {Sql(type, value)}: ClickHouse finds {answers.Rows[0][i]} of {expected} rows.");
            var comparison = sign switch { "=" => Comparison.Equal, "<=" => Comparison.LessOrEqual, _ => Comparison.GreaterOrEqual };
            var planned = await new TableScan(table.IO, table.Metadata, new() { Where = [new("v", comparison, value)] }).Plan(Cancellation);
            Assert.True(planned.Count < files.Count || sign != "=" || values.Length < 4, $"Nothing is left out for v {sign} {Sql(type, value)}.");
        }
    }

    [Fact]
    public void A_cut_bound_is_above_all_that_begins_as_the_value_does_and_below_all_that_does_not()
    {
        // Against the definition, byte by byte: whatever follows the cut, the bound is not below it, and no shorter bound of its length would do.
        var random = new Random(16);
        Rune[] runes = [new('a'), new('\u007F'), new('\u0080'), new('\u07FF'), new('\uD7FF'), new('\uE000'), new('\uFFFF'), new(0x10000), new(0x1F418), new(0x10FFFE), new(0x10FFFF)];
        for (var round = 0; round < 5_000; round++)
        {
            var few = runes.OrderBy(_ => random.Next()).Take(random.Next(1, 4)).ToArray();
            var text = Encoding.UTF8.GetBytes(string.Concat(Enumerable.Range(0, random.Next(0, 24)).Select(_ => few[random.Next(few.Length)])));
            var (lower, upper) = (BoundTruncation.LowerText(text), BoundTruncation.UpperText(text));
            Assert.True(lower.AsSpan().SequenceCompareTo(text) <= 0 && text.AsSpan().StartsWith(lower));
            Assert.Equal(Encoding.UTF8.GetString(lower), new UTF8Encoding(false, true).GetString(lower));
            var points = Encoding.UTF8.GetString(text).EnumerateRunes().ToList();
            if (upper is null)
            {
                Assert.True(points.Count > 16 && points.Take(16).All(r => r.Value == 0x10FFFF));
                continue;
            }
            Assert.True(upper.AsSpan().SequenceCompareTo(text) >= 0);
            var bound = new UTF8Encoding(false, true).GetString(upper).EnumerateRunes().ToList();
            Assert.InRange(bound.Count, 0, 16);
            if (points.Count <= 16)
                continue;
            // The tightest: its last code point is the next one after the value's, and what it left out could not be raised.
            Assert.Equal(points.Take(bound.Count - 1), bound.SkipLast(1));
            var at = points[bound.Count - 1].Value;
            Assert.Equal(at == 0xD7FF ? 0xE000 : at + 1, bound[^1].Value);
            Assert.All(points.Take(16).Skip(bound.Count), r => Assert.Equal(0x10FFFF, r.Value));
        }
    }

    // The bounds hold all values and, for types that are not cut, are values themselves.
    private static void Tight(IcebergType type, DataFile file)
    {
        Assert.Equal(1, file.NullValueCounts![2]);
        if (file.LowerBounds!.TryGetValue(2, out var lower) && file.UpperBounds!.TryGetValue(2, out var upper))
            Assert.True(ValueOrder.Compare(type, lower, upper) <= 0);
    }

    private static object[] Values(IcebergType type) => type switch
    {
        DecimalType d => [.. new[] { -Largest(d), -BigInteger.One - 255, -256, -129, -128, -1, 0, 1, 127, 128, 255, 256, Largest(d) }.Cast<object>()],
        FixedType f => [new byte[f.Length], Bytes(f.Length, 0x7F), Bytes(f.Length, 0x80), Bytes(f.Length, 0xFF)],
        PrimitiveType p => p.Kind switch
        {
            PrimitiveKind.Boolean => [false, true],
            PrimitiveKind.Int => [int.MinValue, -1, 0, 1, int.MaxValue],
            PrimitiveKind.Long => [long.MinValue, -1L, 0L, 1L << 32, long.MaxValue],
            // ClickHouse's Date32 is from 1900 to 2299.
            PrimitiveKind.Date => [-25_000, -1, 0, 1, 100_000],
            PrimitiveKind.Timestamp or PrimitiveKind.TimestampTz => [-2_000_000_000_000_001, -86_400_000_001, -1L, 0L, 1L, 999_999L, 9_000_000_000_000_000],
            PrimitiveKind.Float => [float.NegativeInfinity, float.MinValue, -float.Epsilon, 0f, float.Epsilon, 1.1f, float.MaxValue, float.PositiveInfinity],
            PrimitiveKind.Double => [double.NegativeInfinity, double.MinValue, -double.Epsilon, 0d, double.Epsilon, 0.1, double.MaxValue, double.PositiveInfinity],
            PrimitiveKind.Uuid => [Guid.Empty, Guid.Parse("00000000-0000-0000-7fff-ffffffffffff"), Guid.Parse("00000000-0000-0000-8000-000000000000"),
                Guid.Parse("7fffffff-0000-0000-0000-000000000000"), Guid.Parse("80000000-0000-0000-0000-000000000000"), Guid.Parse("ffffffff-ffff-ffff-ffff-ffffffffffff")],
            PrimitiveKind.String =>
            [
                "", "a", "aaaaaaaaaaaaaaaa", "aaaaaaaaaaaaaaaaa", "aaaaaaaaaaaaaaab", "é", "z\u0000", "\uD7FF\uD7FF\uD7FF\uD7FF\uD7FF\uD7FF\uD7FF\uD7FF\uD7FF\uD7FF\uD7FF\uD7FF\uD7FF\uD7FF\uD7FF\uD7FF\uD7FF",
                "\uE000", "\uFFFF", Astral + "\U0010FFFF" + "x", Astral + "\U0010FFFF" + "y", Highest[..32], Highest, Highest + "z",
            ],
            _ => [Array.Empty<byte>(), new byte[] { 0 }, Bytes(16, 0x7F), Bytes(17, 0x7F), Bytes(17, 0x80), (byte[])[.. Bytes(15, 0xFF), 0xFE, 1], Bytes(16, 0xFF), Bytes(17, 0xFF), Bytes(40, 0xFF)],
        },
        _ => throw new ArgumentException(type.ToString()),
    };

    private static BigInteger Largest(DecimalType type) => BigInteger.Pow(10, type.Precision) - 1;

    private static byte[] Bytes(int length, byte value) => [.. Enumerable.Repeat(value, length)];

    private static int Order(object left, object right) => (left, right) is (0f, 0f) or (0d, 0d) ? 0 : ValueOrder.Compare(left, right);

    private static object AsRow(object value) => value is Guid uuid ? uuid.ToByteArray(bigEndian: true) : value;

    private static string Sql(IcebergType type, object value) => (type, value) switch
    {
        (DecimalType d, BigInteger unscaled) => $"toDecimal128('{Decimal(unscaled, d.Scale)}', {d.Scale})",
        (FixedType f, byte[] bytes) => $"toFixedString(unhex('{Convert.ToHexString(bytes)}'), {f.Length})",
        (_, byte[] bytes) => $"unhex('{Convert.ToHexString(bytes)}')",
        (_, string text) => $"unhex('{Convert.ToHexString(Encoding.UTF8.GetBytes(text))}')",
        (_, Guid uuid) => $"toUUID('{uuid}')",
        (_, bool truth) => truth ? "true" : "false",
        (_, float f) => $"reinterpretAsFloat32(unhex('{Convert.ToHexString(BitConverter.GetBytes(f))}'))",
        (_, double d) => $"reinterpretAsFloat64(unhex('{Convert.ToHexString(BitConverter.GetBytes(d))}'))",
        (PrimitiveType { Kind: PrimitiveKind.Date }, int days) => $"toDate32({days.ToString(CultureInfo.InvariantCulture)})",
        (PrimitiveType { Kind: PrimitiveKind.Timestamp or PrimitiveKind.TimestampTz }, long micros) => $"fromUnixTimestamp64Micro(toInt64({micros.ToString(CultureInfo.InvariantCulture)}), 'UTC')",
        (PrimitiveType { Kind: PrimitiveKind.Int }, _) => $"toInt32('{value}')",
        _ => $"toInt64('{value}')",
    };

    private static string Decimal(BigInteger unscaled, int scale)
    {
        var digits = BigInteger.Abs(unscaled).ToString(CultureInfo.InvariantCulture).PadLeft(scale + 1, '0');
        return $"{(unscaled.Sign < 0 ? "-" : "")}{digits[..^scale]}.{digits[^scale..]}";
    }
}
