using System.Buffers.Binary;
using Apache.Arrow;
using Mammoth.Postgres.Copy;

namespace Mammoth.Tests.Postgres.Copy;

/// <summary>Bytes no server would send: an error that says where, or rows that are whole; never a crash, never a hang, never garbage.</summary>
public sealed class DecoderFuzzTests
{
    private static readonly CopyDecoderOptions Small = new() { BatchRows = 4, RowBytes = 1 << 16 };

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void Arbitrary_bytes_in_a_frame_that_is_right_are_read_or_refused_with_their_place(int seed)
    {
        var random = new Random(seed);
        int refusals = 0;
        int whole = 0;
        for (int round = 0; round < 8_000; round++)
        {
            CopyColumn[] columns = new RandomWire(random).Columns(3);
            List<byte> stream = [.. UnfitRowsTests.Header];
            int rows = random.Next(1, 4);
            for (int row = 0; row < rows; row++)
            {
                stream.AddRange([0, (byte)columns.Length]);
                foreach (CopyColumn _ in columns)
                {
                    byte[] value = Value(random);
                    stream.AddRange([0, 0, 0, (byte)value.Length, .. value]);
                }
            }

            (CopyFormatException? error, CopyDecoder decoder, _) = Run(columns, [.. stream, 0xFF, 0xFF], random, 64);
            if (error is null)
            {
                whole++;
                continue;
            }

            refusals++;
            Assert.InRange(error.Row!.Value, 0, rows - 1);
            Assert.Equal(decoder.Totals.Rows, error.Row);
            Assert.Contains(columns, c => c.Name == error.Column);
            Assert.Contains($"'{error.Column}' of row {error.Row}", error.Message, StringComparison.Ordinal);
        }

        Assert.True(refusals > 1_000 && whole > 100, $"{refusals} refusals, {whole} whole");
    }

    [Theory]
    [InlineData(3)]
    [InlineData(4)]
    public void A_damaged_stream_of_any_forms_ends_the_same_however_it_is_cut_into_pieces(int seed)
    {
        var random = new Random(seed);
        int errors = 0;
        for (int round = 0; round < 4_000; round++)
        {
            var wire = new RandomWire(random);
            CopyColumn[] columns = wire.Columns(4);
            byte[] stream = Damage(wire.Stream(columns, random.Next(1, 8)).Sent, random);
            (CopyFormatException? atOnce, CopyDecoder whole, byte[] encoded) = Run(columns, [.. stream], random, int.MaxValue);
            (CopyFormatException? piecewise, CopyDecoder pieces, byte[] again) = Run(columns, [.. stream], random, random.Next(2, 40));
            Assert.Equal(atOnce?.Message, piecewise?.Message);
            Assert.Equal((atOnce?.Row, atOnce?.Column), (piecewise?.Row, piecewise?.Column));
            Assert.Equal(whole.Totals, pieces.Totals);
            Assert.Equal(encoded, again);
            errors += atOnce is null ? 0 : 1;
        }

        Assert.InRange(errors, 400, 3_990);
    }

    [Fact]
    public void Arbitrary_bytes_from_the_first_on_are_no_stream()
    {
        var random = new Random(6);
        for (int round = 0; round < 5_000; round++)
        {
            byte[] noise = new byte[random.Next(60)];
            random.NextBytes(noise);
            UnfitRowsTests.Header.AsSpan(0, Math.Min(random.Next(20), noise.Length)).CopyTo(noise);
            (CopyFormatException? error, _, _) = Run(new RandomWire(random).Columns(3), noise, random, 10);
            Assert.NotNull(error);
        }
    }

    [Fact]
    public void What_a_decoder_says_it_needs_gets_it_on()
    {
        var random = new Random(7);
        for (int round = 0; round < 200; round++)
        {
            var wire = new RandomWire(random);
            CopyColumn[] columns = wire.Columns(4);
            byte[] stream = wire.Stream(columns, 10).Sent;
            var decoder = new CopyDecoder(columns);
            int position = 0;
            int given = 0;
            int calls = 0;
            while (!decoder.IsEnded)
            {
                // Exactly what it asks for: each time it must do with some of it, or ask for more.
                int needed = Math.Max(decoder.NeededBytes, 1);
                given = Math.Min(stream.Length, position + needed);
                int done = decoder.Decode(stream.AsSpan(position, given - position));
                Assert.True(done > 0 || decoder.NeededBytes > given - position, $"Given {given - position} bytes, it has done with none and asks for {decoder.NeededBytes}.");
                position += done;
                Assert.InRange(++calls, 1, 20 * stream.Length);
            }

            Assert.Equal(stream.Length, position);
            Assert.Equal(10, decoder.Totals.Rows);
        }
    }

