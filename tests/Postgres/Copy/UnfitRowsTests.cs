using Apache.Arrow;
using Mammoth.Postgres.Copy;
using Mammoth.Tests.Fixtures;

namespace Mammoth.Tests.Postgres.Copy;

/// <summary>Values that have no exact place in their column.</summary>
public sealed class UnfitRowsTests(PostgresFixture postgres)
{
    [Theory]
    [InlineData("date", "infinity", "infinity")]
    [InlineData("date", "-infinity", "-infinity")]
    [InlineData("date", "12000-02-29", "year 12000")]
    [InlineData("date", "10000-01-01", "year 10000")]
    [InlineData("date", "0001-12-31 BC", "year 1 BC")]
    [InlineData("date", "0044-03-15 BC", "year 44 BC")]
    [InlineData("date", "4713-01-01 BC", "year 4713 BC")]
    [InlineData("date", "5874897-12-31", "year 5874897")]
    [InlineData("timestamp", "infinity", "infinity")]
    [InlineData("timestamp", "-infinity", "-infinity")]
    [InlineData("timestamp", "10000-01-01 00:00:00", "year 10000")]
    [InlineData("timestamp", "0001-12-31 23:59:59.999999 BC", "year 1 BC")]
    [InlineData("timestamp", "294276-12-31 23:59:59.999999", "year 294276")]
    [InlineData("timestamptz", "infinity", "infinity")]
    [InlineData("timestamptz", "4713-01-01 00:00:00Z BC", "year 4713 BC")]
    [InlineData("time", "24:00:00", "24:00:00")]
    [InlineData("numeric(10,2)", "NaN", "NaN")]
    [InlineData("numeric", "NaN", "NaN")]
    [InlineData("numeric", "Infinity", "infinity")]
    [InlineData("numeric", "-Infinity", "-infinity")]
    [InlineData("numeric", "1.5", "numeric scale")]
    [InlineData("numeric", "1.500", "numeric scale")]
    [InlineData("numeric", "123456789.00", "numeric precision")]
    [InlineData("int4[]", "{{1,2},{3,4}}", "2 dimensions")]
    [InlineData("int4[]", "{{{1}}}", "3 dimensions")]
    [InlineData("int4[]", "[0:1]={1,2}", "lower bound 0")]
    [InlineData("int4[]", "[-5:-4]={1,2}", "lower bound -5")]
    [InlineData("date[]", "{2001-01-01,NULL,infinity}", "infinity")]
    [InlineData("date[]", "{2001-01-01,infinity}", "infinity")]
    [InlineData("pair", "(1,infinity)", "infinity")]
    [InlineData("pair[]", "{\"(1,2001-01-01)\",\"(1,infinity)\"}", "infinity")]
    public async Task A_value_that_does_not_fit_is_handed_over_with_its_row_and_reason(string sqlType, string literal, string reason)
    {
        await using SourceDatabase database = await SourceDatabase.CreateAsync(postgres, "unfit");
        await database.ExecuteAsync("CREATE TYPE pair AS (a int, d date)");
        uint pair = await database.QueryAsync<uint>("SELECT 'pair'::regtype::oid");
        IReadOnlyList<CopyColumn> columns = [
            new("id", new CopyType.Int4()), new("before", new CopyType.Array(25, new CopyType.Text())), new("v", Form(sqlType, pair)),
            new("after", new CopyType.Array(25, new CopyType.Text()))];
        string Row(int id, string value) => $"({id}, ARRAY['x', null], {value}, ARRAY['y', null])";
        string query = $"VALUES {Row(1, $"NULL::{sqlType}")}, {Row(2, $"'{literal}'")}, {Row(3, "NULL")}, {Row(4, $"'{literal}'")}";
        byte[] sent = await database.CopyOutAsync(query);
        byte[] alone = await database.CopyOutAsync($"VALUES {Row(2, $"'{literal}'::{sqlType}")}");

        var unfit = new CollectedUnfitRows();
        var decoder = new CopyDecoder(columns, null, unfit);
        RecordBatch batch = Assert.Single(Streams.Decode(decoder, sent, new Random(3)));

        Assert.Equal([1, 3], ((Int32Array)batch.Column(0)).Values.ToArray());
        Assert.Equal(2, batch.Column(2).NullCount);
        Assert.Equal(2, unfit.Rows.Count);
        Assert.All(unfit.Rows, r => Assert.Equal(("v", reason), (r.Column, r.Reason)));
        Assert.Equal(2, decoder.Totals.Digest.Rows);
        Assert.Equal(RowDigest.Empty.Add(unfit.Rows[0].Tuple).Add(unfit.Rows[1].Tuple), decoder.Totals.Unfit);
        foreach ((CopyColumn column, int index) in columns.Select((c, i) => (c, i)))
            Zero(column.Type, alone, index);
        Assert.Equal(alone.AsSpan(19, alone.Length - 21), unfit.Rows[0].Tuple.AsSpan());
        Assert.Equal(decoder.Totals.Digest, new CopyEncoder(columns).Digest(batch));
    }

