using Apache.Arrow;
using Mammoth.Postgres.Copy;

namespace Mammoth.Tests.Postgres.Copy;

/// <summary>Decoding and encoding of tables nobody thought of: any forms, nested in one another, with any values.</summary>
public sealed class EncoderInverseTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    public void Whatever_is_decoded_is_encoded_to_the_same_canonical_bytes(int seed)
    {
        var random = new Random(seed);
        for (int round = 0; round < 150; round++)
        {
            var wire = new RandomWire(random);
            CopyColumn[] columns = wire.Columns(6);
            (byte[] sent, byte[] canonical) = wire.Stream(columns, random.Next(30));
            var decoder = new CopyDecoder(columns, new CopyDecoderOptions { BatchRows = random.Next(1, 12), BatchBytes = random.Next(1, 5000) });
            List<RecordBatch> batches = Streams.Decode(decoder, sent, random, random.Next(2, 300));

            // In place, the flags of arrays are zeroed and nothing else is touched.
            Assert.Equal(canonical, sent);
            Assert.Equal(canonical, Streams.Encode(columns, batches, out RowDigest digest));
            Assert.Equal(decoder.Totals.Digest, digest);
            Assert.Equal(decoder.Totals.Bytes, canonical.Length - 21);
            batches.ForEach(b => b.Dispose());
        }
    }

    [Fact]
    public void A_decoder_whose_batches_are_kept_waiting_and_given_back_in_any_order_mixes_nothing_up()
    {
        var random = new Random(11);
        var wire = new RandomWire(random);
        for (int round = 0; round < 20; round++)
        {
            CopyColumn[] columns = wire.Columns(5);
            (byte[] sent, byte[] canonical) = wire.Stream(columns, 120);
            var decoder = new CopyDecoder(columns, new CopyDecoderOptions { BatchRows = 7 });
            using var encoder = new CopyEncoder(columns);
            RowDigest digest = RowDigest.Empty;
            List<RecordBatch> held = [];
            int position = 0;
            while (!decoder.IsEnded)
            {
                position += decoder.Decode(sent.AsSpan(position));
                if (decoder.TakeBatch() is { } batch)
                    held.Add(batch);
                while (held.Count > random.Next(8))
                {
                    RecordBatch any = held[random.Next(held.Count)];
                    held.Remove(any);
                    digest += encoder.Digest(any);
                    any.Dispose();
                }
            }

            foreach (RecordBatch rest in held)
                digest += encoder.Digest(rest);
            Assert.Equal(DigestOf(columns, canonical), digest);
        }
    }

    [Fact]
    public void Any_slice_of_a_batch_is_encoded_as_its_rows()
    {
        var random = new Random(5);
        var wire = new RandomWire(random);
        for (int round = 0; round < 100; round++)
        {
            CopyColumn[] columns = wire.Columns(4);
            (byte[] sent, _) = wire.Stream(columns, 40);
            RecordBatch batch = Assert.Single(Streams.Decode(new CopyDecoder(columns), sent, random));
            using var encoder = new CopyEncoder(columns);
            int first = random.Next(41);
            int second = random.Next(first, 41);
            RowDigest parts = encoder.Digest(batch.Slice(0, first)) + encoder.Digest(batch.Slice(first, second - first)) + encoder.Digest(batch.Slice(second, 40 - second));
            Assert.Equal(encoder.Digest(batch), parts);
        }
    }

    [Fact]
    public void Unfit_rows_scattered_between_fit_ones_leave_no_trace_whatever_the_forms()
    {
        var random = new Random(23);
        var wire = new RandomWire(random);
        for (int round = 0; round < 150; round++)
        {
            CopyColumn[] columns = [.. wire.Columns(4), new("unfit", new CopyType.Date()), .. wire.Columns(3)];
            List<byte> mixed = [.. UnfitRowsTests.Header];
            List<byte> fit = [.. UnfitRowsTests.Header];
            int refused = 0;
            for (int row = 0; row < 60; row++)
            {
                byte[] tuple = wire.Tuple(columns).Canonical;
                if (random.Next(3) == 0 && Spoil(columns, tuple))
                    refused++;
                else
                    fit.AddRange(tuple);
                mixed.AddRange(tuple);
            }

            mixed.AddRange([0xFF, 0xFF]);
            fit.AddRange([0xFF, 0xFF]);
            var unfit = new CollectedUnfitRows();
            var decoder = new CopyDecoder(columns, new CopyDecoderOptions { BatchRows = random.Next(1, 30) }, unfit);
            List<RecordBatch> batches = Streams.Decode(decoder, [.. mixed], random, 500);
            Assert.Equal(refused, unfit.Rows.Count);
            Assert.Equal([.. fit], Streams.Encode(columns, batches, out _));
            Assert.Equal(mixed.Count - 21, fit.Count - 21 + unfit.Rows.Sum(r => r.Tuple.Length));
        }
    }

    /// <summary>Makes the date of a row infinite; false where it is null.</summary>
    private static bool Spoil(CopyColumn[] columns, byte[] tuple)
    {
        int position = 2;
        foreach (CopyColumn column in columns)
        {
            int length = System.Buffers.Binary.BinaryPrimitives.ReadInt32BigEndian(tuple.AsSpan(position));
            position += 4;
            if (column.Name == "unfit")
            {
                if (length < 0)
                    return false;
                System.Buffers.Binary.BinaryPrimitives.WriteInt32BigEndian(tuple.AsSpan(position), int.MaxValue);
                return true;
            }

            position += Math.Max(length, 0);
        }

        return false;
    }

    private static RowDigest DigestOf(CopyColumn[] columns, byte[] canonical)
    {
        var decoder = new CopyDecoder(columns);
        Streams.Decode(decoder, canonical, new Random(1));
        return decoder.Totals.Digest;
    }
}
