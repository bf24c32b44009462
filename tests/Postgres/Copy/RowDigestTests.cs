using System.Buffers;
using Mammoth.Postgres.Copy;

namespace Mammoth.Tests.Postgres.Copy;

/// <summary>What a digest tells apart and what it does not.</summary>
public sealed class RowDigestTests
{
    private static readonly CopyColumn[] Two = [new("a", new CopyType.Text()), new("b", new CopyType.Text())];

    [Fact]
    public void The_order_of_rows_and_how_they_are_parted_do_not_matter()
    {
        var random = new Random(1);
        var wire = new RandomWire(random);
        for (int round = 0; round < 50; round++)
        {
            CopyColumn[] columns = wire.Columns(4);
            byte[][] rows = [.. Enumerable.Range(0, 40).Select(_ => wire.Tuple(columns).Canonical)];
            RowDigest all = Of(rows);
            random.Shuffle(rows);
            int cut = random.Next(41);
            Assert.Equal(all, Of(rows));
            Assert.Equal(all, Of(rows[cut..]) + Of(rows[..cut]));
            Assert.Equal(all, RowDigest.Empty + all);
        }
    }

    [Fact]
    public void Twins_count_as_often_as_they_stand_there()
    {
        byte[] a = Row("a", "1");
        byte[] b = Row("b", "2");
        RowDigest[] different = [RowDigest.Empty, Of(a), Of(a, a), Of(a, a, a), Of(b), Of(b, b), Of(a, b), Of(a, a, b), Of(a, b, b), Of(a, a, b, b)];
        Assert.Equal(different.Length, different.Distinct().Count());

        // Also where only the sums are compared: as many rows, other ones.
        Assert.Equal(different.Length, different.Select(d => d.Sum).Distinct().Count());
    }

    [Fact]
    public void Null_and_empty_are_not_the_same_and_neither_are_texts_that_moved_over_a_columns_border()
    {
        RowDigest[] different =
        [
            Of(Row(null, null)), Of(Row("", null)), Of(Row(null, "")), Of(Row("", "")), Of(Row("ab", "c")), Of(Row("a", "bc")), Of(Row("abc", "")), Of(Row("", "abc")),
            Of(Row("abc", null)), Of(Row(null, "abc")), Of(Row("c", "ab")), Of(Row("NULL", "")), Of(Row("\u0000", "")), Of(Row(" ", "")),
        ];
        Assert.Equal(different.Length, different.Distinct().Count());
        Assert.NotEqual(Of(Row("a", "b"), Row("c", "d")), Of(Row("a", "d"), Row("c", "b")));
        Assert.NotEqual(Of(Row("a", "b"), Row("b", "a")), Of(Row("a", "a"), Row("b", "b")));
    }

    [Fact]
    public void Any_changed_byte_of_any_row_shows()
    {
        var random = new Random(2);
        var wire = new RandomWire(random);
        for (int round = 0; round < 300; round++)
        {
            CopyColumn[] columns = wire.Columns(4);
            byte[][] rows = [.. Enumerable.Range(0, 5).Select(_ => wire.Tuple(columns).Canonical)];
            RowDigest before = Of(rows);
            byte[] changed = rows[random.Next(rows.Length)];
            changed[random.Next(changed.Length)] ^= (byte)(1 << random.Next(8));
            Assert.NotEqual(before, Of(rows));
        }
    }

    [Fact]
    public void As_text_it_comes_back_the_same()
    {
        var random = new Random(3);
        Span<byte> sum = stackalloc byte[16];
        for (int round = 0; round < 500; round++)
        {
            random.NextBytes(sum[..random.Next(17)]);
            var digest = new RowDigest(random.NextInt64(), System.Buffers.Binary.BinaryPrimitives.ReadUInt128BigEndian(sum));
            Assert.Equal(digest, RowDigest.Parse(digest.ToString()));
        }

        Assert.Equal(RowDigest.Empty, RowDigest.Parse(RowDigest.Empty.ToString()));
        Assert.Equal("0:00000000000000000000000000000000", RowDigest.Empty.ToString());
    }

    [Theory]
    [InlineData("")]
    [InlineData(":")]
    [InlineData("5")]
    [InlineData("5:")]
    [InlineData(":00")]
    [InlineData("-1:00")]
    [InlineData(" 1:00")]
    [InlineData("1:0:0")]
    [InlineData("1:xyz")]
    [InlineData("1:-1")]
    [InlineData("99999999999999999999:00")]
    [InlineData("1:100000000000000000000000000000000")]
    public void What_is_no_digest_is_refused_as_that(string text)
    {
        FormatException error = Assert.Throws<FormatException>(() => RowDigest.Parse(text));
        Assert.Contains($"'{text}'", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Rows_of_a_batch_and_rows_of_the_stream_it_came_from_have_one_digest_also_for_twins()
    {
        var wire = new RandomWire(new Random(4));
        byte[] tuple = wire.Tuple(Two).Canonical;
        byte[] stream = [.. UnfitRowsTests.Header, .. tuple, .. tuple, .. tuple, 0xFF, 0xFF];
        var decoder = new CopyDecoder(Two, new CopyDecoderOptions { BatchRows = 2 });
        var batches = Streams.Decode(decoder, stream, new Random(1));
        Streams.Encode(Two, batches, out RowDigest digest);
        Assert.Equal(Of(tuple, tuple, tuple), digest);
        Assert.Equal(Of(tuple, tuple, tuple), decoder.Totals.Digest);
    }

    private static RowDigest Of(params IEnumerable<byte[]> rows) => rows.Aggregate(RowDigest.Empty, (digest, row) => digest.Add(row));

    private static byte[] Row(string? a, string? b)
    {
        var output = new ArrayBufferWriter<byte>();
        output.Write((byte[])[0, 2]);
        foreach (string? text in (string?[])[a, b])
        {
            byte[] bytes = System.Text.Encoding.UTF8.GetBytes(text ?? "");
            output.Write((byte[])(text is null ? [0xFF, 0xFF, 0xFF, 0xFF] : [0, 0, 0, (byte)bytes.Length]));
            output.Write(bytes);
        }

        return output.WrittenSpan.ToArray();
    }
}
