using Apache.Arrow;
using Mammoth.Postgres.Catalog;
using Mammoth.Postgres.Copy;
using Mammoth.Postgres.Sessions;
using Mammoth.Tests.Fixtures;
using Npgsql;

namespace Mammoth.Tests.Postgres.Copy;

/// <summary>Copies of tables that somebody writes to, empties, rewrites or never encoded.</summary>
public sealed class HostileSourceTests(PostgresFixture postgres)
{
    private const int Rows = 60_000;
    private static readonly IReadOnlyList<CopyColumn> Columns = [new("i", new CopyType.Int4()), new("t", new CopyType.Text())];
    private static readonly SnapshotOptions Quick = new() { Heartbeat = TimeSpan.FromMilliseconds(100) };

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("TRUNCATE t", true)]
    [InlineData("ALTER TABLE t ALTER COLUMN i TYPE bigint", true)]
    [InlineData("VACUUM FULL t", true)]
    [InlineData("CLUSTER t USING t_pkey", true)]
    [InlineData("ALTER TABLE t DROP COLUMN t", true)]
    [InlineData("DROP TABLE t", true)]
    [InlineData("INSERT INTO t SELECT i, 'new' FROM generate_series(100001, 160000) i", false)]
    [InlineData("UPDATE t SET t = 'changed'", false)]
    [InlineData("DELETE FROM t", false)]
    [InlineData("VACUUM t", false)]
    public async Task Whatever_is_done_to_a_table_while_it_is_copied_in_chunks_all_rows_of_the_snapshot_arrive(string statement, bool waits)
    {
        await using SourceDatabase database = await WithRowsAsync();
        RowDigest expected = await DigestAsync(database.Connection, "SELECT * FROM public.t");
        await using NpgsqlConnection other = await database.ConnectAsync();
        Task writing;
        await using (SnapshotHolder holder = await SnapshotHolder.Open(database.ConnectionString, Quick, Cancel))
        await using (SnapshotReaders readers = await SnapshotReaders.Open(database.ConnectionString, holder.Token, 2, Quick, Cancel))
        {
            Leaf leaf;
            await using (SourceSession session = await SnapshotSession.Inspect(database.ConnectionString, holder.Token, Cancel))
                leaf = (await CatalogReader.Read(session.Connection, Cancel)).Tables[0].Leaves[0];
            long middle = leaf.Pages / 2;

            // The first chunk before, the second one after.
            RowDigest digest = await ChunkAsync(readers, $"ctid < '({middle},0)'", leaf);
            writing = RunAsync(other, statement);
            if (waits)
                await UntilWaitingAsync(database, other.ProcessID);
            else
                await writing.WaitAsync(TimeSpan.FromSeconds(30), Cancel);
            digest += await ChunkAsync(readers, $"ctid >= '({middle},0)'", leaf);
            Assert.Equal(expected, digest);
            Assert.Equal(waits, !writing.IsCompleted);
        }

        await writing.WaitAsync(TimeSpan.FromSeconds(30), Cancel);
    }

    [Fact]
    public async Task A_session_that_comes_after_a_waiter_fails_in_time_instead_of_waiting_for_ever()
    {
        await using SourceDatabase database = await WithRowsAsync();
        await using NpgsqlConnection other = await database.ConnectAsync();
        Task writing;
        await using (SnapshotHolder holder = await SnapshotHolder.Open(database.ConnectionString, Quick, Cancel))
        {
            writing = RunAsync(other, "TRUNCATE t");
            await UntilWaitingAsync(database, other.ProcessID);
            await using SnapshotReader late = await SnapshotReader.Open(database.ConnectionString, holder.Token, Cancel);
            await late.Scalar("SET LOCAL lock_timeout = 300", Cancel);
            PostgresException error = await Assert.ThrowsAsync<PostgresException>(() => DigestAsync(late, "SELECT * FROM public.t"));
            Assert.Equal("55P03", error.SqlState);
        }

        await writing.WaitAsync(TimeSpan.FromSeconds(30), Cancel);
    }

    [Fact]
    public async Task A_leaf_whose_columns_stand_in_another_order_is_read_by_name()
    {
        await using SourceDatabase database = await SourceDatabase.CreateAsync(postgres, "hostile");
        await database.ExecuteAsync("""
            CREATE TABLE t (i int, t text) PARTITION BY LIST (i);
            CREATE TABLE odd (gone int, t text, i int); ALTER TABLE odd DROP COLUMN gone;
            ALTER TABLE t ATTACH PARTITION odd FOR VALUES IN (1);
            CREATE TABLE even PARTITION OF t FOR VALUES IN (2);
            INSERT INTO t VALUES (1, 'one'), (2, 'two');
            """);
        RowDigest leaves = await DigestAsync(database.Connection, "SELECT i, t FROM ONLY public.odd") + await DigestAsync(database.Connection, "SELECT i, t FROM ONLY public.even");
        Assert.Equal(await DigestAsync(database.Connection, "SELECT i, t FROM public.t"), leaves);
    }

    [Fact]
    public async Task Text_that_was_never_checked_is_read_raw_and_what_is_no_UTF8_is_unfit()
    {
        string name = $"ascii_{Guid.NewGuid():N}";
        string admin = await postgres.GetConnectionStringAsync(Cancel);
        await using var connection = new NpgsqlConnection(new NpgsqlConnectionStringBuilder(admin) { Pooling = false }.ConnectionString);
        await connection.OpenAsync(Cancel);
        await RunAsync(connection, $"CREATE DATABASE {name} TEMPLATE template0 ENCODING 'SQL_ASCII' LC_COLLATE 'C' LC_CTYPE 'C'");
        try
        {
            string source = new NpgsqlConnectionStringBuilder(admin) { Database = name, Pooling = false }.ConnectionString;
            await using SourceSession session = await SourceSession.Open(source, Cancel);
            Assert.True(session.IsUnchecked);
            await session.Execute("CREATE TABLE public.t (i int, t text); INSERT INTO public.t VALUES (1, 'fine'), (2, E'\\xC3\\xA9'), (3, E'\\xFF\\xFE'), (4, NULL)", Cancel);
            var unfit = new CollectedUnfitRows();
            await using CopyReader reader = await CopyReader.OpenAsync(
                session.Connection, "SELECT i, t FROM public.t", Columns, new CopyDecoderOptions { UncheckedText = session.IsUnchecked }, unfit, cancellationToken: Cancel);
            using RecordBatch? batch = reader.Read();
            Assert.Null(reader.Read());
            Assert.Equal(["fine", "é", null], Enumerable.Range(0, 3).Select(i => ((StringArray)batch!.Column(1)).GetString(i)));
            (string column, string reason, byte[] tuple) = Assert.Single(unfit.Rows);
            Assert.Equal(("t", "invalid UTF-8"), (column, reason));
            Assert.Equal([0xFF, 0xFE], tuple[^2..]);
        }
        finally
        {
            await RunAsync(connection, $"DROP DATABASE {name} WITH (FORCE)");
        }
    }

    [Fact]
    public async Task A_database_in_another_encoding_arrives_in_UTF8()
    {
        string name = $"latin_{Guid.NewGuid():N}";
        string admin = await postgres.GetConnectionStringAsync(Cancel);
        await using var connection = new NpgsqlConnection(new NpgsqlConnectionStringBuilder(admin) { Pooling = false }.ConnectionString);
        await connection.OpenAsync(Cancel);
        await RunAsync(connection, $"CREATE DATABASE {name} TEMPLATE template0 ENCODING 'LATIN1' LC_COLLATE 'C' LC_CTYPE 'C'");
        try
        {
            string source = new NpgsqlConnectionStringBuilder(admin) { Database = name, Pooling = false }.ConnectionString;
            await using SourceSession session = await SourceSession.Open(source, Cancel);
            await session.Execute("CREATE TABLE public.\"tä\" (\"ö\" text); INSERT INTO public.\"tä\" VALUES ('Grüße')", Cancel);
            Assert.Equal("tä", Assert.Single((await CatalogReader.Read(session.Connection, Cancel)).Tables).Name.Name);
            await using CopyReader reader = await CopyReader.OpenAsync(session.Connection, "SELECT \"ö\" FROM public.\"tä\"", [new("ö", new CopyType.Text())], cancellationToken: Cancel);
            using RecordBatch? batch = reader.Read();
            Assert.Equal("Grüße", ((StringArray)batch!.Column(0)).GetString(0));
        }
        finally
        {
            await RunAsync(connection, $"DROP DATABASE {name} WITH (FORCE)");
        }
    }

    private static async Task<RowDigest> ChunkAsync(SnapshotReaders readers, string condition, Leaf leaf)
    {
        await using SnapshotReader reader = await readers.Rent(Cancel);
        RowDigest digest = await DigestAsync(reader, $"SELECT i, t FROM ONLY {leaf.Name.Sql} WHERE {condition}");
        Assert.Equal(leaf.FileNode, await reader.FileNode(leaf.Oid, Cancel));
        return digest;
    }

    private static RowDigest Digest(CopyReader reader)
    {
        while (reader.Read() is { } batch)
            batch.Dispose();
        return reader.Totals.Digest;
    }

    private static async Task<RowDigest> DigestAsync(SnapshotReader session, string query)
    {
        await using CopyReader reader = await CopyReader.Open(session, query, Columns, cancellation: Cancel);
        return Digest(reader);
    }

    private static async Task<RowDigest> DigestAsync(NpgsqlConnection connection, string query)
    {
        await using CopyReader reader = await CopyReader.OpenAsync(connection, query, Columns, cancellationToken: Cancel);
        return Digest(reader);
    }

    private static async Task UntilWaitingAsync(SourceDatabase database, int processId)
    {
        while (await database.QueryAsync<long>($"SELECT count(*) FROM pg_locks WHERE pid = {processId} AND NOT granted") == 0)
            await Task.Delay(20, Cancel);
    }

    private static async Task RunAsync(NpgsqlConnection connection, string sql)
    {
        await using var command = new NpgsqlCommand(sql, connection) { CommandTimeout = 0 };
        await command.ExecuteNonQueryAsync(Cancel);
    }

    private async Task<SourceDatabase> WithRowsAsync()
    {
        SourceDatabase database = await SourceDatabase.CreateAsync(postgres, "hostile");
        await database.ExecuteAsync($"CREATE TABLE t (i int PRIMARY KEY, t text); INSERT INTO t SELECT i, repeat('x', i % 200) FROM generate_series(1, {Rows}) i");
        return database;
    }
}
