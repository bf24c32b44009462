using System.Buffers.Binary;
using System.Text;
using Apache.Arrow;
using Mammoth.Postgres.Copy;

namespace Mammoth.Tests.Postgres.Copy;

/// <summary>Rows are decoded several at a time, column by column; nothing tells from the outcome.</summary>
public sealed class RowBlockTests
{
    private static readonly IReadOnlyList<CopyColumn> Columns = [
        new("i", new CopyType.Int4()), new("t", new CopyType.Text()), new("n", new CopyType.Numeric(10, 2)), new("j", new CopyType.VersionedText())];

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(63)]
    [InlineData(64)]
    [InlineData(100)]
    public void A_damaged_row_is_named_wherever_it_stands_in_a_block(int damaged)
    {
        foreach ((string column, byte[]?[] row) in (ReadOnlySpan<(string, byte[]?[])>)[
            ("i", [[1, 2, 3], "a"u8.ToArray(), null, null]),
            ("t", [new byte[4], [0xC3], null, null]),
            ("n", [new byte[4], null, [0, 1, 0, 0, 0, 0, 0, 2, 0xFF, 0xFF], null]),
            ("j", [new byte[4], null, null, [2, (byte)'1']]),
            ("j", [new byte[4], null, null, []])])
        {
            byte[] stream = Stream(Enumerable.Range(0, 150).Select(i => i == damaged ? row : Row(i)));
            var decoder = new CopyDecoder(Columns);
            CopyFormatException error = Assert.Throws<CopyFormatException>(() => decoder.Decode(stream));
            Assert.Equal((damaged, column), (error.Row, error.Column));
        }
    }

    [Fact]
    public void Of_several_damaged_rows_the_first_is_named_though_its_damage_is_in_a_later_column()
    {
        byte[] stream = Stream(Enumerable.Range(0, 20).Select(i => i switch { 3 => [new byte[4], null, null, [2]], 5 => [[1, 2, 3], null, null, null], _ => Row(i) }));
        CopyFormatException error = Assert.Throws<CopyFormatException>(() => new CopyDecoder(Columns).Decode(stream));
        Assert.Equal((3L, "j"), (error.Row, error.Column));
    }

    [Fact]
    public void Texts_that_are_UTF_8_only_together_are_none()
    {
        byte[] first = [.. "x"u8, 0xC3];
        byte[] second = [0xA9, .. "y"u8];
        Assert.Equal("xéy", Encoding.UTF8.GetString([.. first, .. second]));
        var unfit = new CollectedUnfitRows();
        byte[] stream = Stream([Row(1), [new byte[4], first, null, null], [new byte[4], second, null, null], Row(2)]);
        List<RecordBatch> batches = Streams.Decode(new CopyDecoder(Columns, new CopyDecoderOptions { UncheckedText = true }, unfit), stream, new Random(1));
        Assert.Equal([("t", "invalid UTF-8"), ("t", "invalid UTF-8")], unfit.Rows.Select(r => (r.Column, r.Reason)));
        Assert.Equal(Stream([Row(1), Row(2)]), Streams.Encode(Columns, batches, out _));
    }

    [Fact]
    public void Texts_of_every_length_with_nulls_between_are_whole_also_where_the_bytes_end_with_them()
    {
        // Wide and narrow characters, at every place of a step of copying.
        string letters = string.Concat(Enumerable.Range(0, 400).Select(i => i % 7 == 0 ? "é" : i % 31 == 0 ? "𐍈" : $"{(char)('a' + (i % 26))}"));
        byte[] all = Encoding.UTF8.GetBytes(letters);
        List<byte[]> texts = [.. Enumerable.Range(0, all.Length).Where(n => n == all.Length || (all[n] & 0xC0) != 0x80).Select(n => all[..n])];
        List<byte[]?[]> rows = [];
        foreach (byte[] text in texts)
            rows.AddRange([new byte[4], text, null, [1, .. text]], [null, null, null, null], [null, [], null, null]);
        byte[] stream = Stream(rows);
        foreach (int piece in (ReadOnlySpan<int>)[40, 999, 1 << 20])
        {
            byte[] copy = [.. stream];
            var decoder = new CopyDecoder(Columns);
            List<RecordBatch> batches = Streams.Decode(decoder, copy, new Random(piece), piece);
            Assert.Equal(stream, Streams.Encode(Columns, batches, out RowDigest digest));
            Assert.Equal(decoder.Totals.Digest, digest);
            Assert.Equal(rows.Count(r => r[1] is null), batches.Sum(b => b.Column(1).NullCount));
        }

        // Given nothing but the rows, the last text ends where the memory does.
        for (int last = 1; last < texts.Count; last += 5)
        {
            byte[] exact = Stream([[new byte[4], null, null, [1, .. texts[last]]]])[..^2];
            var decoder = new CopyDecoder(Columns);
            Assert.Equal(exact.Length, decoder.Decode(exact));
            Assert.Equal(texts[last], ((StringArray)decoder.TakeBatch()!.Column(3)).GetBytes(0).ToArray());
        }
    }

    [Fact]
    public void Empty_versioned_texts_take_no_room_from_those_before_them()
    {
        // A little more than memory is had in, less what the empty ones could take off.
        foreach (int length in (ReadOnlySpan<int>)[100, 260, 4_110, 8_200, 65_550])
        {
            byte[] text = [1, .. Encoding.ASCII.GetBytes(new string('x', length))];
            byte[] stream = Stream(Enumerable.Range(0, 64).Select(i => (byte[]?[])[new byte[4], null, null, i == 0 ? text : []]));
            CopyFormatException error = Assert.Throws<CopyFormatException>(() => new CopyDecoder(Columns, new CopyDecoderOptions { BatchBytes = 4 << 20 }).Decode(stream));
            Assert.Equal((1L, "j"), (error.Row, error.Column));
        }
    }

    [Fact]
    public void Rows_of_as_many_columns_as_a_table_may_have_are_decoded_like_others()
    {
        CopyColumn[] columns = [.. Enumerable.Range(0, 1_600).Select(i => new CopyColumn($"c{i}", new CopyType.Int2()))];
        byte[] stream = [.. UnfitRowsTests.Header, .. Enumerable.Range(0, 30).SelectMany(row => (byte[])[0x06, 0x40, .. Enumerable.Range(0, 1_600).SelectMany(i => (byte[])[0, 0, 0, 2, (byte)row, (byte)i])]), 0xFF, 0xFF];
        var decoder = new CopyDecoder(columns);
        Assert.Equal(stream, Streams.Encode(columns, Streams.Decode(decoder, stream, new Random(1)), out RowDigest digest));
        Assert.Equal((30, decoder.Totals.Digest), (digest.Rows, digest));
    }

    [Theory]
    [InlineData(100, int.MaxValue)]
    [InlineData(70, 3_000)]
    [InlineData(1, int.MaxValue)]
    public void A_batch_keeps_its_bounds(int rows, int bytes)
    {
        byte[]?[][] all = [.. Enumerable.Range(0, 1_000).Select(Row)];
        byte[] stream = Stream(all);
        var decoder = new CopyDecoder(Columns, new CopyDecoderOptions { BatchRows = rows, BatchBytes = bytes });
        List<RecordBatch> batches = Streams.Decode(decoder, stream, new Random(1));
        Assert.Equal(stream, Streams.Encode(Columns, batches, out _));
        int before = 0;
        foreach (RecordBatch batch in batches)
        {
            Assert.InRange(batch.Length, 1, rows);
            Assert.True(Stream(all[before..(before + batch.Length)]).Length - 21 <= bytes);
            before += batch.Length;

            // As many as there is room for.
            Assert.True(before == all.Length || batch.Length == rows || Stream(all[(before - batch.Length)..(before + 1)]).Length - 21 > bytes);
        }
    }

    /// <summary>Bits are written many at a time, from wherever the rows before ended, and what is null may stand where the memory ends.</summary>
    [Fact]
    public void Truth_values_with_nulls_between_are_whole_wherever_a_block_begins()
    {
        CopyColumn[] columns = [new("a", new CopyType.Bool()), new("b", new CopyType.Bool())];
        foreach (int seed in Enumerable.Range(0, 40))
        {
            var random = new Random(seed);
            byte[]?[][] rows = [.. Enumerable.Range(0, 20 * seed).Select(_ => (byte[]?[])[Bit(random.Next(2)), Bit(random.Next(seed % 3 == 0 ? 2 : 3))])];
            byte[] stream = Stream(rows);
            var decoder = new CopyDecoder(columns, new CopyDecoderOptions { BatchRows = 300 });
            List<RecordBatch> batches = Streams.Decode(decoder, stream, random, 100 + (50 * seed));
            Assert.Equal(stream, Streams.Encode(columns, batches, out RowDigest digest));
            Assert.Equal(decoder.Totals.Digest, digest);
            Assert.Equal(rows.Count(r => r[1] is null), batches.Sum(b => b.Column(1).NullCount));
        }

        byte[] exact = Stream([[Bit(1), null]])[..^2];
        var last = new CopyDecoder(columns);
        Assert.Equal(exact.Length, last.Decode(exact));
        RecordBatch batch = last.TakeBatch()!;
        Assert.Equal((true, null), (((BooleanArray)batch.Column(0)).GetValue(0), ((BooleanArray)batch.Column(1)).GetValue(0)));

        static byte[]? Bit(int value) => value == 2 ? null : [(byte)value];
    }

    [Theory]
    [InlineData(0)]
    [InlineData(65)]
    public void A_truth_value_that_is_none_is_named_wherever_it_stands_in_a_block(int damaged)
    {
        foreach (byte[] none in (ReadOnlySpan<byte[]>)[[2], [], [0, 0], [0xFF]])
        {
            byte[] stream = Stream(Enumerable.Range(0, 100).Select(i => (byte[]?[])[i == damaged ? none : i % 5 == 0 ? null : [1]]));
            CopyFormatException error = Assert.Throws<CopyFormatException>(() => new CopyDecoder([new("a", new CopyType.Bool())]).Decode(stream));
            Assert.Equal((damaged, "a"), (error.Row, error.Column));
        }
    }

    /// <summary>Elements of one length are taken together, others one by one; one that is cut or too long is found either way.</summary>
    [Fact]
    public void Arrays_are_whole_whether_all_their_elements_are_of_one_length_or_not()
    {
        CopyColumn[] columns = [
            new("i", new CopyType.Array(23, new CopyType.Int4())), new("n", new CopyType.Array(1700, new CopyType.Numeric(10, 2))), new("t", new CopyType.Array(25, new CopyType.Text()))];
        var random = new Random(5);
        byte[]?[][] rows = [.. Enumerable.Range(0, 300).Select(i => (byte[]?[])[
            Elements(23, i, _ => [1, 2, 3, (byte)i]),
            Elements(1700, i, element => RandomWire.NumericWire((i * 100_000L) + element, 2)),
            Elements(25, i, element => Encoding.UTF8.GetBytes(new string('x', element)))])];
        byte[] stream = Stream(rows);
        Assert.Equal(stream, Streams.Encode(columns, Streams.Decode(new CopyDecoder(columns), stream, random, 5_000), out _));

        foreach (byte[] none in (ReadOnlySpan<byte[]>)[
            Array(23, [[0, 0, 0, 1], [0, 0, 2]]), Array(23, [[0, 0, 1], [0, 0, 0, 0, 2]]), Array(23, [[0, 0, 0, 1], [0, 0, 0, 2]])[..^1], [.. Array(23, [[0, 0, 0, 1]]), 0]])
        {
            byte[] damaged = Stream([.. rows[..70], [none, null, null], .. rows[70..]]);
            CopyFormatException error = Assert.Throws<CopyFormatException>(() => new CopyDecoder(columns).Decode(damaged));
            Assert.Equal((70L, "i"), (error.Row, error.Column));
        }

        byte[]? Elements(uint oid, int i, Func<int, byte[]> value) =>
            i % 7 == 0 ? null
            : i % 7 == 1 ? [0, 0, 0, 0, 0, 0, 0, 0, .. Number((int)oid)]
            : Array(oid, [.. Enumerable.Range(0, 1 + random.Next(6)).Select(element => i % 7 == 2 && random.Next(3) == 0 ? null : value(element))]);

        static byte[] Array(uint oid, byte[]?[] elements) => [
            0, 0, 0, 1, 0, 0, 0, 0, .. Number((int)oid), .. Number(elements.Length), 0, 0, 0, 1, .. elements.SelectMany(e => (byte[])[.. Number(e?.Length ?? -1), .. e ?? []])];
    }

    private static byte[] Number(int value)
    {
        byte[] bytes = new byte[4];
        BinaryPrimitives.WriteInt32BigEndian(bytes, value);
        return bytes;
    }

    private static byte[]?[] Row(int i)
    {
        return [Number(i), i % 5 == 0 ? null : Encoding.UTF8.GetBytes(new string('x', i % 40)), i % 3 == 0 ? null : RandomWire.NumericWire(i, 2), i % 4 == 0 ? null : [1, .. "{}"u8]];
    }

    private static byte[] Stream(IEnumerable<byte[]?[]> rows)
    {
        List<byte> stream = [.. UnfitRowsTests.Header];
        foreach (byte[]?[] row in rows)
        {
            stream.AddRange([0, (byte)row.Length]);
            foreach (byte[]? value in row)
            {
                stream.AddRange(Number(value?.Length ?? -1));
                stream.AddRange(value ?? []);
            }
        }

        return [.. stream, 0xFF, 0xFF];
    }
}
