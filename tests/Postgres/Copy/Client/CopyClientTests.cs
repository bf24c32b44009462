using System.Net;
using Apache.Arrow;
using Mammoth.Postgres.Copy;
using Mammoth.Postgres.Sessions;
using Mammoth.Tests.Fixtures;
using Mammoth.Tests.Network;
using Npgsql;

namespace Mammoth.Tests.Postgres.Copy.Client;

/// <summary>The client that copies at a live server: the same bytes as Npgsql's, the same errors, and a session that goes on after them.</summary>
public sealed class CopyClientTests(PostgresFixture postgres)
{
    private static readonly IReadOnlyList<CopyColumn> Numbers = [new("i", new CopyType.Int8()), new("t", new CopyType.Text())];

    private const string Endless = "SELECT i, repeat('x', 1000) FROM (SELECT generate_series(1::int8, 100000000) AS i) s";

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("SELECT i, repeat('x', (i % 100)::int) FROM generate_series(1::int8, 100000) i")]
    [InlineData("SELECT i, CASE WHEN i = 3 THEN repeat('y', 30000000) ELSE 'x' END FROM generate_series(1::int8, 5) i")]
    [InlineData("SELECT 1::int8, 'a'::text WHERE false")]
    [InlineData("SELECT i, NULL::text FROM generate_series(1::int8, 3) i")]
    public async Task The_bytes_are_those_that_Npgsql_reads_however_small_the_pieces(string query)
    {
        await using SourceDatabase database = await SourceDatabase.CreateAsync(postgres, "client");
        byte[] expected = await database.CopyOutAsync(query);
        await using CopySession session = await CopySession.Open(database.ConnectionString, Cancel);
        foreach (int piece in new[] { 1 << 20, 4099, 7 })
        {
            if (piece == 7 && expected.Length > 10_000_000)
                continue;
            ICopyBytes copy = await session.CopyOut(query, Numbers, Cancel);
            byte[] read = All(copy, piece);
            Assert.True(expected.AsSpan().SequenceEqual(read), $"other bytes in pieces of {piece}");
            Assert.Equal(0, copy.Read(new byte[piece]));
        }

        Assert.Equal("1", await session.Scalar("SELECT 1", Cancel));
    }

    /// <summary>What travels as text comes as such, and not as binary: PostgreSQL's two forms of it are to be the same bytes.</summary>
    [Theory]
    [InlineData("UTF8", "'ä€😀 ' || i")]
    [InlineData("LATIN1", "'äÿ ' || i")]
    [InlineData("SQL_ASCII", "convert_from('\\xfffe41', 'SQL_ASCII') || i")]
    public async Task Text_of_every_type_is_the_same_bytes_as_in_a_binary_copy(string encoding, string text)
    {
        await using SourceDatabase root = await SourceDatabase.CreateAsync(postgres, "client");
        var target = new NpgsqlConnectionStringBuilder(root.ConnectionString);
        target.Database += $"_{encoding.ToLowerInvariant()}";
        await root.ExecuteAsync($"CREATE DATABASE {target.Database} TEMPLATE template0 ENCODING '{encoding}' LC_COLLATE 'C' LC_CTYPE 'C'");
        target.Pooling = false;
        try
        {
            await using var connection = new NpgsqlConnection(target.ConnectionString);
            await connection.OpenAsync(Cancel);
            await using var command = new NpgsqlCommand($"""
                CREATE EXTENSION citext;
                CREATE TYPE public.mood AS ENUM ('so', '', 'a "b"', '0123456789012345678901234567890123456789012345678901234567890');
                CREATE DOMAIN public.short AS varchar(40) CHECK (length(value) < 30);
                CREATE DOMAIN public.shorter AS public.short;
                CREATE TABLE public.t AS SELECT i, v AS a, v::varchar(50) AS b, v::char(30) AS c, v::name AS d, to_json(i) AS e, ('{"{"} "k" :  [' || i || ',null ] {"}"}')::json AS f, v::refcursor AS g, v::citext AS h,
                    (enum_range(NULL::public.mood))[1 + i % 4] AS m, v::public.shorter AS n, repeat(v, i) AS o, '10.0.0.1/8'::inet AS p, v::text COLLATE "C" AS q
                FROM (SELECT i, CASE WHEN i % 5 = 0 THEN NULL WHEN i % 5 = 1 THEN '' WHEN i % 5 = 2 THEN E'back\\slash\ttab\nline\r ' ELSE {text} END AS v FROM generate_series(1, 500) i) s;
                """, connection);
            await command.ExecuteNonQueryAsync(Cancel);

            const string query = "SELECT a, b, c, d, e, f, g, h, m, n, o, pg_catalog.textin(pg_catalog.inet_out(p)), q, (i)::pg_catalog.text FROM public.t ORDER BY i";
            CopyColumn[] columns = [.. Enumerable.Range(0, 14).Select(i => new CopyColumn($"{i}", new CopyType.Text()))];
            await using SourceSession reference = await SourceSession.Open(target.ConnectionString, Cancel);
            await using CopySession session = await CopySession.Open(target.ConnectionString, Cancel);
            byte[] expected = All(await ((ISession)reference).CopyOut(query, columns, Cancel));
            Assert.True(expected.Length > 500 * 200);
            byte[] read = All(await session.CopyOut(query, columns, Cancel));
            Assert.True(expected.AsSpan().SequenceEqual(read));

            // Were all binary, this would be four bytes.
            read = All(await session.CopyOut("SELECT 7, 7", [new("t", new CopyType.Text()), new("i", new CopyType.Int4())], Cancel));
            Assert.Equal([0, 2, 0, 0, 0, 1, (byte)'7', 0, 0, 0, 4, 0, 0, 0, 7, 0xFF, 0xFF], read[19..]);
        }
        finally
        {
            await root.ExecuteAsync($"DROP DATABASE {target.Database} WITH (FORCE)");
        }
    }

    [Fact]
    public async Task Rows_without_columns_are_counted()
    {
        await using SourceDatabase database = await SourceDatabase.CreateAsync(postgres, "client");
        await using CopySession session = await CopySession.Open(database.ConnectionString, Cancel);
        const string query = "SELECT FROM generate_series(1, 3)";
        Assert.Equal(await database.CopyOutAsync(query), All(await session.CopyOut(query, [], Cancel)));
    }

    /// <summary>As docs/types.md says.</summary>
    [Fact]
    public async Task Text_ends_at_a_zero_byte_that_only_a_cast_without_a_function_can_bring_in()
    {
        await using SourceDatabase database = await SourceDatabase.CreateAsync(postgres, "client");
        await database.ExecuteAsync("CREATE CAST (bytea AS text) WITHOUT FUNCTION; CREATE TABLE public.t AS SELECT 1::int8 AS i, '\\x61620063'::bytea::text AS t");
        await using CopySession session = await CopySession.Open(database.ConnectionString, Cancel);
        byte[] read = All(await session.CopyOut("SELECT i, t FROM public.t", Numbers, Cancel));
        Assert.Equal([0, 0, 0, 2, (byte)'a', (byte)'b', 0xFF, 0xFF], read[^8..]);
    }

    [Fact]
    public async Task An_error_in_the_middle_has_its_state_and_the_session_goes_on()
    {
        await using SourceDatabase database = await SourceDatabase.CreateAsync(postgres, "client");
        await using CopySession session = await CopySession.Open(database.ConnectionString, Cancel);
        ICopyBytes copy = await session.CopyOut("SELECT i / (90000 - i), 'x'::text FROM generate_series(1::int8, 100000) i", Numbers, Cancel);
        PostgresException error = Assert.Throws<PostgresException>(() => All(copy));
        Assert.Equal((PostgresErrorCodes.DivisionByZero, "division by zero"), (error.SqlState, error.MessageText));
        Assert.Throws<InvalidOperationException>(() => copy.Read(new byte[10]));
        copy.Cancel();
        Assert.Equal("2", await session.Scalar("SELECT 2", Cancel));
    }

    [Fact]
    public async Task A_refused_statement_has_its_state_and_the_session_goes_on()
    {
        await using SourceDatabase database = await SourceDatabase.CreateAsync(postgres, "client");
        await using CopySession session = await CopySession.Open(database.ConnectionString, Cancel);
        Assert.Equal("42P01", (await Assert.ThrowsAsync<PostgresException>(() => session.CopyOut("SELECT * FROM nowhere", Numbers, Cancel))).SqlState);
        Assert.Equal("42601", (await Assert.ThrowsAsync<PostgresException>(() => session.Scalar("SELEC", Cancel))).SqlState);
        Assert.Equal("08P01", (await Assert.ThrowsAsync<PostgresException>(() => session.CopyOut("SELECT 1", Numbers, Cancel))).SqlState);
        Assert.Equal("3", await session.Scalar("SELECT 3", Cancel));
    }

    [Fact]
    public async Task A_statement_that_has_no_rows_is_no_copy_and_ends_the_session()
    {
        await using SourceDatabase database = await SourceDatabase.CreateAsync(postgres, "client");
        await using CopySession session = await CopySession.Open(database.ConnectionString, Cancel);
        ICopyBytes copy = await session.CopyOut("SET work_mem = '5MB'", [], Cancel);
        Assert.Contains("\"SET\"", Assert.Throws<NpgsqlException>(() => All(copy)).Message, StringComparison.Ordinal);
        await Assert.ThrowsAnyAsync<NpgsqlException>(() => session.Scalar("SELECT 1", Cancel));
    }

    /// <summary>What it says later must not be taken for the answer to something else.</summary>
    [Fact]
    public async Task A_server_that_is_silent_before_the_first_row_is_told_to_stop_and_asked_no_more()
    {
        await using SourceDatabase database = await SourceDatabase.CreateAsync(postgres, "client");
        await using CopySession session = await CopySession.Open(database.ConnectionString, Cancel);
        session.Silence = TimeSpan.FromMilliseconds(400);
        NpgsqlException error = await Assert.ThrowsAsync<NpgsqlException>(() => session.CopyOut("SELECT i, pg_sleep(600)::text FROM generate_series(1::int8, 3) i", Numbers, Cancel));
        Assert.Contains("MAMMOTH_COPY_SILENCE", error.Message, StringComparison.Ordinal);
        await Assert.ThrowsAsync<NpgsqlException>(() => session.Scalar("SELECT 1", Cancel));
        await AssertIdle(database);
    }

    /// <summary>Beyond the first megabytes a receive waits for much to come; its limit is the same.</summary>
    [Fact]
    public async Task A_server_that_falls_silent_among_many_rows_is_told_to_stop_and_why_is_said()
    {
        await using SourceDatabase database = await SourceDatabase.CreateAsync(postgres, "client");
        await using CopySession session = await CopySession.Open(database.ConnectionString, Cancel);
        session.Silence = TimeSpan.FromMilliseconds(400);
        ICopyBytes copy = await session.CopyOut("SELECT i, CASE WHEN i > 5000 THEN pg_sleep(600)::text ELSE repeat('x', 1000) END FROM generate_series(1::int8, 5100) i", Numbers, Cancel);
        NpgsqlException error = Assert.Throws<NpgsqlException>(() => All(copy));
        Assert.Contains("sent nothing for 0.4 seconds", error.Message, StringComparison.Ordinal);
        Assert.Contains("MAMMOTH_COPY_SILENCE", error.Message, StringComparison.Ordinal);
        Assert.True(error.IsTransient);
        copy.Cancel();
        await AssertIdle(database);
    }

    [Fact]
    public async Task Notices_and_settings_between_rows_are_taken_aside()
    {
        await using SourceDatabase database = await SourceDatabase.CreateAsync(postgres, "client");
        await database.ExecuteAsync("""
            CREATE FUNCTION public.loud(i int8) RETURNS text LANGUAGE plpgsql AS $$ BEGIN
                RAISE WARNING 'row % %', i, repeat('n', 300); PERFORM set_config('application_name', 'a' || i, false); RETURN repeat('v', (i * 97 % 1000)::int); END $$
            """);
        const string query = "SELECT i, public.loud(i) FROM generate_series(1::int8, 3000) i";
        byte[] expected = await database.CopyOutAsync("SELECT i, repeat('v', (i * 97 % 1000)::int) FROM generate_series(1::int8, 3000) i");
        await using CopySession session = await CopySession.Open(database.ConnectionString, Cancel);
        byte[] read = All(await session.CopyOut(query, Numbers, Cancel), 5000);
        Assert.True(expected.AsSpan().SequenceEqual(read));
    }

    [Fact]
    public async Task A_reader_left_early_cancels_the_copy_and_frees_its_session()
    {
        await using SourceDatabase database = await SourceDatabase.CreateAsync(postgres, "client");
        await database.ExecuteAsync("CREATE TABLE t (i int)");
        await using SnapshotHolder holder = await SnapshotHolder.Open(database.ConnectionString, cancellation: Cancel);
        await using SnapshotReaders readers = await SnapshotReaders.Open(database.ConnectionString, holder.Token, 1, cancellation: Cancel);
        for (int i = 0; i < 2; i++)
        {
            await using SnapshotReader session = await readers.Rent(Cancel);
            Assert.Null(session.Fallback);
            await using (CopyReader reader = await CopyReader.Open(session, Endless, Numbers, cancellation: Cancel))
            {
                using RecordBatch? first = reader.Read();
                Assert.NotNull(first);
            }
        }

        Assert.Equal(0L, await database.QueryAsync<long>("SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND state = 'active' AND pid <> pg_backend_pid()"));
    }

    [Fact]
    public async Task Batches_are_handed_on_one_after_the_other_each_before_the_next_is_read()
    {
        await using SourceDatabase database = await SourceDatabase.CreateAsync(postgres, "client");
        await using SnapshotHolder holder = await SnapshotHolder.Open(database.ConnectionString, cancellation: Cancel);
        await using SnapshotReader session = await SnapshotReader.Open(database.ConnectionString, holder.Token, Cancel);
        await using CopyReader reader = await CopyReader.Open(
            session, "SELECT i, repeat('x', 100) FROM generate_series(1::int8, 1000) i", Numbers, new CopyDecoderOptions { BatchRows = 100 }, cancellation: Cancel);
        long next = 1;
        bool busy = false;
        await reader.ReadAll(
            async batch =>
            {
                // What blocks on the server must not take a thread of the pool.
                Assert.False(Thread.CurrentThread.IsThreadPoolThread);
                Assert.False(busy);
                busy = true;
                await Task.Delay(5, Cancel);
                var numbers = (Int64Array)batch.Column(0);
                for (int i = 0; i < numbers.Length; i++)
                    Assert.Equal(next++, numbers.GetValue(i));
                Assert.Equal(next - 1, reader.Totals.Digest.Rows);
                busy = false;
            },
            Cancel);
        Assert.Equal((1001, true), (next, reader.IsFinished));
    }

    [Fact]
    public async Task What_fails_to_take_a_batch_ends_the_copy_and_its_session_goes_on()
    {
        await using SourceDatabase database = await SourceDatabase.CreateAsync(postgres, "client");
        await using SnapshotHolder holder = await SnapshotHolder.Open(database.ConnectionString, cancellation: Cancel);
        await using SnapshotReaders readers = await SnapshotReaders.Open(database.ConnectionString, holder.Token, 1, cancellation: Cancel);
        string before = await Sessions();
        foreach (bool late in new[] { false, true })
        {
            await using SnapshotReader session = await readers.Rent(Cancel);
            await using CopyReader reader = await CopyReader.Open(session, Endless, Numbers, cancellation: Cancel);
            async ValueTask Refuse(RecordBatch batch)
            {
                if (late)
                    await Task.Yield();
                throw new IOException("no room");
            }

            Assert.Equal("no room", (await Assert.ThrowsAsync<IOException>(() => reader.ReadAll(Refuse, Cancel).WaitAsync(TimeSpan.FromSeconds(20), Cancel))).Message);
            Assert.False(reader.IsFinished);
        }

        await using SnapshotReader next = await readers.Rent(Cancel);
        await using CopyReader after = await CopyReader.Open(next, "SELECT 1::int8, 'x'", Numbers, cancellation: Cancel);
        await after.ReadAll(static _ => ValueTask.CompletedTask, Cancel);
        Assert.Equal(1, after.Totals.Digest.Rows);
        Assert.Equal(before, await Sessions());

        Task<string> Sessions() => database.QueryAsync<string>(
            "SELECT string_agg(pid::text, ' ' ORDER BY pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid() AND state = 'idle in transaction'")!;
    }

    [Theory]
    [InlineData(false, false)]
    [InlineData(false, true)]
    [InlineData(true, false)]
    [InlineData(true, true)]
    public async Task A_copy_that_is_cancelled_while_a_batch_is_written_ends_as_cancelled(bool npgsql, bool heeds)
    {
        await using SourceDatabase database = await SourceDatabase.CreateAsync(postgres, "client");
        await using SnapshotHolder holder = await SnapshotHolder.Open(database.ConnectionString, cancellation: Cancel);
        await using SnapshotReader session = await SnapshotReader.Open(database.ConnectionString, holder.Token, Cancel);
        await using var connection = new NpgsqlConnection(database.ConnectionString);
        await connection.OpenAsync(Cancel);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(Cancel);
        int batches = 0;
        await using (CopyReader reader = npgsql
            ? await CopyReader.OpenAsync(connection, Endless, Numbers, cancellationToken: Cancel)
            : await CopyReader.Open(session, Endless, Numbers, cancellation: Cancel))
        {
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => reader.ReadAll(Write, stop.Token).WaitAsync(TimeSpan.FromSeconds(20), Cancel));
            Assert.Equal((3, false), (batches, reader.IsFinished));
        }

        async ValueTask Write(RecordBatch batch)
        {
            if (++batches < 3)
                return;
            await stop.CancelAsync();
            if (heeds)
                await Task.Delay(Timeout.Infinite, stop.Token);
        }
    }

    [Fact]
    public async Task A_copy_given_up_ends_in_time_where_the_server_can_be_reached_no_more()
    {
        await using SourceDatabase database = await SourceDatabase.CreateAsync(postgres, "client");
        var server = new NpgsqlConnectionStringBuilder(database.ConnectionString);
        bool silent = false;
        await using var proxy = new TcpProxy(new(IPAddress.Loopback, server.Port), NetworkFault.Stall, every: 0, faults: int.MaxValue) { Armed = () => Volatile.Read(ref silent) };
        (server.Host, server.Port) = ("127.0.0.1", proxy.Port);
        await using SnapshotHolder holder = await SnapshotHolder.Open(database.ConnectionString, cancellation: Cancel);
        SnapshotReader session = await SnapshotReader.Open(server.ConnectionString, holder.Token, Cancel);
        CopyReader reader = await CopyReader.Open(session, Endless, Numbers, cancellation: Cancel);
        ValueTask Refuse(RecordBatch batch)
        {
            Volatile.Write(ref silent, true);
            throw new IOException("no room");
        }

        await Assert.ThrowsAsync<IOException>(() => reader.ReadAll(Refuse, Cancel).WaitAsync(TimeSpan.FromSeconds(20), Cancel));
        await reader.DisposeAsync().AsTask().WaitAsync(TimeSpan.FromSeconds(60), Cancel);
        Assert.True(proxy.Disturbed > 0);
        await session.DisposeAsync().AsTask().WaitAsync(TimeSpan.FromSeconds(60), Cancel);
    }

    [Fact]
    public async Task A_copy_that_is_cancelled_while_the_server_sends_nothing_ends_at_once_and_so_does_the_server()
    {
        await using SourceDatabase database = await SourceDatabase.CreateAsync(postgres, "client");
        await using SnapshotHolder holder = await SnapshotHolder.Open(database.ConnectionString, cancellation: Cancel);
        await using SnapshotReader session = await SnapshotReader.Open(database.ConnectionString, holder.Token, Cancel);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(Cancel);
        CopyReader reader = await CopyReader.Open(session, "SELECT i, CASE WHEN i > 100 THEN pg_sleep(600)::text ELSE repeat('x', 1000) END FROM generate_series(1::int8, 110) i", Numbers, cancellation: stop.Token);
        await using (reader)
        {
            stop.CancelAfter(300);
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => reader.ReadAll(static _ => ValueTask.CompletedTask, stop.Token).WaitAsync(TimeSpan.FromSeconds(20), Cancel));
        }

        await AssertIdle(database);
    }

    [Fact]
    public async Task A_statement_that_is_cancelled_ends_at_once()
    {
        await using SourceDatabase database = await SourceDatabase.CreateAsync(postgres, "client");
        await using CopySession session = await CopySession.Open(database.ConnectionString, Cancel);
        using var stop = new CancellationTokenSource(300);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => session.Scalar("SELECT pg_sleep(600)", stop.Token).WaitAsync(TimeSpan.FromSeconds(20), Cancel));
        await Assert.ThrowsAnyAsync<NpgsqlException>(() => session.Scalar("SELECT 1", Cancel));
    }

    [Fact]
    public async Task A_backend_killed_in_the_middle_is_an_error_and_not_a_short_result()
    {
        await using SourceDatabase database = await SourceDatabase.CreateAsync(postgres, "client");
        await using CopySession session = await CopySession.Open(database.ConnectionString, Cancel);
        ICopyBytes copy = await session.CopyOut("SELECT i, repeat('x', 1000) FROM generate_series(1::int8, 1000000) i", Numbers, Cancel);
        Assert.True(copy.Read(new byte[100]) > 0);
        await database.ExecuteAsync($"SELECT pg_terminate_backend({session.Process})");
        Assert.ThrowsAny<NpgsqlException>(() => All(copy));
    }

    private static async Task AssertIdle(SourceDatabase database)
    {
        for (int i = 0; await database.QueryAsync<long>("SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND state = 'active' AND pid <> pg_backend_pid()") > 0; i++)
        {
            Assert.True(i < 100, "the server still works for nobody");
            await Task.Delay(100, Cancel);
        }
    }

    private static byte[] All(ICopyBytes copy, int piece = 1 << 16)
    {
        using var all = new MemoryStream();
        byte[] target = new byte[piece];
        for (int read; (read = copy.Read(target)) > 0;)
            all.Write(target, 0, read);
        return all.ToArray();
    }
}
