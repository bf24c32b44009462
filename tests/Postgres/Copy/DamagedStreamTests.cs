using System.Buffers.Binary;
using Apache.Arrow;
using Mammoth.Postgres.Copy;
using Mammoth.Tests.Fixtures;

namespace Mammoth.Tests.Postgres.Copy;

/// <summary>Streams that are cut, damaged or of another table: an error each, never a crash and never garbage.</summary>
public sealed class DamagedStreamTests(PostgresFixture postgres)
{
    private static readonly IReadOnlyList<CopyColumn> Mixed = [
        new("i", new CopyType.Int4()),
        new("t", new CopyType.Text()),
        new("a", new CopyType.Array(25, new CopyType.Text())),
        new("n", new CopyType.Numeric(12, 3)),
        new("c", new CopyType.Composite([new("x", 23, new CopyType.Int4()), new("l", 1009, new CopyType.Array(25, new CopyType.Text()))])),
        new("j", new CopyType.VersionedText()),
        new("h", new CopyType.Hstore()),
        new("b", new CopyType.Bool()),
        new("ts", new CopyType.Timestamp()),
    ];

    [Fact]
    public async Task A_stream_cut_anywhere_is_an_error()
    {
        byte[] whole = await MixedAsync();
        for (int length = 0; length < whole.Length; length++)
        {
            byte[] cut = whole[..length];
            Assert.Throws<CopyFormatException>(() => Streams.Decode(new CopyDecoder(Mixed, null, new CollectedUnfitRows()), cut, new Random(length)));
        }
    }

    [Fact]
    public async Task Random_damage_gives_an_error_or_rows_that_are_whole()
    {
        byte[] whole = await MixedAsync();
        var random = new Random(20261123);
        int errors = 0;
        for (int round = 0; round < 20_000; round++)
        {
            byte[] damaged = Damage(whole, random);
            var unfit = new CollectedUnfitRows();
            var decoder = new CopyDecoder(Mixed, new CopyDecoderOptions { BatchRows = 3, RowBytes = 1 << 20 }, unfit);
            try
            {
                List<RecordBatch> batches = Streams.Decode(decoder, damaged, random, 400);
                byte[] encoded = Streams.Encode(Mixed, batches, out RowDigest digest);
                Assert.Equal(decoder.Totals.Digest, digest);
                if (unfit.Rows.Count == 0 && damaged.Length == whole.Length)
                    Assert.Equal(damaged.AsSpan(19), encoded.AsSpan(19));
            }
            catch (CopyFormatException e)
            {
                Assert.NotEmpty(e.Message);
                errors++;
            }
        }

        Assert.InRange(errors, 5_000, 19_999);
    }

