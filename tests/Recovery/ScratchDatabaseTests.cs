using Mammoth.Migration.Recovery;
using Mammoth.Tests.EndToEnd.Running;
using Mammoth.Tests.Fixtures;

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
        string id = Guid.NewGuid().ToString("N")[..8];
        string old = await Database(role, $"mammoth_rehearsal_0000{id}", mark);
        string[] others =
        [
            await Database(role, $"mammoth_rehearsal_1111{id}", null),
            await Database(role, $"mammoth_rehearsal_2222{id}", $"our own, {mark}"),
            await Database(role, $"mammoth_rehearsal_3333{id}_copy", mark),
            await Database(role, $"somebody_{id}", mark),
        ];
        await using (var somebody = await new SourceDatabase(new Npgsql.NpgsqlConnectionStringBuilder(role.Connection) { Database = old }.ConnectionString).Open(Cancellation))
            Assert.Equal(0, await ScratchDatabase.DropLeftOver(server, Cancellation));

        // The server takes a moment to notice that somebody left.
        while (await ScratchDatabase.DropLeftOver(server, Cancellation) == 0)
            await Task.Delay(50, Cancellation);
        Assert.Equal(others.Append(young).Append(kept).Order(StringComparer.Ordinal), (await role.Databases(Cancellation)).Order(StringComparer.Ordinal));
        Assert.Equal(1, await ScratchDatabase.DropOf(server, "run-a", Cancellation));
        Assert.Equal(0, await ScratchDatabase.DropOf(server, "run-a", Cancellation));
        Assert.Equal(others.Append(kept).Order(StringComparer.Ordinal), (await role.Databases(Cancellation)).Order(StringComparer.Ordinal));
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
