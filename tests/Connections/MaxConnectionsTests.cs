using Mammoth.Tests.Cli;
using Mammoth.Tests.Fixtures;
using Npgsql;

namespace Mammoth.Tests.Connections;

/// <summary><c>--max-connections</c>: what the server sees of a run.</summary>
public sealed class MaxConnectionsTests(PostgresFixture postgres)
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(4)]
    [InlineData(7)]
    public async Task A_run_never_holds_more(int most)
    {
        string source = await postgres.CreateDatabaseAsync("bounded", Cancellation);
        string tables = string.Concat(Enumerable.Range(0, 12).Select(i => $"CREATE TABLE t{i} AS SELECT i, md5(i::text) FROM generate_series(1, 20000) i;"));
        await using (var connection = new NpgsqlConnection(source))
        {
            await connection.OpenAsync(Cancellation);
            await using var command = new NpgsqlCommand(tables, connection);
            await command.ExecuteNonQueryAsync(Cancellation);
        }

        string folder = Directory.CreateTempSubdirectory("mammoth-bounded-").FullName;
        using var over = new CancellationTokenSource();
        Task<int> seen = Most(source, over.Token);
        try
        {
            CommandLine run = await CommandLine.RunAsync("migrate", "--source", source, "--warehouse", Path.Combine(folder, "lake"), "--slots", "16", "--max-connections", $"{most}");
            Assert.True(run.ExitCode == 0, run.Error);
        }
        finally
        {
            await over.CancelAsync();
            Directory.Delete(folder, recursive: true);
        }

        Assert.InRange(await seen, most - 1, most);
    }

    private static async Task<int> Most(string source, CancellationToken until)
    {
        var admin = new NpgsqlConnectionStringBuilder(source) { Pooling = false };
        string database = admin.Database!;
        admin.Database = "postgres";
        await using var connection = new NpgsqlConnection(admin.ConnectionString);
        await connection.OpenAsync(CancellationToken.None);
        int most = 0;
        while (!until.IsCancellationRequested)
        {
            await using var command = new NpgsqlCommand("SELECT count(*)::int FROM pg_stat_activity WHERE datname = $1 AND backend_type = 'client backend'", connection) { Parameters = { new() { Value = database } } };
            most = Math.Max(most, (int)(await command.ExecuteScalarAsync(CancellationToken.None))!);
            await Task.Delay(10, CancellationToken.None);
        }

        return most;
    }
}
