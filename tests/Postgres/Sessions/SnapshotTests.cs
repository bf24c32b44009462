using Mammoth.Postgres.Catalog;
using Mammoth.Postgres.Errors;
using Mammoth.Postgres.Sessions;
using Mammoth.Tests.Fixtures;
using Npgsql;

namespace Mammoth.Tests.Postgres.Sessions;

/// <summary>A snapshot that is held, and what the rest of the world does meanwhile.</summary>
public sealed class SnapshotTests(PostgresFixture postgres)
{
    private static readonly SnapshotOptions Quick = new() { Heartbeat = TimeSpan.FromMilliseconds(100), LockTimeout = TimeSpan.FromMilliseconds(500) };

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Every_reader_of_a_token_sees_the_same_state_whatever_is_written_since()
    {
        await using SourceDatabase database = await WithRowsAsync();
        await using SnapshotHolder holder = await SnapshotHolder.Open(database.ConnectionString, Quick, Cancel);
        await database.ExecuteAsync("INSERT INTO t SELECT generate_series(1001, 2000); DELETE FROM t WHERE i <= 10; CREATE TABLE later (i int)");
        for (int i = 0; i < 3; i++)
        {
            await using SnapshotReader reader = await SnapshotReader.Open(database.ConnectionString, holder.Token, Cancel);
            Assert.Equal((1000L, 1L, 1000L), await CountAsync(reader));
            Assert.DoesNotContain((await CatalogAsync(database.ConnectionString, holder.Token)).Tables, t => t.Name.Name == "later");
        }

        Assert.NotEmpty(holder.Visible);
        Assert.NotNull(holder.Lsn);
        Assert.InRange(holder.TakenAt, DateTimeOffset.UtcNow.AddMinutes(-5), DateTimeOffset.UtcNow.AddMinutes(5));
        await holder.Check(Cancel);
    }

    [Theory]
    [InlineData("TRUNCATE t")]
    [InlineData("ALTER TABLE t ALTER COLUMN i TYPE bigint")]
    [InlineData("VACUUM FULL t")]
    [InlineData("DROP TABLE t")]
    [InlineData("CLUSTER t USING t_pkey")]
    [InlineData("TRUNCATE part_1")]
    [InlineData("DROP TABLE part")]
    [InlineData("ALTER TABLE part DETACH PARTITION part_1")]
    public async Task What_would_lose_rows_waits_for_the_locks_and_is_reported(string statement)
    {
        await using SourceDatabase database = await WithRowsAsync();
        await database.ExecuteAsync("CREATE TABLE part (a int) PARTITION BY LIST (a); CREATE TABLE part_1 PARTITION OF part FOR VALUES IN (7); INSERT INTO part VALUES (7)");
        var seen = new TaskCompletionSource<LockWaiter>();
        SnapshotOptions options = Quick with
        {
            OnWaiter = w =>
            {
                seen.TrySetResult(w);
                return Task.CompletedTask;
            },
        };
        await using NpgsqlConnection other = await database.ConnectAsync();
        Task blocked;
        await using (SnapshotHolder holder = await SnapshotHolder.Open(database.ConnectionString, options, Cancel))
        await using (SnapshotReaders readers = await SnapshotReaders.Open(database.ConnectionString, holder.Token, 2, options, Cancel))
        {
            blocked = RunAsync(other, statement);
            LockWaiter waiter = await seen.Task.WaitAsync(TimeSpan.FromSeconds(20), Cancel);
            Assert.Equal(other.ProcessID, waiter.ProcessId);
            Assert.Equal("AccessExclusiveLock", waiter.Mode);
            Assert.Equal(statement, waiter.Statement);
            Assert.NotNull(waiter.Table);
            Assert.False(blocked.IsCompleted);
            for (int i = 0; i < 3; i++)
            {
                await using SnapshotReader reader = await readers.Rent(Cancel);
                Assert.Equal(1L, await ScalarAsync(reader, "SELECT min(i)::int8 FROM ONLY public.t WHERE ctid < '(1,0)'"));
                Assert.Equal(7L, await ScalarAsync(reader, "SELECT max(a)::int8 FROM public.part"));
            }

            await using SourceSession inspector = readers.TakeInspector()!;
            Assert.Equal(2, (await CatalogReader.Read(inspector.Connection, Cancel)).Tables.Count);
            Assert.Null(readers.TakeInspector());
        }

        await blocked.WaitAsync(TimeSpan.FromSeconds(20), Cancel);
    }

