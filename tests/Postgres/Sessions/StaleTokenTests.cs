using System.Globalization;
using Mammoth.Postgres.Dumps;
using Mammoth.Postgres.Errors;
using Mammoth.Postgres.Sessions;
using Mammoth.Tests.Fixtures;
using Npgsql;

namespace Mammoth.Tests.Postgres.Sessions;

/// <summary>The server names exported snapshots by counters that begin anew with each start: an old name may come to be somebody else's.</summary>
public sealed class StaleTokenTests(PostgresFixture postgres)
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task After_a_restart_an_old_token_does_not_lead_to_the_snapshot_that_now_has_its_name()
    {
        await using OwnCluster cluster = await OwnCluster.StartAsync();
        await cluster.ExecuteAsync("CREATE TABLE t AS SELECT 1 AS i");
        await AdvanceCountersAsync(cluster);
        string token;
        await using (SnapshotHolder holder = await SnapshotHolder.Open(cluster.ConnectionString, cancellation: Cancel))
            token = holder.Token;
        await cluster.RestartAsync("immediate");
        await cluster.ExecuteAsync("INSERT INTO t VALUES (2)");

        string exported = token.Split('@')[0];
        await using NpgsqlConnection other = await ExportAsAsync(cluster, exported);
        await using (NpgsqlConnection fooled = await cluster.ConnectAsync())
        {
            // That the name is taken, by a snapshot of another state, is what makes this test one.
            await ScalarAsync(fooled, "BEGIN ISOLATION LEVEL REPEATABLE READ");
            await ScalarAsync(fooled, $"SET TRANSACTION SNAPSHOT '{exported}'");
            Assert.Equal("2", await ScalarAsync(fooled, "SELECT count(*)::text FROM t"));
        }

        await Assert.ThrowsAsync<SnapshotGoneException>(() => SnapshotReader.Open(cluster.ConnectionString, token, Cancel));
        await Assert.ThrowsAsync<SnapshotGoneException>(() => SnapshotReaders.Open(cluster.ConnectionString, token, 1, null, Cancel));
        await Assert.ThrowsAsync<SnapshotGoneException>(() => SnapshotHolder.Succeed(cluster.ConnectionString, token, cancellation: Cancel));
    }

    [Fact]
    public async Task Schemas_are_not_written_from_a_snapshot_that_only_has_the_name()
    {
        await using SourceDatabase database = await SourceDatabase.CreateAsync(postgres, "stale");
        PgDump? dump = await PgDump.Find(database.Connection.PostgreSqlVersion.Major * 10_000, Cancel);
        Assert.SkipWhen(dump is null, "There is no pg_dump.");
        await using SnapshotHolder before = await SnapshotHolder.Open(database.ConnectionString, cancellation: Cancel);
        await database.ExecuteAsync("CREATE TABLE since (a int)");
        await using SnapshotHolder after = await SnapshotHolder.Open(database.ConnectionString, cancellation: Cancel);
        string mixed = $"{after.Token.Split('@')[0]}@{before.Token.Split('@')[1]}";
        await Assert.ThrowsAsync<SnapshotGoneException>(() => dump.WriteSchema(database.ConnectionString, mixed, Stream.Null, Cancel));
        await dump.WriteSchema(database.ConnectionString, after.Token, Stream.Null, Cancel);
    }

    [Fact]
    public async Task A_snapshot_with_thousands_of_transactions_under_way_has_a_short_token_all_the_same()
    {
        await using SourceDatabase database = await SourceDatabase.CreateAsync(postgres, "stale");
        await database.ExecuteAsync("CREATE TABLE t (i int)");
        List<NpgsqlConnection> writers = [];
        try
        {
            for (int i = 0; i < 20; i++)
            {
                writers.Add(await database.ConnectAsync());
                await ScalarAsync(writers[i], "BEGIN");
                await ScalarAsync(writers[i], "INSERT INTO t VALUES (1)");
            }

            // Only what began before the last one that ended is listed.
            await database.ExecuteAsync("INSERT INTO t VALUES (1)");
            await using SnapshotHolder holder = await SnapshotHolder.Open(database.ConnectionString, cancellation: Cancel);
            Assert.True(holder.Visible.Split(',').Length >= 20, holder.Visible);
            Assert.InRange(holder.Token.Length, 10, 60);
            await writers[7].DisposeAsync();
            await using SnapshotReader reader = await SnapshotReader.Open(database.ConnectionString, holder.Token, Cancel);
            Assert.Equal(holder.Visible, await reader.Scalar("SELECT pg_current_snapshot()::text", Cancel));
        }
        finally
        {
            foreach (NpgsqlConnection writer in writers)
                await writer.DisposeAsync();
        }
    }

    [Fact]
    public async Task A_snapshot_that_another_program_exported_is_read_by_its_bare_name()
    {
        await using SourceDatabase database = await SourceDatabase.CreateAsync(postgres, "stale");
        await database.ExecuteAsync("CREATE TABLE t (i int); INSERT INTO t VALUES (1)");
        await database.ExecuteAsync("BEGIN ISOLATION LEVEL REPEATABLE READ");
        string exported = await database.QueryAsync<string>("SELECT pg_export_snapshot()");
        await using NpgsqlConnection other = await database.ConnectAsync();
        await ScalarAsync(other, "DELETE FROM t");
        await using SnapshotReader reader = await SnapshotReader.Open(database.ConnectionString, exported, Cancel);
        Assert.Equal("1", await reader.Scalar("SELECT count(*)::text FROM public.t", Cancel));
    }

    /// <summary>Uses up transaction numbers of every session's place, so that the same ones can come again after a restart.</summary>
    private static async Task AdvanceCountersAsync(OwnCluster cluster)
    {
        List<NpgsqlConnection> all = [];
        for (int i = 0; i < 20; i++)
            all.Add(await cluster.ConnectAsync());
        foreach (NpgsqlConnection connection in all)
        {
            for (int i = 0; i < 100; i++)
                await ScalarAsync(connection, "SELECT 1");
            await connection.DisposeAsync();
        }
    }

    /// <summary>A session whose own exported snapshot has this identifier: <c>(place)-(transaction of that place)-(number)</c>.</summary>
    private static async Task<NpgsqlConnection> ExportAsAsync(OwnCluster cluster, string identifier)
    {
        int[] wanted = [.. identifier.Split('-').Select(p => int.Parse(p, NumberStyles.HexNumber, CultureInfo.InvariantCulture))];
        List<NpgsqlConnection> passed = [];
        try
        {
            for (int i = 0; i < 40; i++)
            {
                NpgsqlConnection connection = await cluster.ConnectAsync();
                (int place, int transaction) = await PlaceAsync(connection);
                if (place != wanted[0])
                {
                    passed.Add(connection);
                    continue;
                }

                Assert.True(transaction < wanted[1], $"Place {place} is at transaction {transaction} already.");
                while (transaction + 1 < wanted[1])
                    transaction = (await PlaceAsync(connection)).Transaction;
                await ScalarAsync(connection, "BEGIN ISOLATION LEVEL REPEATABLE READ");
                Assert.Equal(identifier, await ScalarAsync(connection, "SELECT pg_export_snapshot()"));
                return connection;
            }

            throw new InvalidOperationException($"No session got the place {wanted[0]}.");
        }
        finally
        {
            foreach (NpgsqlConnection connection in passed)
                await connection.DisposeAsync();
        }
    }

    private static async Task<(int Place, int Transaction)> PlaceAsync(NpgsqlConnection connection)
    {
        string both = (await ScalarAsync(connection, "SELECT virtualtransaction FROM pg_locks WHERE pid = pg_backend_pid() LIMIT 1"))!;
        int[] parts = [.. both.Split('/').Select(p => int.Parse(p, CultureInfo.InvariantCulture))];
        return (parts[0], parts[1]);
    }

    private static async Task<string?> ScalarAsync(NpgsqlConnection connection, string sql)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        return (await command.ExecuteScalarAsync(Cancel))?.ToString();
    }
}
