using System.Buffers.Binary;
using System.Numerics;
using Mammoth.Postgres.Copy;
using Mammoth.Postgres.Copy.Wire;
using Mammoth.Tests.Fixtures;

namespace Mammoth.Tests.Postgres.Copy.Wire;

/// <summary>Numerics against arithmetic that has no bounds, and against the server.</summary>
public sealed class NumericWireTests(PostgresFixture postgres)
{
    [Fact]
    public void Every_value_within_precision_and_scale_is_read_exactly_and_written_back_to_the_same_bytes()
    {
        var random = new Random(1);
        var wires = new RandomWire(random);
        Span<byte> back = stackalloc byte[64];
        for (int round = 0; round < 60_000; round++)
        {
            CopyType.Numeric form = wires.Numeric();
            var wire = new NumericWire(form.Precision, form.Scale);
            BigInteger value = wires.Integer(form.Precision);
            byte[] sent = RandomWire.NumericWire(value, form.Scale);
            Assert.True(wire.Read(sent, out Int128 read) is null, $"{value} in numeric({form.Precision},{form.Scale})");
            Assert.Equal(value, (BigInteger)read);
            int length = wire.Write(read, back);
            Assert.InRange(length, 8, wire.LongestWire);
            Assert.Equal(sent, back[..length].ToArray());
        }
    }

    [Fact]
    public void Arbitrary_digits_weights_and_scales_are_read_exactly_or_not_at_all()
    {
        var random = new Random(2);
        int read = 0;
        int unfit = 0;
        Span<byte> back = stackalloc byte[64];
        for (int round = 0; round < 100_000; round++)
        {
            CopyType.Numeric form = new RandomWire(random).Numeric();
            int[] digits = [.. Enumerable.Range(0, random.Next(random.Next(2) == 0 ? 4 : 14)).Select(_ => random.Next(3) switch { 0 => random.Next(10), 1 => random.Next(100) * 100, _ => random.Next(10_000) })];
            short weight = (short)random.Next(-11, 11);
            int scale = random.Next(3) == 0 ? random.Next(40) : form.Scale;
            bool negative = random.Next(2) == 0;
            byte[] sent = Bytes(digits, weight, negative ? (ushort)0x4000 : (ushort)0, (ushort)scale);
            string? reason = new NumericWire(form.Precision, form.Scale).Read(sent, out Int128 value);

            // The value times 10^scale, as far as it is whole.
            int lowest = (4 * (weight - digits.Length + 1)) + form.Scale;
            BigInteger sum = digits.Aggregate(BigInteger.Zero, (s, d) => (s * 10_000) + d);
            BigInteger exact = lowest >= 0 ? sum * BigInteger.Pow(10, lowest) : BigInteger.DivRem(sum, BigInteger.Pow(10, -lowest), out BigInteger rest) is var q && rest.IsZero ? q : BigInteger.MinusOne;
            bool isCanonical = digits.Length == 0 ? weight == 0 && !negative : digits[0] != 0 && digits[^1] != 0;
            bool fits = isCanonical && scale == form.Scale && exact >= 0 && exact < BigInteger.Pow(10, form.Precision);
            Assert.True(fits == reason is null, $"{string.Join(' ', digits)} weight {weight} scale {scale} in numeric({form.Precision},{form.Scale}): {reason ?? "read"}");
            if (reason is null)
            {
                read++;
                Assert.Equal(negative ? -exact : exact, (BigInteger)value);
                Assert.Equal(sent, back[..new NumericWire(form.Precision, form.Scale).Write(value, back)].ToArray());
            }
            else
            {
                unfit++;
                Assert.StartsWith("numeric ", reason, StringComparison.Ordinal);
            }
        }

        Assert.True(read > 2_000 && unfit > 2_000, $"{read} read, {unfit} unfit");
    }