    [Fact]
    public void A_length_that_was_damaged_does_not_take_memory()
    {
        CopyColumn[] columns = [new("t", new CopyType.Text()), new("a", new CopyType.Array(25, new CopyType.Text()))];
        byte[] stream = [.. UnfitRowsTests.Header, 0, 2, 0x3F, 0xFF, 0xFF, 0x00, 1, 2, 3];
        var decoder = new CopyDecoder(columns);
        long before = GC.GetAllocatedBytesForCurrentThread();
        decoder.Decode(stream);
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 100_000);

        // An array that announces two thousand million elements, in a row of sixty bytes.
        byte[] array = [.. UnfitRowsTests.Header, 0, 2, 0, 0, 0, 0, 0, 0, 0, 20, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 25, 0x7F, 0xFF, 0xFF, 0xFF, 0, 0, 0, 1];
        var second = new CopyDecoder(columns);
        before = GC.GetAllocatedBytesForCurrentThread();
        Assert.Throws<CopyFormatException>(() => second.Decode(array));
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 100_000);
    }

    private static (CopyFormatException? Error, CopyDecoder Decoder, byte[] Encoded) Run(CopyColumn[] columns, byte[] stream, Random random, int piece)
    {
        var decoder = new CopyDecoder(columns, Small, new CollectedUnfitRows());
        List<RecordBatch> batches = [];
        CopyFormatException? error = null;
        try
        {
            int position = 0;
            int given = 0;
            while (true)
            {
                position += decoder.Decode(stream.AsSpan(position, given - position));
                if (decoder.IsFull)
                {
                    batches.Add(decoder.TakeBatch()!);
                    continue;
                }

                if (given == stream.Length)
                    break;
                given = (int)Math.Min(stream.Length, (long)given + (piece == int.MaxValue ? piece : random.Next(1, piece)));
            }

            decoder.End();
        }
        catch (CopyFormatException e)
        {
            error = e;
        }

        // What was decoded up to there is whole: its digest is that of the rows as they are encoded again.
        if (decoder.TakeBatch() is { } last)
            batches.Add(last);
        byte[] encoded = Streams.Encode(columns, batches, out RowDigest digest);
        Assert.Equal(decoder.Totals.Digest, digest);
        return (error, decoder, encoded);
    }

    private static byte[] Value(Random random)
    {
        int[] usual = [1, 2, 4, 8, 10, 12, 16];
        byte[] value = new byte[random.Next(3) == 0 ? random.Next(40) : usual[random.Next(usual.Length)]];
        if (random.Next(2) == 0)
            random.NextBytes(value);
        for (int i = random.Next(4); i > 0 && value.Length >= 4; i--)
            BinaryPrimitives.WriteInt32BigEndian(value.AsSpan(random.Next(value.Length / 4) * 4), random.Next(-2, 5));
        return value;
    }

    private static byte[] Damage(byte[] stream, Random random)
    {
        byte[] damaged = [.. stream];
        for (int i = random.Next(1, 4); i > 0; i--)
        {
            int at = random.Next(19, damaged.Length);
            switch (random.Next(5))
            {
                case 0:
                    damaged[at] = (byte)random.Next(256);
                    break;
                case 1:
                    damaged[at] ^= (byte)(1 << random.Next(8));
                    break;
                case 2 when at + 4 <= damaged.Length:
                    BinaryPrimitives.WriteInt32BigEndian(damaged.AsSpan(at), random.Next(-2, 30));
                    break;
                case 3 when damaged.Length > 30:
                    damaged = [.. damaged[..at], .. damaged[Math.Min(damaged.Length, at + random.Next(1, 6))..]];
                    break;
                default:
                    damaged = [.. damaged[..at], (byte)random.Next(256), .. damaged[at..]];
                    break;
            }

            if (damaged.Length <= 20)
                break;
        }

        return damaged;
    }
}
