using System.Globalization;
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

    /// <summary>Autovacuum starts a process for each database in turn, many a second where each test has one of its own. Logs are kept short, for they may be in memory.</summary>
    private static readonly Dictionary<string, string> Settings = new() { ["max_connections"] = "200", ["wal_level"] = "logical", ["max_wal_senders"] = "10", ["max_wal_size"] = "1GB", ["autovacuum"] = "off" };

    private readonly SemaphoreSlim starting = new(1, 1);
    private readonly SemaphoreSlim copying = new(1, 1);
    private readonly Dictionary<string, string> templates = [];
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
    public Task<string> CreateDatabaseAsync(string purpose, CancellationToken cancellationToken) => CreateDatabaseAsync(purpose, "template0 ENCODING 'UTF8'", cancellationToken);

    /// <summary>Creates a copy of a database that is loaded once for the whole run.</summary>
    /// <param name="purpose">Which it is.</param>
    /// <param name="load">Fills the empty database of a connection string.</param>
    public async Task<string> CopyDatabaseAsync(string purpose, Func<string, CancellationToken, Task> load, CancellationToken cancellationToken)
    {
        // Nobody else may be connected to a database while it is copied.
        await copying.WaitAsync(cancellationToken);
        try
        {
            if (!templates.TryGetValue(purpose, out string? template))
            {
                string made = await CreateDatabaseAsync($"{purpose}_template", cancellationToken);
                await load(made, cancellationToken);
                templates[purpose] = template = new NpgsqlConnectionStringBuilder(made).Database!;
            }

            return await CreateDatabaseAsync(purpose, Identifier.Quote(template), cancellationToken);
        }
        finally
        {
            copying.Release();
        }
    }

    private async Task<string> CreateDatabaseAsync(string purpose, string template, CancellationToken cancellationToken)
    {
        string name = $"{purpose}_{Guid.NewGuid():N}";
        name = name[..Math.Min(name.Length, 63)];
        await ExecuteAsync($"CREATE DATABASE {Identifier.Quote(name)} TEMPLATE {template}", cancellationToken);
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
        copying.Dispose();
    }

    private async Task<string> StartAsync(CancellationToken cancellationToken)
    {
        if (Environment.GetEnvironmentVariable(Variable) is { Length: > 0 } given)
            return given;

        if (await DockerEngine.AnswersAsync(cancellationToken))
        {
            PostgreSqlContainer container = new PostgreSqlBuilder("postgres:17")
                .WithWaitStrategy(Wait.ForUnixContainer().UntilCommandIsCompleted("pg_isready", "-h", "127.0.0.1"))
                .WithCommand(["-c", "fsync=off", "-c", "full_page_writes=off", .. Settings.SelectMany(s => new[] { "-c", $"{s.Key}={s.Value}" })])
                .Build();
            await container.StartAsync(cancellationToken);
            server = container;
            return container.GetConnectionString();
        }

        PrivateCluster cluster = await PrivateCluster.StartAsync(new() { Settings = Settings, Folder = InMemory() }, cancellationToken);
        server = cluster;
        return cluster.ConnectionString;
    }

    /// <summary>
    /// The file system in memory, where both have room for all databases of a run; null where not. A database is three hundred files, and to make them was most of what the
    /// server did: a sixth of the CPU of the whole run, where the disk's file system has no journal and seeks a number for each that none has had lately.
    /// </summary>
    private static string? InMemory()
    {
        const string Place = "/dev/shm";
        if (!OperatingSystem.IsLinux() || !Directory.Exists(Place))
            return null;
        foreach (ClusterFolder orphan in ClusterFolder.Orphans(Place))
            orphan.StopAndDelete();
        return new DriveInfo(Place) is { DriveFormat: "tmpfs", AvailableFreeSpace: > 16L << 30 } && AvailableMemory() > 20L << 30 ? Place : null;
    }

    /// <summary>Bytes that programs can have without others being put to disk; of a container no more than its own.</summary>
    private static long AvailableMemory()
    {
        string line = File.ReadLines("/proc/meminfo").First(l => l.StartsWith("MemAvailable:", StringComparison.Ordinal));
        return Math.Min(GC.GetGCMemoryInfo().TotalAvailableMemoryBytes, long.Parse(line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[1], CultureInfo.InvariantCulture) << 10);
    }

    private async Task ExecuteAsync(string sql, CancellationToken cancellationToken)
    {
        string admin = new NpgsqlConnectionStringBuilder(await GetConnectionStringAsync(cancellationToken)) { Pooling = false, CommandTimeout = 300 }.ConnectionString;
        await using NpgsqlConnection connection = new(admin);
        await connection.OpenAsync(cancellationToken);
        await using NpgsqlCommand command = new(sql, connection);
        await command.ExecuteNonQueryAsync(cancellationToken);
    }
}
