using Mammoth.Postgres.Cluster;
using Npgsql;

namespace Mammoth.Tests.Postgres;

/// <summary>A server of a test's own, which it may restart and starve.</summary>
internal sealed class OwnCluster : IAsyncDisposable
{
    private readonly PrivateCluster cluster;
    private readonly string data;

    private OwnCluster(PrivateCluster cluster, string data) => (this.cluster, this.data) = (cluster, data);

    /// <summary>A superuser's connection string, without pooling.</summary>
    public string ConnectionString => new NpgsqlConnectionStringBuilder(cluster.ConnectionString) { Pooling = false }.ConnectionString;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public static async Task<OwnCluster> StartAsync(params (string Name, string Value)[] settings)
    {
        var options = new ClusterOptions { AllowDocker = false, Settings = settings.ToDictionary(s => s.Name, s => s.Value) };
        PrivateCluster cluster = await PrivateCluster.StartAsync(options, Cancel);
        try
        {
            await using var connection = new NpgsqlConnection(new NpgsqlConnectionStringBuilder(cluster.ConnectionString) { Pooling = false }.ConnectionString);
            await connection.OpenAsync(Cancel);
            await using var command = new NpgsqlCommand("SHOW data_directory", connection);
            return new OwnCluster(cluster, (string)(await command.ExecuteScalarAsync(Cancel))!);
        }
        catch
        {
            await cluster.DisposeAsync();
            throw;
        }
    }

    /// <summary>Restarts the server and waits until it answers.</summary>
    /// <param name="mode"><c>fast</c> tells every session that it ends; <c>immediate</c> is a crash, with recovery.</param>
    public async Task RestartAsync(string mode)
    {
        RunningUser user = await RunningUser.FindAsync(Cancel);
        CommandResult result = await Command.RunAsync(
            user.Line(Path.Combine(cluster.BinDirectory!, "pg_ctl"), "restart", "-D", data, "-l", Path.Combine(Path.GetDirectoryName(data)!, "server.log"), "-m", mode, "-w", "-t", "60"),
            TimeSpan.FromSeconds(90),
            Cancel);
        Assert.True(result.Succeeded, result.Output);
    }

    /// <summary>A standby of this server, in its folder. The server needs <c>wal_level = replica</c> and a few <c>max_wal_senders</c>.</summary>
    public Task<Standby> StandbyAsync(params (string Name, string Value)[] settings) =>
        Standby.StartAsync(cluster.BinDirectory!, ConnectionString, Path.Combine(Path.GetDirectoryName(data)!, $"standby-{Guid.NewGuid():N}"), settings);

    /// <summary>The server is gone at once, as with its machine.</summary>
    public async Task StopAsync()
    {
        RunningUser user = await RunningUser.FindAsync(Cancel);
        CommandResult result = await Command.RunAsync(user.Line(Path.Combine(cluster.BinDirectory!, "pg_ctl"), "stop", "-D", data, "-m", "immediate", "-w"), TimeSpan.FromSeconds(60), Cancel);
        Assert.True(result.Succeeded, result.Output);
    }

    public async Task<NpgsqlConnection> ConnectAsync()
    {
        var connection = new NpgsqlConnection(ConnectionString);
        await connection.OpenAsync(Cancel);
        return connection;
    }

    public async Task ExecuteAsync(string sql)
    {
        await using NpgsqlConnection connection = await ConnectAsync();
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync(Cancel);
    }

    public ValueTask DisposeAsync() => cluster.DisposeAsync();
}
