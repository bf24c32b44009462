using Apache.Arrow;
using Mammoth.Postgres.Copy;
using Mammoth.Tests.Fixtures;
using Npgsql;

namespace Mammoth.Tests.Postgres.Copy;

/// <summary>COPY streams of a live server.</summary>
public sealed class CopyReaderTests(PostgresFixture postgres)
{
    private static readonly IReadOnlyList<CopyColumn> Numbers = [new("i", new CopyType.Int8()), new("t", new CopyType.Text())];

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Batches_hold_all_rows_in_order_within_their_bounds()
    {
        await using SourceDatabase database = await SourceDatabase.CreateAsync(postgres, "reader");
        await using CopyReader reader = await CopyReader.OpenAsync(
            database.Connection, "SELECT i, repeat('x', (i % 100)::int) FROM generate_series(1::int8, 200000) i", Numbers, new CopyDecoderOptions { BatchRows = 10_000 }, cancellationToken: Cancel);
        long next = 1;
        while (reader.Read() is { } batch)
        {
            using (batch)
            {
                Assert.InRange(batch.Length, 1, 10_000);
                foreach (long? value in (Int64Array)batch.Column(0))
                    Assert.Equal(next++, value);
            }
        }

        Assert.Equal(200_001, next);
        Assert.True(reader.IsFinished);
        Assert.Equal(200_000, reader.Totals.Rows);
    }

    [Fact]
    public async Task A_value_larger_than_a_batch_makes_a_batch_of_its_own()
    {
        await using SourceDatabase database = await SourceDatabase.CreateAsync(postgres, "reader");
        await using CopyReader reader = await CopyReader.OpenAsync(
            database.Connection, "SELECT i, CASE WHEN i = 3 THEN repeat('y', 30000000) ELSE 'x' END FROM generate_series(1::int8, 5) i", Numbers, cancellationToken: Cancel);
        List<int> lengths = [];
        while (reader.Read() is { } batch)
        {
            lengths.Add(batch.Length);
            batch.Dispose();
        }

        Assert.Equal([2, 1, 2], lengths);
    }

    [Fact]
    public async Task No_rows_make_no_batch()
    {
        await using SourceDatabase database = await SourceDatabase.CreateAsync(postgres, "reader");
        await using CopyReader reader = await CopyReader.OpenAsync(database.Connection, "SELECT 1::int8, 'a'::text WHERE false", Numbers, cancellationToken: Cancel);
        Assert.Null(reader.Read());
        Assert.True(reader.IsFinished);
        Assert.Equal(RowDigest.Empty, reader.Totals.Digest);
    }

    [Fact]
    public async Task An_error_in_the_middle_is_an_error_and_not_a_short_result()
    {
        await using SourceDatabase database = await SourceDatabase.CreateAsync(postgres, "reader");
        await using CopyReader reader = await CopyReader.OpenAsync(
            database.Connection, "SELECT i / (90000 - i), 'x'::text FROM generate_series(1::int8, 100000) i", Numbers, cancellationToken: Cancel);
        PostgresException error = Assert.Throws<PostgresException>(() => Drain(reader));
        Assert.Equal(PostgresErrorCodes.DivisionByZero, error.SqlState);
        Assert.False(reader.IsFinished);
    }

    [Fact]
    public async Task A_backend_killed_in_the_middle_is_an_error_and_not_a_short_result()
    {
        await using SourceDatabase database = await SourceDatabase.CreateAsync(postgres, "reader");
        await using NpgsqlConnection victim = await database.ConnectAsync();
        await using CopyReader reader = await CopyReader.OpenAsync(
            victim, "SELECT i, repeat('x', 1000) FROM generate_series(1::int8, 1000000) i", Numbers, cancellationToken: Cancel);
        using (RecordBatch? first = reader.Read())
            Assert.NotNull(first);
        await database.ExecuteAsync($"SELECT pg_terminate_backend({victim.ProcessID})");
        Assert.ThrowsAny<NpgsqlException>(() => Drain(reader));
        Assert.False(reader.IsFinished);
    }

    [Fact]
    public async Task A_reader_left_early_cancels_the_copy_and_frees_its_connection()
    {
        await using SourceDatabase database = await SourceDatabase.CreateAsync(postgres, "reader");
        await using (CopyReader reader = await CopyReader.OpenAsync(
            database.Connection, "SELECT i, repeat('x', 1000) FROM (SELECT generate_series(1::int8, 100000000) AS i) s", Numbers, cancellationToken: Cancel))
        {
            using RecordBatch? first = reader.Read();
            Assert.NotNull(first);
        }

        Assert.Equal(1, await database.QueryAsync<int>("SELECT 1"));
    }

    [Fact]
    public async Task Memory_of_disposed_batches_is_used_again()
    {
        await using SourceDatabase database = await SourceDatabase.CreateAsync(postgres, "reader");
        byte[] stream = await database.CopyOutAsync("SELECT i, repeat('x', (i % 30)::int) FROM generate_series(1::int8, 300000) i");
        var decoder = new CopyDecoder(Numbers, new CopyDecoderOptions { BatchRows = 1000 });
        int position = 0;
        long before = 0;
        for (int batches = 0; !decoder.IsEnded; batches++)
        {
            position += decoder.Decode(stream.AsSpan(position));
            decoder.TakeBatch()?.Dispose();
            if (batches == 20)
                before = GC.GetAllocatedBytesForCurrentThread();
        }

        // A few objects a batch, nothing a row: 280 batches of 1,000 rows.
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 280 * 4096);
        Assert.Equal(300_000, decoder.Totals.Rows);
    }

    [Fact]
    public async Task Encoding_allocates_nothing_per_row()
    {
        await using SourceDatabase database = await SourceDatabase.CreateAsync(postgres, "reader");
        IReadOnlyList<CopyColumn> columns = [new("i", new CopyType.Int8()), new("a", new CopyType.Array(25, new CopyType.Text())), new("n", new CopyType.Numeric(10, 2))];
        byte[] stream = await database.CopyOutAsync("SELECT i, ARRAY['a', NULL, i::text], i::numeric(10,2) FROM generate_series(1::int8, 60000) i");
        using RecordBatch batch = Assert.Single(Streams.Decode(new CopyDecoder(columns, new CopyDecoderOptions { BatchRows = 60_000, BatchBytes = int.MaxValue }), stream, new Random(1)));
        using var encoder = new CopyEncoder(columns);
        RowDigest first = encoder.Digest(batch);
        long before = GC.GetAllocatedBytesForCurrentThread();
        Assert.Equal(first, encoder.Digest(batch));
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 10_000);
    }

    private static void Drain(CopyReader reader)
    {
        while (reader.Read() is { } batch)
            batch.Dispose();
    }
}
