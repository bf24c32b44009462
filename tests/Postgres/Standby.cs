using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Mammoth.Postgres.Cluster;
using Npgsql;

namespace Mammoth.Tests.Postgres;

/// <summary>A standby that follows a server by streaming, and can take its place.</summary>
internal sealed class Standby : IAsyncDisposable
{
    private readonly string control;
    private readonly string data;
    private readonly RunningUser user;

    private Standby(string control, string data, RunningUser user, string connectionString) => (this.control, this.data, this.user, ConnectionString) = (control, data, user, connectionString);

    /// <summary>A superuser's connection string, without pooling.</summary>
    public string ConnectionString { get; }

    public int Port => new NpgsqlConnectionStringBuilder(ConnectionString).Port;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public static async Task<Standby> StartAsync(string programs, string primary, string data, (string Name, string Value)[] settings)
    {
        RunningUser user = await RunningUser.FindAsync(Cancel);
        var from = new NpgsqlConnectionStringBuilder(primary);
        string conninfo = $"host={from.Host} port={from.Port} user={from.Username} password={from.Password}";
        await Run(user, Path.Combine(programs, "pg_basebackup"), "-D", data, "-d", conninfo, "-R", "-X", "stream", "-c", "fast");
        int port = FreePort();
        string options = string.Join(' ', settings.Append(("port", port.ToString(CultureInfo.InvariantCulture))).Append(("unix_socket_directories", "")).Select(s => $"-c {s.Item1}={(s.Item2.Length == 0 ? "''" : s.Item2)}"));
        string control = Path.Combine(programs, "pg_ctl");
        await Run(user, control, "start", "-D", data, "-l", $"{data}.log", "-o", options, "-w", "-t", "60");
        return new(control, data, user, new NpgsqlConnectionStringBuilder(primary) { Port = port, Pooling = false }.ConnectionString);
    }

    /// <summary>Waits until it has all that the server has written until now.</summary>
    public async Task CatchUpAsync(string primary)
    {
        string written = await ScalarAsync(primary, "SELECT pg_current_wal_insert_lsn()::text");
        while (await ScalarAsync(ConnectionString, $"SELECT (pg_last_wal_replay_lsn() >= '{written}'::pg_lsn)::text") != "true")
            await Task.Delay(50, Cancel);
    }

    /// <summary>Makes it the server.</summary>
    public Task PromoteAsync() => Run(user, control, "promote", "-D", data, "-w", "-t", "60");

    public async ValueTask DisposeAsync() =>
        await Command.RunAsync(user.Line(control, "stop", "-D", data, "-m", "immediate", "-w"), TimeSpan.FromSeconds(60), CancellationToken.None);

    private static async Task<string> ScalarAsync(string server, string sql)
    {
        await using var connection = new NpgsqlConnection(new NpgsqlConnectionStringBuilder(server) { Database = "postgres", Pooling = false }.ConnectionString);
        await connection.OpenAsync(Cancel);
        await using var command = new NpgsqlCommand(sql, connection);
        return (string)(await command.ExecuteScalarAsync(Cancel))!;
    }

    private static async Task Run(RunningUser user, params string[] line)
    {
        CommandResult result = await Command.RunAsync(user.Line(line), TimeSpan.FromSeconds(120), Cancel);
        Assert.True(result.Succeeded, result.Output);
    }

    private static int FreePort()
    {
        using TcpListener listener = new(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