    [Fact]
    public async Task Yielding_lets_the_waiter_go_on_and_keeps_the_snapshot()
    {
        await using SourceDatabase database = await WithRowsAsync();
        SnapshotHolder? holder = null;
        SnapshotReaders? readers = null;
        SnapshotOptions options = Quick with { OnWaiter = _ => Task.WhenAll(holder!.Yield(), readers!.Yield()) };
        holder = await SnapshotHolder.Open(database.ConnectionString, options, Cancel);
        readers = await SnapshotReaders.Open(database.ConnectionString, holder.Token, 3, options, Cancel);
        await using (holder)
        await using (readers)
        {
            SnapshotReader busy = await readers.Rent(Cancel);
            Leaf leaf = await LeafAsync(database, holder.Token);
            Assert.True(holder.IsLocking);
            await using NpgsqlConnection other = await database.ConnectAsync();
            Task altering = RunAsync(other, "ALTER TABLE t ALTER COLUMN i TYPE bigint");
            Assert.Equal(1000L, (await CountAsync(busy)).Rows);
            while (holder.IsLocking)
                await Task.Delay(20, Cancel);
            Assert.False(altering.IsCompleted);
            await busy.DisposeAsync();
            await altering.WaitAsync(TimeSpan.FromSeconds(20), Cancel);
            await holder.Check(Cancel);
            await using SnapshotReader reader = await readers.Rent(Cancel);
            Assert.NotEqual(leaf.FileNode, await reader.FileNode(leaf.Oid, Cancel));
        }
    }