    [Fact]
    public async Task Every_column_of_a_row_that_does_not_fit_is_told_at_once()
    {
        await using SourceDatabase database = await SourceDatabase.CreateAsync(postgres, "unfit");
        byte[] sent = await database.CopyOutAsync("""
            VALUES (1, '2001-01-01'::date, '{1}'::int[], '1.00'::numeric(10,2), '12:00'::time, true), (2, 'infinity', '{{1},{2}}', NULL, '24:00', false),
                (3, '2001-01-01', '{5,6}', 'NaN', '24:00', NULL), (4, NULL, NULL, NULL, NULL, true)
            """);
        IReadOnlyList<CopyColumn> columns = [
            new("i", new CopyType.Int4()), new("d", new CopyType.Date()), new("a", new CopyType.Array(23, new CopyType.Int4())),
            new("n", new CopyType.Numeric(10, 2)), new("t", new CopyType.Time()), new("b", new CopyType.Bool())];
        var unfit = new CollectedUnfitRows();
        RecordBatch batch = Assert.Single(Streams.Decode(new CopyDecoder(columns, null, unfit), sent, new Random(1)));
        Assert.Equal(2, unfit.Values.Count);
        Assert.Equal([new UnfitValue(1, "d", "infinity"), new UnfitValue(2, "a", "2 dimensions"), new UnfitValue(4, "t", "24:00:00")], unfit.Values[0]);
        Assert.Equal([new UnfitValue(3, "n", "NaN"), new UnfitValue(4, "t", "24:00:00")], unfit.Values[1]);
        Assert.Equal([1, 4], ((Int32Array)batch.Column(0)).Values.ToArray());
        Assert.Equal([false, true], Enumerable.Range(0, 2).Select(batch.Column(2).IsNull));
        Assert.Equal([true, true], Enumerable.Range(0, 2).Select(i => ((BooleanArray)batch.Column(5)).GetValue(i)!.Value));
    }

    [Fact]
    public async Task Damage_behind_a_value_that_does_not_fit_is_damage()
    {
        await using SourceDatabase database = await SourceDatabase.CreateAsync(postgres, "unfit");
        byte[] sent = await database.CopyOutAsync("SELECT 'infinity'::date, 'abc'::text");
        sent[^3] = 0xFF;
        IReadOnlyList<CopyColumn> columns = [new("d", new CopyType.Date()), new("t", new CopyType.Text())];
        CopyFormatException error = Assert.Throws<CopyFormatException>(() => Streams.Decode(new CopyDecoder(columns, null, new CollectedUnfitRows()), sent, new Random(1)));
        Assert.Equal("t", error.Column);
    }

    [Theory]
    [InlineData(100, int.MaxValue, 100)]
    [InlineData(int.MaxValue, 2_800, 100)]
    [InlineData(int.MaxValue, 1, 1)]
    public async Task Who_takes_unfit_rows_is_given_a_batchful_at_a_time_even_where_none_fits(int rows, int bytes, int most)
    {
        await using SourceDatabase database = await SourceDatabase.CreateAsync(postgres, "unfit");
        IReadOnlyList<CopyColumn> columns = [new("i", new CopyType.Int4()), new("d", new CopyType.Date()), new("t", new CopyType.Text())];
        var unfit = new CollectedUnfitRows();
        await using CopyReader reader = await CopyReader.OpenAsync(
            database.Connection,
            "SELECT i, CASE WHEN i = 700 THEN '2001-01-01' ELSE 'infinity'::date END, 'abcdef' FROM generate_series(1, 1000) i",
            columns, new CopyDecoderOptions { BatchRows = rows, BatchBytes = bytes }, unfit, cancellationToken: TestContext.Current.CancellationToken);
        int taken = 0;
        List<int> fit = [];
        while (reader.Read() is { } batch)
        {
            Assert.InRange(unfit.Rows.Count - taken, 0, most);
            taken = unfit.Rows.Count;
            fit.AddRange(((Int32Array)batch.Column(0)).Values.ToArray());
            batch.Dispose();
        }

        Assert.InRange(unfit.Rows.Count - taken, 0, most);
        Assert.Equal([700], fit);
        Assert.Equal((999, 1000L), (unfit.Rows.Count, reader.Totals.Rows));
    }

