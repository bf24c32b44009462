using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using Mammoth.Postgres.Cluster;
using Npgsql;

namespace Mammoth.Benchmarks.Server;

/// <summary>
/// The server that is measured: a private one whose data stay in a folder from run to run, or one that <c>MAMMOTH_BENCH_POSTGRES</c> names.
/// A private one ends with this process, unless it ran before.
/// </summary>
internal sealed class BenchServer : IAsyncDisposable
{
    public const string Variable = "MAMMOTH_BENCH_POSTGRES";

    /// <summary>
    /// What decides how fast it is; durability is none, for the data can be made again. Shared memory is as PostgreSQL comes (128 MB), so that all tables are read through the kernel's
    /// cache: in shared memory they would be for some programs and not for others, by which came before.
    /// </summary>
    private const string Settings = """
        listen_addresses = '127.0.0.1'
        unix_socket_directories = ''
        ssl = on
        max_wal_size = '32GB'
        checkpoint_timeout = '1h'
        wal_level = minimal
        max_wal_senders = 0
        fsync = off
        synchronous_commit = off
        full_page_writes = off
        autovacuum = off
        maintenance_work_mem = '512MB'
        max_locks_per_transaction = 1024

        """;

    private readonly NpgsqlConnectionStringBuilder connection;
    private readonly Func<ValueTask>? stop;

    private BenchServer(NpgsqlConnectionStringBuilder connection, string psql, int? process, Func<ValueTask>? stop) =>
        (this.connection, Psql, Process, this.stop) = (connection, psql, process, stop);

    /// <summary>The program.</summary>
    public string Psql { get; }

    /// <summary>Its main process; null where the server is another's.</summary>
    public int? Process { get; }

    public static async Task<BenchServer> StartAsync(string folder, CancellationToken cancellationToken)
    {
        Binaries? binaries = Binaries.OnThisMachine();
        string psql = Command.Find("psql") ?? binaries?.Program("psql") ?? throw new InvalidOperationException("psql is needed, and is not on PATH.");
        if (Environment.GetEnvironmentVariable(Variable) is { Length: > 0 } given)
            return new(new(given), psql, null, null);

        if (binaries is null)
            throw new InvalidOperationException($"No PostgreSQL server was found on this machine; install one, or name one in {Variable}.");

        RunningUser user = await RunningUser.FindAsync(cancellationToken);
        string data = Path.Combine(folder, "cluster");
        string secret = Path.Combine(folder, "password");
        if (!File.Exists(Path.Combine(data, "PG_VERSION")))
            await InitAsync(binaries, user, data, secret, cancellationToken);

        NpgsqlConnectionStringBuilder connection = new()
        {
            Host = "127.0.0.1",
            Username = "postgres",
            Password = await File.ReadAllTextAsync(secret, cancellationToken),
            Pooling = false,
            CommandTimeout = 0,
        };
        if (Running(data) is { } running)
        {
            connection.Port = running.Port;
            return new(connection, psql, running.Process, null);
        }

        connection.Port = FreePort();
        await File.WriteAllTextAsync(Path.Combine(data, "bench.conf"), $"{Settings}port = {connection.Port}\n", cancellationToken);
        CommandResult started = await Command.RunAsync(
            user.Line(binaries.Program("pg_ctl"), "start", "-D", data, "-l", Path.Combine(data, "server.log"), "-w", "-t", "300"), TimeSpan.FromMinutes(6), cancellationToken);
        if (!started.Succeeded)
            throw new InvalidOperationException($"The server in {data} did not start: {started.Output}");

        ServerKeeper keeper = new(data);
        return new(connection, psql, Running(data)?.Process, async () =>
        {
            await Command.RunAsync(user.Line(binaries.Program("pg_ctl"), "stop", "-D", data, "-m", "fast", "-w", "-t", "300"), TimeSpan.FromMinutes(6), CancellationToken.None);
            keeper.Dispose();
        });
    }

    /// <summary>For Npgsql and for Mammoth.</summary>
    public string ConnectionString(string database, bool tls = false) =>
        new NpgsqlConnectionStringBuilder(connection.ConnectionString) { Database = database, SslMode = tls ? SslMode.Require : SslMode.Disable }.ConnectionString;