    [Fact]
    public async Task A_rented_session_comes_back_clean_and_a_broken_one_is_replaced()
    {
        await using SourceDatabase database = await WithRowsAsync();
        await using SnapshotHolder holder = await SnapshotHolder.Open(database.ConnectionString, Quick, Cancel);
        await using SnapshotReaders readers = await SnapshotReaders.Open(database.ConnectionString, holder.Token, 1, Quick, Cancel);
        await database.ExecuteAsync("DELETE FROM t WHERE i > 5");
        await using (SnapshotReader failing = await readers.Rent(Cancel))
            await Assert.ThrowsAsync<PostgresException>(() => failing.Scalar("SELECT 1/0", Cancel));
        await using (SnapshotReader killed = await readers.Rent(Cancel))
        {
            Assert.Equal(1000L, (await CountAsync(killed)).Rows);
            Task<SnapshotReader> waiting = readers.Rent(Cancel);
            Assert.False(waiting.IsCompleted);
            await database.ExecuteAsync($"SELECT pg_terminate_backend({await ScalarAsync(killed, "SELECT pg_backend_pid()")})");
            await Assert.ThrowsAnyAsync<NpgsqlException>(() => CountAsync(killed));
            await killed.DisposeAsync();
            await killed.DisposeAsync();
            await using SnapshotReader replaced = await waiting;
            Assert.Equal(1000L, (await CountAsync(replaced)).Rows);
        }

        using var impatient = new CancellationTokenSource(TimeSpan.FromMilliseconds(300));
        await using SnapshotReader last = await readers.Rent(Cancel);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => readers.Rent(impatient.Token));
    }

    [Fact]
    public async Task Without_locks_a_schema_that_changed_before_the_look_is_told_as_that()
    {
        await using SourceDatabase database = await WithRowsAsync();
        await using SnapshotHolder holder = await SnapshotHolder.Open(database.ConnectionString, Quick with { Lock = false }, Cancel);
        await database.ExecuteAsync("ALTER TABLE t ALTER COLUMN i TYPE bigint");
        SourceException error = await Assert.ThrowsAsync<SourceException>(() => LeafAsync(database, holder.Token));
        Assert.Contains("changed", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("TRUNCATE t")]
    [InlineData("ALTER TABLE t ALTER COLUMN j TYPE bigint")]
    [InlineData("VACUUM FULL t")]
    public async Task Without_locks_a_rewrite_shows_in_the_file_node_even_when_it_came_before_the_first_look(string statement)
    {
        await using SourceDatabase database = await WithRowsAsync();
        await using SnapshotHolder holder = await SnapshotHolder.Open(database.ConnectionString, Quick with { Lock = false }, Cancel);
        Assert.False(holder.IsLocking);
        await database.ExecuteAsync(statement);
        Leaf leaf = await LeafAsync(database, holder.Token);
        await using SnapshotReader reader = await SnapshotReader.Open(database.ConnectionString, holder.Token, Cancel);
        Assert.NotEqual(leaf.FileNode, await reader.FileNode(leaf.Oid, Cancel));
    }

    [Fact]
    public async Task A_file_node_stays_where_nothing_was_rewritten_and_is_none_where_the_table_is_gone()
    {
        await using SourceDatabase database = await WithRowsAsync();
        await using SnapshotHolder holder = await SnapshotHolder.Open(database.ConnectionString, Quick with { Lock = false }, Cancel);
        Leaf leaf = await LeafAsync(database, holder.Token);
        await database.ExecuteAsync("INSERT INTO t SELECT generate_series(1001, 2000); ALTER TABLE t ADD COLUMN more int");
        await database.ExecuteAsync("VACUUM t");
        await using SnapshotReader reader = await SnapshotReader.Open(database.ConnectionString, holder.Token, Cancel);
        Assert.Equal(leaf.FileNode, await reader.FileNode(leaf.Oid, Cancel));
        await database.ExecuteAsync("DROP TABLE t");
        Assert.Null(await reader.FileNode(leaf.Oid, Cancel));
    }

    [Fact]
    public async Task A_holder_whose_backend_is_killed_says_so()
    {
        await using SourceDatabase database = await WithRowsAsync();
        await using SnapshotHolder holder = await SnapshotHolder.Open(database.ConnectionString, Quick, Cancel);
        await database.ExecuteAsync("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'mammoth' AND datname = current_database()");
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => Task.Delay(TimeSpan.FromSeconds(20), holder.Lost));
        Assert.NotNull(holder.LostBecause);
        await Assert.ThrowsAsync<SnapshotGoneException>(() => holder.Check(Cancel));
        SnapshotGoneException gone = await Assert.ThrowsAsync<SnapshotGoneException>(() => SnapshotReader.Open(database.ConnectionString, holder.Token, Cancel));
        Assert.Contains(holder.Token, gone.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("00000003-00000001-1")]
    [InlineData("nonsense'; DROP TABLE t; --")]
    [InlineData("../../../../etc/passwd")]
    public async Task A_token_nobody_holds_is_gone(string token)
    {
        await using SourceDatabase database = await WithRowsAsync();
        await Assert.ThrowsAsync<SnapshotGoneException>(() => SnapshotReader.Open(database.ConnectionString, token, Cancel));
        await Assert.ThrowsAsync<SnapshotGoneException>(() => SnapshotHolder.Succeed(database.ConnectionString, token, Quick, Cancel));
        Assert.Equal(1000, await database.QueryAsync<long>("SELECT count(*) FROM t"));
    }

    [Fact]
    public async Task A_successor_keeps_the_same_snapshot_and_the_locks_when_the_first_holder_ends()
    {
        await using SourceDatabase database = await WithRowsAsync();
        SnapshotHolder first = await SnapshotHolder.Open(database.ConnectionString, Quick, Cancel);
        await database.ExecuteAsync("DELETE FROM t WHERE i > 500");
        await using SnapshotHolder second = await SnapshotHolder.Succeed(database.ConnectionString, first.Token, Quick, Cancel);
        await first.DisposeAsync();
        Assert.Equal(first.Visible, second.Visible);
        Assert.NotEqual(first.Token, second.Token);
        await Assert.ThrowsAsync<SnapshotGoneException>(() => SnapshotReader.Open(database.ConnectionString, first.Token, Cancel));
        await using SnapshotReader reader = await SnapshotReader.Open(database.ConnectionString, second.Token, Cancel);
        Assert.Equal(1000L, (await CountAsync(reader)).Rows);
        PostgresException refused = await Assert.ThrowsAsync<PostgresException>(() => database.ExecuteAsync("SET lock_timeout = 200; TRUNCATE t"));
        Assert.Equal("55P03", refused.SqlState);
    }

    [Fact]
    public async Task A_table_that_somebody_holds_is_named_with_who_holds_it()
    {
        await using SourceDatabase database = await WithRowsAsync();
        await using NpgsqlConnection other = await database.ConnectAsync();
        await RunAsync(other, "CREATE TABLE \"Held.table\" (a int)");
        await RunAsync(other, "BEGIN");
        await RunAsync(other, "LOCK TABLE \"Held.table\"");
        TableLockException error = await Assert.ThrowsAsync<TableLockException>(() => SnapshotHolder.Open(database.ConnectionString, Quick, Cancel));
        Assert.Equal(new QualifiedName("public", "Held.table"), error.Table);
        Assert.Contains(other.ProcessID.ToString(System.Globalization.CultureInfo.InvariantCulture), error.Message, StringComparison.Ordinal);
        await using SnapshotHolder without = await SnapshotHolder.Open(database.ConnectionString, Quick with { Include = n => n.Name == "t" }, Cancel);
        Assert.True(without.IsLocking);
    }

    [Fact]
    public async Task Names_of_every_kind_are_locked()
    {
        await using SourceDatabase database = await SourceDatabase.CreateAsync(postgres, "snapshot");
        await database.ExecuteAsync("CREATE SCHEMA \"S.x \"\" y\"; CREATE TABLE \"S.x \"\" y\".\"SELECT 'a'; \\ \"\"\" (a int)");
        for (int i = 0; i < 450; i++)
            await database.ExecuteAsync($"CREATE TABLE many_{i} (a int)");
        await using SnapshotHolder holder = await SnapshotHolder.Open(database.ConnectionString, Quick, Cancel);
        Assert.Equal(451, await database.QueryAsync<long>("""
            SELECT count(*) FROM pg_locks l JOIN pg_class c ON c.oid = l.relation JOIN pg_namespace n ON n.oid = c.relnamespace
            WHERE l.mode = 'AccessShareLock' AND n.nspname !~ '^pg_' AND l.database = (SELECT oid FROM pg_database WHERE datname = current_database())
            """));
    }

    [Fact]
    public async Task More_tables_than_the_server_can_lock_are_refused_with_the_setting_and_readers_do_without()
    {
        await using SourceDatabase database = await SourceDatabase.CreateAsync(postgres, "snapshot");
        long room = await database.QueryAsync<long>("SELECT current_setting('max_locks_per_transaction')::int8 * (current_setting('max_connections')::int8 + current_setting('max_prepared_transactions')::int8)");
        await using (SourceSession session = await SourceSession.Open(database.ConnectionString, Cancel))
        {
            TableLockException error = await Assert.ThrowsAsync<TableLockException>(() => TableLocking.RequireRoom(session, (int)room, Cancel));
            Assert.Matches("Set max_locks_per_transaction to [0-9]+", error.Message);
        }

        const int Readers = 12;
        await database.ExecuteAsync($"DO $$ BEGIN FOR i IN 1..{(room / Readers) + 1} LOOP EXECUTE format('CREATE TABLE t_%s ()', i); END LOOP; END $$");
        await using SnapshotHolder holder = await SnapshotHolder.Open(database.ConnectionString, Quick, Cancel);
        await using SnapshotReaders some = await SnapshotReaders.Open(database.ConnectionString, holder.Token, 2, Quick, Cancel);
        await using SnapshotReaders many = await SnapshotReaders.Open(database.ConnectionString, holder.Token, Readers, Quick, Cancel);
        Assert.Equal((true, true, false), (holder.IsLocking, some.IsLocking, many.IsLocking));
        Assert.Equal((room / Readers) + 1, (await CatalogAsync(database.ConnectionString, holder.Token)).Tables.Count);
    }

    [Fact]
    public async Task Tables_without_privilege_are_left_to_the_plan_to_refuse()
    {
        await using SourceDatabase database = await WithRowsAsync();
        string role = $"reader_{Guid.NewGuid():N}";
        await database.ExecuteAsync($"CREATE ROLE {role} LOGIN PASSWORD 'p'; GRANT SELECT ON t TO {role}; CREATE TABLE secret (a int)");
        try
        {
            string asRole = new NpgsqlConnectionStringBuilder(database.ConnectionString) { Username = role, Password = "p" }.ConnectionString;
            await using SnapshotHolder holder = await SnapshotHolder.Open(asRole, Quick, Cancel);
            Database seen = await CatalogAsync(asRole, holder.Token);
            Assert.Equal([false, true], seen.Tables.OrderBy(t => t.Name.Name, StringComparer.Ordinal).Select(t => t.CanSelect));
        }
        finally
        {
            await database.ExecuteAsync($"DROP OWNED BY {role}; DROP ROLE {role}");
        }
    }

    private static async Task<(long Rows, long Min, long Max)> CountAsync(SnapshotReader reader) => (
        await ScalarAsync(reader, "SELECT count(*) FROM public.t"),
        await ScalarAsync(reader, "SELECT min(i)::int8 FROM public.t"),
        await ScalarAsync(reader, "SELECT max(i)::int8 FROM public.t"));

    private static async Task<long> ScalarAsync(SnapshotReader reader, string sql) =>
        long.Parse((await reader.Scalar(sql, Cancel))!, System.Globalization.CultureInfo.InvariantCulture);

    private static async Task<Database> CatalogAsync(string connectionString, string token)
    {
        await using SourceSession session = await SnapshotSession.Inspect(connectionString, token, Cancel);
        return await CatalogReader.Read(session.Connection, Cancel);
    }

    private static async Task RunAsync(NpgsqlConnection connection, string sql)
    {
        await using var command = new NpgsqlCommand(sql, connection) { CommandTimeout = 0 };
        await command.ExecuteNonQueryAsync(Cancel);
    }

    private static async Task<Leaf> LeafAsync(SourceDatabase database, string token)
    {
        return (await CatalogAsync(database.ConnectionString, token)).Tables.Single(t => t.Name.Name == "t").Leaves[0];
    }

    private async Task<SourceDatabase> WithRowsAsync()
    {
        SourceDatabase database = await SourceDatabase.CreateAsync(postgres, "snapshot");
        await database.ExecuteAsync("CREATE TABLE t (i int PRIMARY KEY, j int); INSERT INTO t SELECT generate_series(1, 1000)");
        return database;
    }
}
