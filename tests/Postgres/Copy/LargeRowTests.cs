using System.Text;
using Apache.Arrow;
using Mammoth.Postgres.Copy;
using Mammoth.Postgres.Copy.LargeValues;

namespace Mammoth.Tests.Postgres.Copy;

/// <summary>Rows of which some values are too large to be held.</summary>
public sealed class LargeRowTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public async Task Whatever_is_streamed_the_digest_and_the_values_are_those_of_rows_that_are_held(int seed)
    {
        var random = new Random(seed);
        int streamed = 0;
        for (int round = 0; round < 150; round++)
        {
            var wire = new RandomWire(random);
            CopyColumn[] held = [.. wire.Columns(4), new("last", random.Next(3) switch { 0 => new CopyType.Text(), 1 => new CopyType.VersionedText(), _ => new CopyType.Bytea() })];
            CopyColumn[] marked = [.. held.Select(c => CopyColumn.CanBeLarge(c.Type) && (c.Name == "last" || random.Next(2) == 0) ? c with { Large = new($"{c.Name}__large", random.Next(40)) } : c)];
            (byte[] sent, _) = wire.Stream(held, random.Next(30));
            byte[] again = [.. sent];
            var options = new CopyDecoderOptions { BatchRows = random.Next(1, 12), BatchBytes = random.Next(1, 5000) };
            var plain = new CopyDecoder(held, options);
            var kept = new KeptLargeValues();
            var large = new CopyDecoder(marked, options, large: kept);
            List<byte[]?[]> expected = Values(held, Streams.Decode(plain, sent, random), null);
            List<RecordBatch> batches = Streams.Decode(large, again, random, random.Next(2, 60));

            // Array flags of rows that are streamed are zeroed too.
            Assert.Equal(sent, again);
            Assert.Equal(plain.Totals, large.Totals);
            Assert.Equal(expected, Values(marked, batches, kept));
            streamed += kept.Values.Count;

            using var encoder = new CopyEncoder(marked, kept);
            RowDigest digest = RowDigest.Empty;
            foreach (RecordBatch batch in batches)
                digest += await encoder.DigestStored(batch, Cancel);
            Assert.Equal(plain.Totals.Digest, digest);
            batches.ForEach(b => b.Dispose());
        }

        Assert.InRange(streamed, 500, int.MaxValue);
    }

    [Fact]
    public async Task An_object_that_was_changed_cut_or_lost_is_named()
    {
        CopyColumn[] columns = [new("id", new CopyType.Int4()), new("v", new CopyType.Bytea(), new("v__large", 10))];
        var kept = new KeptLargeValues();
        byte[] value = new byte[1_000_000];
        new Random(1).NextBytes(value);
        RecordBatch batch = Assert.Single(Streams.Decode(new CopyDecoder(columns, large: kept), Stream([0, 0, 0, 7], value), new Random(1)));
        byte[] changed = [.. value];
        changed[^1] ^= 1;
        foreach (byte[]? damaged in new[] { null, changed, value[..^1], [.. value, 0], [] })
        {
            kept.Values.Clear();
            if (damaged is not null)
                kept.Values.Add("value 0", damaged);
            using var encoder = new CopyEncoder(columns, kept);
            Assert.Equal("value 0", (await Assert.ThrowsAsync<LargeValueException>(async () => await encoder.DigestStored(batch, Cancel))).Location);
        }

        // Whoever can't open it does not take it for a null.
        using var blind = new CopyEncoder(columns);
        Assert.Throws<UnencodableValueException>(() => blind.Digest(batch));
    }

    [Fact]
    public void Text_is_checked_wherever_a_piece_ends()
    {
        byte[] text = Encoding.UTF8.GetBytes("aé€🦣 and Ω日本\U0010FFFFz");
        CopyColumn[] columns = [new("t", new CopyType.Text(), new("t__large", 1))];
        for (int first = 0; first <= text.Length; first++)
        {
            for (int second = first; second <= text.Length; second++)
                Assert.Equal(text, Decode(text, first, second));
        }

        foreach (byte[] invalid in new byte[][] { [0xC3, 0x28], [0x80, 0x80], [0xE2, 0x82], [0xF0, 0x9F, 0xA6], [0xC0, 0x80], [0xED, 0xA0, 0x80], [0xF4, 0x90, 0x80, 0x80], [0xFF, 0xFE], [0xF8, 0x88, 0x80, 0x80, 0x80] })
        {
            foreach (byte[] bad in new byte[][] { invalid, [.. "aé"u8, .. invalid], [.. "aé"u8, .. invalid, .. "bö"u8] })
            {
                for (int first = 0; first <= bad.Length; first++)
                {
                    for (int second = first; second <= bad.Length; second++)
                        Assert.Equal("t", Assert.Throws<CopyFormatException>(() => Decode(bad, first, second)).Column);
                }
            }
        }

        byte[] Decode(byte[] value, int first, int second)
        {
            var kept = new KeptLargeValues();
            var decoder = new CopyDecoder(columns, large: kept);
            byte[] stream = Stream(value);
            int start = stream.Length - 2 - value.Length;
            foreach (Range piece in new[] { ..start, start..(start + first), (start + first)..(start + second), (start + second)..^0 })
            {
                Assert.Equal(stream[piece].Length, decoder.Decode(stream[piece]));
            }

            decoder.End();
            return Assert.Single(kept.Values).Value;
        }
    }

    [Fact]
    public void A_row_that_does_not_fit_is_handed_over_without_its_tuple_and_counted_with_its_digest()
    {
        CopyColumn[] columns = [new("v", new CopyType.Bytea(), new("v__large", 10)), new("d", new CopyType.Date())];
        byte[] infinity = [0x7F, 0xFF, 0xFF, 0xFF];
        byte[] stream = [.. UnfitRowsTests.Header, .. Tuple(new byte[5], [0, 0, 0, 1]), .. Tuple(new byte[50], infinity), .. Tuple(new byte[50], [0, 0, 0, 1]), 0xFF, 0xFF];
        var unfit = new CollectedUnfitRows();
        var decoder = new CopyDecoder(columns, null, unfit, new KeptLargeValues());
        using RecordBatch batch = Assert.Single(Streams.Decode(decoder, stream, new Random(1)));
        Assert.Equal(2, batch.Length);
        Assert.Equal(("d", "infinity"), (Assert.Single(unfit.Rows).Column, unfit.Rows[0].Reason));
        Assert.Empty(unfit.Rows[0].Tuple);
        Assert.Equal(RowDigest.Empty.Add(Tuple(new byte[50], infinity)), decoder.Totals.Unfit);
        Assert.Equal(RowDigest.Empty.Add(Tuple(new byte[5], [0, 0, 0, 1])).Add(Tuple(new byte[50], [0, 0, 0, 1])), decoder.Totals.Digest);
    }

    [Fact]
    public void Damaged_rows_with_large_values_are_told()
    {
        CopyColumn[] columns = [new("v", new CopyType.Bytea(), new("v__large", 10)), new("j", new CopyType.VersionedText(), new("j__large", 10)), new("i", new CopyType.Int4())];
        byte[] document = [1, .. "[1, 2, 3, 4, 5, 6]"u8];
        byte[] whole = Stream(new byte[50], document, [0, 0, 0, 1]);
        Assert.Single(Streams.Decode(new CopyDecoder(columns, large: new KeptLargeValues()), [.. whole], new Random(1)));
        for (int length = 0; length < whole.Length; length++)
        {
            byte[] cut = whole[..length];
            Assert.Throws<CopyFormatException>(() => Streams.Decode(new CopyDecoder(columns, large: new KeptLargeValues()), cut, new Random(length)));
        }

        byte[] version = [2, .. document[1..]];
        Assert.Equal("j", Assert.Throws<CopyFormatException>(() => Streams.Decode(new CopyDecoder(columns, large: new KeptLargeValues()), Stream(new byte[50], version, [0, 0, 0, 1]), new Random(1))).Column);
        Assert.Equal("i", Assert.Throws<CopyFormatException>(() => Streams.Decode(new CopyDecoder(columns, large: new KeptLargeValues()), Stream(new byte[50], document, [0, 1]), new Random(1))).Column);
        Assert.Equal(
            "i",
            Assert.Throws<CopyFormatException>(() => Streams.Decode(new CopyDecoder(columns, new CopyDecoderOptions { RowBytes = 90 }, large: new KeptLargeValues()), Stream(new byte[50], document, new byte[10]), new Random(1))).Column);
    }

    [Fact]
    public void A_large_value_is_not_kept_by_the_decoder()
    {
        CopyColumn[] columns = [new("v", new CopyType.Bytea(), new("v__large", 10))];
        byte[] stream = Stream(new byte[1 << 20]);
        var decoder = new CopyDecoder(columns, large: new KeptLargeValues());
        for (int position = 0; position < stream.Length;)
        {
            int given = Math.Min(4096, stream.Length - position);
            int done = decoder.Decode(stream.AsSpan(position, given));
            Assert.InRange(done, 1, given);
            Assert.InRange(decoder.NeededBytes, 0, 8);
            position += done;
        }

        decoder.End();
    }

    /// <summary>The values of each row, a large one from where it is kept; of forms that are never large nothing.</summary>
    private static List<byte[]?[]> Values(CopyColumn[] columns, IEnumerable<RecordBatch> batches, KeptLargeValues? kept)
    {
        List<byte[]?[]> rows = [];
        foreach (RecordBatch batch in batches)
        {
            for (int row = 0; row < batch.Length; row++)
            {
                rows.Add([.. columns.Select((c, i) => Value(batch, i, c, row, kept))]);
            }
        }

        return rows;
    }

    private static byte[]? Value(RecordBatch batch, int column, CopyColumn of, int row, KeptLargeValues? kept)
    {
        if (!CopyColumn.CanBeLarge(of.Type))
            return null;
        using var references = new LargeReferences();
        LargeValue? reference = null;
        if (of.Large is { } large)
        {
            references.Bind(batch.Column(large.Name));
            reference = references[row];
        }

        byte[]? own = batch.Column(column).IsNull(row) ? null : ((BinaryArray)batch.Column(column)).GetBytes(row).ToArray();
        if (reference is null)
        {
            Assert.True(own is null || of.Large is null || own.Length <= of.Large.Over);
            return own;
        }

        Assert.Null(own);
        Assert.True(reference.Bytes > of.Large!.Over);
        return kept!.Values[reference.Location];
    }

    private static byte[] Stream(params byte[][] fields) => [.. UnfitRowsTests.Header, .. Tuple(fields), 0xFF, 0xFF];

    private static byte[] Tuple(params byte[][] fields)
    {
        using var tuple = new MemoryStream();
        tuple.Write([0, (byte)fields.Length]);
        foreach (byte[] field in fields)
        {
            tuple.Write([(byte)(field.Length >> 24), (byte)(field.Length >> 16), (byte)(field.Length >> 8), (byte)field.Length]);
            tuple.Write(field);
        }

        return tuple.ToArray();
    }
}