    /// <summary>What psql is told about the connection.</summary>
    public Dictionary<string, string> PsqlEnvironment(string database, bool tls = false) => new()
    {
        ["PGHOST"] = connection.Host!,
        ["PGPORT"] = connection.Port.ToString(CultureInfo.InvariantCulture),
        ["PGUSER"] = connection.Username!,
        ["PGPASSWORD"] = connection.Password ?? "",
        ["PGDATABASE"] = database,
        ["PGSSLMODE"] = tls ? "require" : "disable",

        // A server with Kerberos would be asked for it first.
        ["PGGSSENCMODE"] = "disable",
        ["PGOPTIONS"] = "-c synchronize_seqscans=off",
    };

    public async Task<NpgsqlConnection> OpenAsync(string database, CancellationToken cancellationToken)
    {
        NpgsqlConnection opened = new(ConnectionString(database));
        await opened.OpenAsync(cancellationToken);
        return opened;
    }

    public async Task<T> ScalarAsync<T>(string database, string sql, CancellationToken cancellationToken)
    {
        await using NpgsqlConnection opened = await OpenAsync(database, cancellationToken);
        await using NpgsqlCommand command = new(sql, opened);
        return (T)(await command.ExecuteScalarAsync(cancellationToken))!;
    }

    public ValueTask DisposeAsync() => stop?.Invoke() ?? ValueTask.CompletedTask;

    private static async Task InitAsync(Binaries binaries, RunningUser user, string data, string secret, CancellationToken cancellationToken)
    {
        string password = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(16));
        await WriteSecretAsync(secret, password, cancellationToken);
        Directory.CreateDirectory(data);
        await user.OwnAsync(data, cancellationToken);
        if (!(await Command.RunAsync(user.Line("test", "-w", data), TimeSpan.FromSeconds(10), cancellationToken)).Succeeded)
            throw new InvalidOperationException($"The user {user.Name}, which runs the server, can't enter {data}. Give --keep a folder that every user can enter.");

        string handed = Path.Combine(Path.GetTempPath(), $"mammoth-bench-{Guid.NewGuid():N}");
        await WriteSecretAsync(handed, password, cancellationToken);
        await user.OwnAsync(handed, cancellationToken);
        try
        {
            CommandResult made = await Command.RunAsync(
                user.Line(binaries.Program("initdb"), "-D", data, "-U", "postgres", "--auth=scram-sha-256", $"--pwfile={handed}", "--encoding=UTF8", "--locale=C", "--no-sync"),
                TimeSpan.FromMinutes(2), cancellationToken);
            if (!made.Succeeded)
                throw new InvalidOperationException($"initdb could not make a cluster in {data}: {made.Output}");
        }
        finally
        {
            File.Delete(handed);
        }

        await ServerCertificate.WriteAsync(data, cancellationToken);
        await File.AppendAllTextAsync(Path.Combine(data, "postgresql.conf"), "\ninclude = 'bench.conf'\n", cancellationToken);
        await user.OwnAsync(data, cancellationToken);
    }

    private static async Task WriteSecretAsync(string file, string text, CancellationToken cancellationToken)
    {
        await File.WriteAllTextAsync(file, "", cancellationToken);
        File.SetUnixFileMode(file, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        await File.WriteAllTextAsync(file, text, cancellationToken);
    }

    /// <summary>The server that runs on the folder, as it writes it down itself; null where none does.</summary>
    private static (int Process, int Port)? Running(string data)
    {
        string file = Path.Combine(data, "postmaster.pid");
        if (!File.Exists(file))
            return null;

        string[] lines = File.ReadAllLines(file);
        bool alive = lines.Length > 3 && File.Exists($"/proc/{lines[0].Trim()}/status");
        return alive ? (int.Parse(lines[0], CultureInfo.InvariantCulture), int.Parse(lines[3], CultureInfo.InvariantCulture)) : null;
    }

    private static int FreePort()
    {
        using TcpListener listener = new(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
