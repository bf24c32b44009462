using DotNet.Testcontainers.Builders;
using Mammoth.Postgres.Catalog;
using Mammoth.Postgres.Cluster;
using Mammoth.Tests.Fixtures;
using Npgsql;
using Testcontainers.PostgreSql;

[assembly: AssemblyFixture(typeof(PostgresFixture))]

namespace Mammoth.Tests.Fixtures;

/// <summary>
/// One PostgreSQL server for the whole test run: the one <c>MAMMOTH_TEST_POSTGRES</c> names (a superuser's connection
/// string), else a container where a Docker engine answers, else a private cluster. It is started by the first test that asks.
/// </summary>
public sealed class PostgresFixture : IAsyncDisposable
{
    public const string Variable = "MAMMOTH_TEST_POSTGRES";

    private readonly SemaphoreSlim starting = new(1, 1);
    private readonly List<string> databases = [];
    private string? connectionString;
    private IAsyncDisposable? server;

    /// <summary>The private cluster, where the server is one.</summary>
    public PrivateCluster? Cluster => server as PrivateCluster;

    /// <summary>A superuser's connection string to the server's first database.</summary>
    public async Task<string> GetConnectionStringAsync(CancellationToken cancellationToken)
    {
        await starting.WaitAsync(cancellationToken);
        try
        {
            return connectionString ??= await StartAsync(cancellationToken);
        }
        finally
        {
            starting.Release();
        }
    }

    /// <summary>Creates an empty database of its own and returns a superuser's connection string to it.</summary>
    public async Task<string> CreateDatabaseAsync(string purpose, CancellationToken cancellationToken)
    {
        string name = $"{purpose}_{Guid.NewGuid():N}";
        name = name[..Math.Min(name.Length, 63)];
        await ExecuteAsync($"CREATE DATABASE {Identifier.Quote(name)} TEMPLATE template0 ENCODING 'UTF8'", cancellationToken);
        lock (databases)
        {
            databases.Add(name);
        }

        // Without pooling no idle connection keeps a dropped database, or the server, from ending.
        return new NpgsqlConnectionStringBuilder(await GetConnectionStringAsync(cancellationToken)) { Database = name, Pooling = false }.ConnectionString;
    }

    public async ValueTask DisposeAsync()
    {
        if (server is not null)
        {
            await server.DisposeAsync();
        }
        else
        {
            foreach (string name in databases)
                await ExecuteAsync($"DROP DATABASE IF EXISTS {Identifier.Quote(name)} WITH (FORCE)", CancellationToken.None);
        }

        starting.Dispose();
    }

    private async Task<string> StartAsync(CancellationToken cancellationToken)
    {
        if (Environment.GetEnvironmentVariable(Variable) is { Length: > 0 } given)
            return given;

        if (await DockerEngine.AnswersAsync(cancellationToken))
        {
            PostgreSqlContainer container = new PostgreSqlBuilder("postgres:17")
                .WithWaitStrategy(Wait.ForUnixContainer().UntilCommandIsCompleted("pg_isready", "-h", "127.0.0.1"))
                .WithCommand("-c", "fsync=off", "-c", "full_page_writes=off", "-c", "max_connections=200", "-c", "wal_level=logical")
                .Build();
            await container.StartAsync(cancellationToken);
            server = container;
            return container.GetConnectionString();
        }

        ClusterOptions options = new()
        {
            Settings = new Dictionary<string, string> { ["max_connections"] = "200", ["wal_level"] = "logical", ["max_wal_senders"] = "10" },
        };
        PrivateCluster cluster = await PrivateCluster.StartAsync(options, cancellationToken);
        server = cluster;
        return cluster.ConnectionString;
    }

    private async Task ExecuteAsync(string sql, CancellationToken cancellationToken)
    {
        string admin = new NpgsqlConnectionStringBuilder(await GetConnectionStringAsync(cancellationToken)) { Pooling = false }.ConnectionString;
        await using NpgsqlConnection connection = new(admin);
        await connection.OpenAsync(cancellationToken);
        await using NpgsqlCommand command = new(sql, connection);
        await command.ExecuteNonQueryAsync(cancellationToken);
    }
}