    [Fact]
    public async Task Without_a_taker_the_first_unfit_row_ends_the_copy_and_names_column_and_reason()
    {
        await using SourceDatabase database = await SourceDatabase.CreateAsync(postgres, "unfit");
        byte[] sent = await database.CopyOutAsync("SELECT 'infinity'::date AS d");
        var decoder = new CopyDecoder([new("d", new CopyType.Date())]);
        UnfitValueException error = Assert.Throws<UnfitValueException>(() => Streams.Decode(decoder, sent, new Random(1)));
        Assert.Equal(("d", "infinity"), (error.Column, error.Reason));
    }

    [Fact]
    public async Task Unfit_rows_between_many_others_leave_no_trace_in_the_batches()
    {
        await using SourceDatabase database = await SourceDatabase.CreateAsync(postgres, "unfit");
        await database.ExecuteAsync("""
            CREATE TABLE t AS SELECT i, array_fill(i, ARRAY[i % 4]) AS list, CASE WHEN i % 3 = 0 THEN NULL ELSE repeat('x', i % 50) END AS text,
                CASE WHEN i % 7 = 0 THEN 'infinity'::date WHEN i % 11 = 0 THEN NULL ELSE '2000-01-01'::date + i END AS d
            FROM generate_series(1, 5000) i
            """);
        IReadOnlyList<CopyColumn> columns = [
            new("i", new CopyType.Int4()), new("list", new CopyType.Array(23, new CopyType.Int4())), new("text", new CopyType.Text()), new("d", new CopyType.Date())];
        var unfit = new CollectedUnfitRows();
        var options = new CopyDecoderOptions { BatchRows = 100 };
        var all = new CopyDecoder(columns, options, unfit);
        List<RecordBatch> batches = Streams.Decode(all, await database.CopyOutAsync("SELECT * FROM t"), new Random(2), 999);
        var fit = new CopyDecoder(columns, options);
        List<RecordBatch> expected = Streams.Decode(fit, await database.CopyOutAsync("SELECT * FROM t WHERE d IS NULL OR isfinite(d)"), new Random(4), 999);

        Assert.Equal(5000 / 7, unfit.Rows.Count);
        Assert.Equal(fit.Totals.Digest, all.Totals.Digest);
        Assert.Equal(Streams.Encode(columns, expected, out _), Streams.Encode(columns, batches, out _));
        Assert.Equal(expected.Sum(b => b.Column(2).NullCount), batches.Sum(b => b.Column(2).NullCount));
    }

    [Fact]
    public void Text_of_an_unchecked_encoding_is_unfit_and_of_a_checked_one_is_damage()
    {
        byte[] Stream() => [.. Header, 0, 1, 0, 0, 0, 2, 0xC3, 0x28, 0xFF, 0xFF];
        IReadOnlyList<CopyColumn> columns = [new("t", new CopyType.Text())];
        var unfit = new CollectedUnfitRows();
        Streams.Decode(new CopyDecoder(columns, new CopyDecoderOptions { UncheckedText = true }, unfit), Stream(), new Random(1));
        Assert.Equal("invalid UTF-8", Assert.Single(unfit.Rows).Reason);
        Assert.Throws<CopyFormatException>(() => Streams.Decode(new CopyDecoder(columns, null, unfit), Stream(), new Random(1)));
    }

    internal static byte[] Header => [.. "PGCOPY\n"u8, 0xFF, 0x0D, 0x0A, 0, 0, 0, 0, 0, 0, 0, 0, 0];

    private static CopyType Form(string sqlType, uint pair) => sqlType switch
    {
        "date" => new CopyType.Date(),
        "timestamp" => new CopyType.Timestamp(),
        "timestamptz" => new CopyType.TimestampTz(),
        "time" => new CopyType.Time(),
        "int4[]" => new CopyType.Array(23, new CopyType.Int4()),
        "date[]" => new CopyType.Array(1082, new CopyType.Date()),
        "pair" => Pair,
        "pair[]" => new CopyType.Array(pair, Pair),
        _ => new CopyType.Numeric(10, 2),
    };

    private static CopyType.Composite Pair => new([new("a", 23, new CopyType.Int4()), new("d", 1082, new CopyType.Date())]);

    /// <summary>Zeroes the flags of the array in a column of the single row of a stream.</summary>
    private static void Zero(CopyType type, byte[] stream, int column)
    {
        if (type is not CopyType.Array)
            return;
        int position = 21;
        for (int i = 0; i < column; i++)
            position += 4 + System.Buffers.Binary.BinaryPrimitives.ReadInt32BigEndian(stream.AsSpan(position));
        stream.AsSpan(position + 8, 4).Clear();
    }
}