    [Theory]
    [InlineData(18, 2)]
    [InlineData(4, 0)]
    [InlineData(38, 10)]
    public void Damaged_numerics_of_few_digits_are_errors_and_no_values(int precision, int scale)
    {
        var wire = new NumericWire(precision, scale);
        for (int count = 1; count <= 5; count++)
        {
            for (int lane = 0; lane < count; lane++)
            {
                foreach (int damaged in (ReadOnlySpan<int>)[10_000, 32_767, 32_768, 65_535])
                {
                    // At every place, and so that it would be within the precision if it were a digit.
                    int[] digits = [.. Enumerable.Range(0, count).Select(i => i == lane ? damaged : 1)];
                    for (short weight = -5; weight < 6; weight++)
                    {
                        byte[] sent = Bytes(digits, weight, 0, (ushort)scale);
                        string? reason = null;
                        try
                        {
                            reason = wire.Read(sent, out _);
                        }
                        catch (CopyFormatException)
                        {
                            continue;
                        }

                        Assert.NotNull(reason);
                    }
                }
            }

            foreach (int sign in (ReadOnlySpan<int>)[0x8000, 0x1234, 0x0001, 0x4001])
                Assert.Throws<CopyFormatException>(() => wire.Read(Bytes([.. Enumerable.Repeat(1, count)], 0, (ushort)sign, (ushort)scale), out _));
            Assert.Equal("NaN", wire.Read(Bytes([.. Enumerable.Repeat(1, count)], 0, 0xC000, (ushort)scale), out _));
        }
    }

    [Fact]
    public void Damaged_numerics_are_errors_and_no_values()
    {
        var wire = new NumericWire(38, 10);
        Assert.Throws<CopyFormatException>(() => wire.Read(Bytes([10_000], 0, 0, 10), out _));
        Assert.Throws<CopyFormatException>(() => wire.Read(Bytes([1, 65_535, 1], 0, 0, 10), out _));
        Assert.Throws<CopyFormatException>(() => wire.Read(Bytes([1], 0, 0x1234, 10), out _));
        Assert.Throws<CopyFormatException>(() => wire.Read(Bytes([1], 0, 0, 10).AsSpan(0, 9), out _));
        Assert.Throws<CopyFormatException>(() => wire.Read([.. Bytes([1], 0, 0, 10), 0], out _));
        byte[] negativeCount = Bytes([], 0, 0, 10);
        negativeCount[0] = 0xFF;
        Assert.Throws<CopyFormatException>(() => wire.Read(negativeCount, out _));
        foreach (short weight in (short[])[short.MinValue, short.MaxValue, -10_000, 10_000])
            Assert.NotNull(wire.Read(Bytes([1, 2], weight, 0, 10), out _));
    }

    [Fact]
    public async Task What_the_server_sends_of_random_numerics_is_what_they_are()
    {
        await using SourceDatabase database = await SourceDatabase.CreateAsync(postgres, "numeric");
        var random = new Random(3);
        foreach ((int precision, int scale) in new[] { (1, 0), (1, 1), (4, 4), (5, 4), (8, 3), (18, 6), (19, 0), (20, 19), (37, 1), (38, 0), (38, 2), (38, 37), (38, 38) })
        {
            var wires = new RandomWire(random);
            BigInteger[] values = [.. Enumerable.Range(0, 300).Select(_ => wires.Integer(precision))];
            string list = string.Join(", ", values.Select((v, i) => $"({i}, '{v}e-{scale}'::numeric)"));
            byte[] stream = await database.CopyOutAsync($"SELECT n::numeric({precision},{scale}) FROM (VALUES {list}) AS v (i, n) ORDER BY i");
            var decoder = new CopyDecoder([new("n", new CopyType.Numeric(precision, scale))]);
            var batch = Assert.Single(Streams.Decode(decoder, stream, random));
            ReadOnlySpan<byte> column = batch.Column(0).Data.Buffers[1].Span;
            for (int i = 0; i < values.Length; i++)
                Assert.Equal(values[i], (BigInteger)BinaryPrimitives.ReadInt128LittleEndian(column[(16 * i)..]));
        }
    }

    private static byte[] Bytes(int[] digits, short weight, ushort sign, ushort scale)
    {
        byte[] bytes = new byte[8 + (2 * digits.Length)];
        BinaryPrimitives.WriteInt16BigEndian(bytes, (short)digits.Length);
        BinaryPrimitives.WriteInt16BigEndian(bytes.AsSpan(2), weight);
        BinaryPrimitives.WriteUInt16BigEndian(bytes.AsSpan(4), sign);
        BinaryPrimitives.WriteUInt16BigEndian(bytes.AsSpan(6), scale);
        for (int i = 0; i < digits.Length; i++)
            BinaryPrimitives.WriteUInt16BigEndian(bytes.AsSpan(8 + (2 * i)), (ushort)digits[i]);
        return bytes;
    }
}