    [Theory]
    [InlineData("bool", 2)]
    [InlineData("int2", 4)]
    [InlineData("int4", 8)]
    [InlineData("int8", 4)]
    [InlineData("float4", 8)]
    [InlineData("uuid", 15)]
    [InlineData("date", 8)]
    [InlineData("timestamp", 4)]
    [InlineData("numeric", 7)]
    [InlineData("money", 4)]
    public void A_value_of_another_length_is_an_error_that_names_column_and_row(string type, int length)
    {
        CopyType form = type switch
        {
            "bool" => new CopyType.Bool(),
            "int2" => new CopyType.Int2(),
            "int4" => new CopyType.Int4(),
            "int8" => new CopyType.Int8(),
            "float4" => new CopyType.Float4(),
            "uuid" => new CopyType.Uuid(),
            "date" => new CopyType.Date(),
            "timestamp" => new CopyType.Timestamp(),
            "money" => new CopyType.Money(2),
            _ => new CopyType.Numeric(5, 2),
        };
        byte[] stream = [.. UnfitRowsTests.Header, 0, 1, 0xFF, 0xFF, 0xFF, 0xFF, 0, 1, 0, 0, 0, (byte)length, .. new byte[length], 0xFF, 0xFF];
        CopyFormatException error = Assert.Throws<CopyFormatException>(() => Streams.Decode(new CopyDecoder([new("the column", form)]), stream, new Random(1)));
        Assert.Equal(("the column", 1L), (error.Column, error.Row));
        Assert.Contains("'the column' of row 1", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Elements_and_attributes_of_another_type_are_errors()
    {
        await using SourceDatabase database = await SourceDatabase.CreateAsync(postgres, "damage");
        byte[] array = await database.CopyOutAsync("SELECT ARRAY[1::int8]");
        CopyFormatException error = Assert.Throws<CopyFormatException>(
            () => Streams.Decode(new CopyDecoder([new("a", new CopyType.Array(23, new CopyType.Int4()))]), array, new Random(1)));
        Assert.Contains("oid 20, not 23", error.Message, StringComparison.Ordinal);
        await database.ExecuteAsync("CREATE TYPE pair AS (a int, b int)");
        byte[] composite = await database.CopyOutAsync("SELECT ROW(1, 2)::pair");
        CopyType One(params uint[] oids) => new CopyType.Composite([.. oids.Select((o, i) => new CopyType.CompositeField($"f{i}", o, new CopyType.Int4()))]);
        Assert.Throws<CopyFormatException>(() => Streams.Decode(new CopyDecoder([new("c", One(23))]), composite, new Random(1)));
        Assert.Throws<CopyFormatException>(() => Streams.Decode(new CopyDecoder([new("c", One(23, 20))]), composite, new Random(1)));
        Assert.Single(Streams.Decode(new CopyDecoder([new("c", One(23, 23))]), composite, new Random(1)));
    }

    [Fact]
    public async Task Another_number_of_columns_is_an_error()
    {
        await using SourceDatabase database = await SourceDatabase.CreateAsync(postgres, "damage");
        byte[] two = await database.CopyOutAsync("SELECT 1, 2");
        Assert.Throws<CopyFormatException>(() => Streams.Decode(new CopyDecoder([new("a", new CopyType.Int4())]), two, new Random(1)));
    }

    [Fact]
    public void A_header_of_another_format_is_an_error()
    {
        IReadOnlyList<CopyColumn> none = [];
        byte[] oids = UnfitRowsTests.Header;
        oids[12] = 1;
        byte[] extended = UnfitRowsTests.Header;
        extended[18] = 3;
        Assert.Throws<CopyFormatException>(() => Streams.Decode(new CopyDecoder(none), [.. "a\tb\nc\td\nmore and more text\n"u8], new Random(1)));
        Assert.Throws<CopyFormatException>(() => Streams.Decode(new CopyDecoder(none), [.. oids, 0xFF, 0xFF], new Random(1)));
        Assert.Empty(Streams.Decode(new CopyDecoder(none), [.. extended, 1, 2, 3, 0xFF, 0xFF], new Random(1)));
        Assert.Throws<CopyFormatException>(() => Streams.Decode(new CopyDecoder(none), [.. UnfitRowsTests.Header, 0xFF, 0xFF, 0], new Random(1)));
    }

    private static byte[] Damage(byte[] whole, Random random)
    {
        byte[] damaged = [.. whole];
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
                    BinaryPrimitives.WriteInt32BigEndian(damaged.AsSpan(at), random.Next(3) == 0 ? int.MaxValue : random.Next(-2, 40));
                    break;
                case 3:
                    damaged = [.. damaged[..at], .. damaged[Math.Min(damaged.Length, at + random.Next(6))..]];
                    break;
                default:
                    damaged = [.. damaged[..at], (byte)random.Next(256), .. damaged[at..]];
                    break;
            }
        }

        return damaged;
    }

    private async Task<byte[]> MixedAsync()
    {
        await using SourceDatabase database = await SourceDatabase.CreateAsync(postgres, "damage");
        await database.ExecuteAsync("CREATE EXTENSION hstore; CREATE TYPE c AS (x int, l text[])");
        return await database.CopyOutAsync("""
            SELECT i, repeat('é', i), ARRAY['a', NULL, repeat('b', i)], (i * 1.125)::numeric(12,3), CASE WHEN i % 2 = 0 THEN ROW(i, ARRAY['q', NULL])::c END,
                jsonb_build_object('k', i), hstore(ARRAY['k', 'l'], ARRAY[NULL, i::text]), i % 3 = 0, '2020-01-01'::timestamp + i * interval '1 day'
            FROM generate_series(1, 6) i
            """);
    }
}
