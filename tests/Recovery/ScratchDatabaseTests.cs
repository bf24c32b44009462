using System.Net;
using Mammoth.Migration.Recovery;
using Mammoth.Postgres.Sessions;
using Mammoth.Tests.EndToEnd.Running;
using Mammoth.Tests.Fixtures;
using Mammoth.Tests.Network;

namespace Mammoth.Tests.Recovery;

public sealed class ScratchDatabaseTests(PostgresFixture postgres)
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Only_what_is_a_rehearsals_by_name_and_by_comment_is_dropped_and_only_a_day_later()
    {
        await using RehearsalRole role = await RehearsalRole.Create(postgres, Cancellation);
        var server = new RehearsalServer(role.Connection);
        string young = await ScratchDatabase.Create(server, "run-a", kept: false, Cancellation);
        string kept = await ScratchDatabase.Create(server, "run-a", kept: true, Cancellation);
        string made = DateTime.UtcNow.AddDays(-2).ToString("s");
        string mark = $"mammoth rehearsal of run run-b, made at {made}Z; it is dropped with the run, or a day later";
        string named = DateTime.UtcNow.AddDays(-2).ToString("yyyyMMddHHmmss");
        string id = Guid.NewGuid().ToString("N")[..8];
        string old = await Database(role, $"mammoth_rehearsal_{named}_0000{id}", mark);
        string[] others =
        [
            await Database(role, $"mammoth_rehearsal_{DateTime.UtcNow:yyyyMMddHHmmss}_1111{id}", null),
            await Database(role, $"mammoth_rehearsal_1111{id}", null),
            await Database(role, $"mammoth_rehearsal_{named}_2222{id}", $"our own, {mark}"),
            await Database(role, $"mammoth_rehearsal_{named}_3333{id}_copy", mark),
            await Database(role, $"somebody_{id}", mark),
        ];
        await using (var somebody = await new SourceDatabase(new Npgsql.NpgsqlConnectionStringBuilder(role.Connection) { Database = old }.ConnectionString).Open(Cancellation))
            Assert.Equal(0, (await ScratchDatabase.DropLeftOver(server, Cancellation)).Count);

        // The server takes a moment to notice that somebody left.
        while ((await ScratchDatabase.DropLeftOver(server, Cancellation)).Count == 0)
            await Task.Delay(50, Cancellation);
        Assert.Equal(others.Append(young).Append(kept).Order(StringComparer.Ordinal), (await role.Databases(Cancellation)).Order(StringComparer.Ordinal));
        Assert.Equal(1, (await ScratchDatabase.DropOf(server, "run-a", Cancellation)).Count);
        Assert.Equal(0, (await ScratchDatabase.DropOf(server, "run-a", Cancellation)).Count);
        Assert.Equal(others.Append(kept).Order(StringComparer.Ordinal), (await role.Databases(Cancellation)).Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task One_that_was_never_commented_on_is_known_by_its_name_and_its_owner()
    {
        await using RehearsalRole role = await RehearsalRole.Create(postgres, Cancellation);
        await using RehearsalRole another = await RehearsalRole.Create(postgres, Cancellation);
        string named = $"mammoth_rehearsal_{DateTime.UtcNow.AddDays(-2):yyyyMMddHHmmss}";
        await Database(role, $"{named}_0000{Guid.NewGuid():N}"[..45], null);
        string theirs = await Database(another, $"{named}_1111{Guid.NewGuid():N}"[..45], null);
        Assert.Equal(1, (await ScratchDatabase.DropLeftOver(new RehearsalServer(role.Connection), Cancellation)).Count);
        Assert.Empty(await role.Databases(Cancellation));
        Assert.Equal([theirs], await another.Databases(Cancellation));
    }

    [Theory]
    [InlineData("CREATE DATABASE")]
    [InlineData("COMMENT ON DATABASE")]
    public async Task A_connection_that_breaks_while_one_is_made_leaves_none(string statement)
    {
        await using RehearsalRole role = await RehearsalRole.Create(postgres, Cancellation);
        var target = new Npgsql.NpgsqlConnectionStringBuilder(role.Connection);
        await using TcpProxy proxy = new(new(IPAddress.Loopback, target.Port), NetworkFault.Reset, every: 1, faults: 1, requests: statement);
        (target.Host, target.Port) = ("127.0.0.1", proxy.Port);
        RehearsalServerException broken = await Assert.ThrowsAsync<RehearsalServerException>(() => ScratchDatabase.Create(new RehearsalServer(target.ConnectionString), "run-a", kept: true, Cancellation));
        Assert.True(broken.IsTransient);
        Assert.Equal(1, proxy.Disturbed);
        Assert.Empty(await role.Databases(Cancellation));
    }

    [Fact]
    public async Task One_that_can_not_be_dropped_is_named_and_in_the_way_of_no_other()
    {
        await using RehearsalRole role = await RehearsalRole.Create(postgres, Cancellation);
        var server = new RehearsalServer(role.Connection);
        string mark = $"mammoth rehearsal of run run-b, made at {DateTime.UtcNow.AddDays(-2):s}Z; it is dropped with the run, or a day later";
        string named = $"mammoth_rehearsal_{DateTime.UtcNow.AddDays(-2):yyyyMMddHHmmss}";
        string stuck = await Database(role, $"{named}_0000{Guid.NewGuid():N}"[..45], mark);
        await Database(role, $"{named}_1111{Guid.NewGuid():N}"[..45], mark);
        await new SourceDatabase(role.Connection).Run($"ALTER DATABASE {stuck} WITH IS_TEMPLATE true", Cancellation);
        try
        {
            DroppedDatabases dropped = await ScratchDatabase.DropLeftOver(server, Cancellation);
            Assert.Equal((1, stuck), (dropped.Count, Assert.Single(dropped.Left).Name));
            Assert.Equal([stuck], await role.Databases(Cancellation));
            Assert.Equal(stuck, Assert.Single((await ScratchDatabase.DropOf(server, "run-b", Cancellation)).Left).Name);
        }
        finally
        {
            await new SourceDatabase(role.Connection).Run($"ALTER DATABASE {stuck} WITH IS_TEMPLATE false", CancellationToken.None);
        }
    }

    [Fact]
    public async Task One_in_which_somebody_is_whom_its_owner_may_not_end_is_dropped_when_he_leaves()
    {
        await using RehearsalRole role = await RehearsalRole.Create(postgres, Cancellation);
        var server = new RehearsalServer(role.Connection);
        string name = await ScratchDatabase.Create(server, "run-a", kept: false, Cancellation);
        var superuser = new Npgsql.NpgsqlConnectionStringBuilder(await postgres.GetConnectionStringAsync(Cancellation)) { Database = name, Pooling = false };
        Npgsql.NpgsqlConnection there = await new SourceDatabase(superuser.ConnectionString).Open(Cancellation);
        Task<DroppedDatabases> drop = ScratchDatabase.DropOf(server, "run-a", Cancellation);
        await Task.Delay(500, Cancellation);
        Assert.False(drop.IsCompleted, "He is still there.");
        await there.DisposeAsync();
        DroppedDatabases dropped = await drop;
        Assert.Equal((1, 0), (dropped.Count, dropped.Left.Count));
        Assert.Empty(await role.Databases(Cancellation));
    }

    [Fact]
    public async Task One_that_is_worked_in_is_not_left_over()
    {
        await using RehearsalRole role = await RehearsalRole.Create(postgres, Cancellation);
        var server = new RehearsalServer(role.Connection);
        string mark = $"mammoth rehearsal of run run-b, made at {DateTime.UtcNow.AddDays(-2):s}Z; it is dropped with the run, or a day later";
        string old = await Database(role, $"mammoth_rehearsal_{DateTime.UtcNow.AddDays(-2):yyyyMMddHHmmss}_0000{Guid.NewGuid():N}"[..45], mark);
        await using (SourceSession session = await server.Open(old, Cancellation))
            await ScratchDatabase.Renew(session, Cancellation);
        while (await new SourceDatabase(role.Connection).Query<long>($"SELECT count(*) FROM pg_stat_activity WHERE datname = '{old}'", Cancellation) is not [0])
            await Task.Delay(50, Cancellation);
        Assert.Equal(0, (await ScratchDatabase.DropLeftOver(server, Cancellation)).Count);
        Assert.Equal(1, (await ScratchDatabase.DropOf(server, "run-b", Cancellation)).Count);
    }

    private static async Task<string> Database(RehearsalRole role, string name, string? comment)
    {
        var server = new SourceDatabase(role.Connection);
        await server.Run($"CREATE DATABASE {name}", Cancellation);
        if (comment is not null)
            await server.Run($"COMMENT ON DATABASE {name} IS '{comment}'", Cancellation);
        return name;
    }
}
