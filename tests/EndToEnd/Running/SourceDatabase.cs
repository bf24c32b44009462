using System.Collections.Concurrent;
using Mammoth.Postgres.Catalog;
using Mammoth.Tests.Fixtures;
using Npgsql;

namespace Mammoth.Tests.EndToEnd.Running;

/// <summary>A database of a test's own.</summary>
internal sealed class SourceDatabase(string connectionString)
{
    private readonly ConcurrentDictionary<string, string> unquoted = new(StringComparer.Ordinal);

    public string ConnectionString => connectionString;

    public string Name => new NpgsqlConnectionStringBuilder(connectionString).Database!;

    public static async Task<SourceDatabase> Create(PostgresFixture postgres, string purpose, string sql, CancellationToken cancellation)
    {
        var database = new SourceDatabase(await postgres.CreateDatabaseAsync(purpose, cancellation));
        await database.Run(sql, cancellation);
        return database;
    }

    /// <summary>The same server as somebody else.</summary>
    public string As(Action<NpgsqlConnectionStringBuilder> change)
    {
        var builder = new NpgsqlConnectionStringBuilder(connectionString);
        change(builder);
        return builder.ConnectionString;
    }

    public async Task<NpgsqlConnection> Open(CancellationToken cancellation)
    {
        var connection = new NpgsqlConnection(connectionString);
        await connection.OpenAsync(cancellation);
        return connection;
    }

    public async Task Run(string sql, CancellationToken cancellation)
    {
        await using var connection = await Open(cancellation);
        await using var command = new NpgsqlCommand(sql, connection) { CommandTimeout = 0 };
        await command.ExecuteNonQueryAsync(cancellation);
    }

    public async Task<List<T>> Query<T>(string sql, CancellationToken cancellation)
    {
        await using var connection = await Open(cancellation);
        await using var command = new NpgsqlCommand(sql, connection);
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        var values = new List<T>();
        while (await reader.ReadAsync(cancellation))
            values.Add(reader.GetFieldValue<T>(0));
        return values;
    }

    /// <summary>The relations a migration is to copy (ordinary tables and partition roots), quoted.</summary>
    public Task<List<string>> Tables(CancellationToken cancellation) => Query<string>(
        """
        SELECT format('%I.%I', n.nspname, c.relname) FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
        WHERE c.relkind IN ('r', 'p') AND NOT c.relispartition AND c.relpersistence <> 't' AND n.nspname NOT IN ('pg_catalog', 'information_schema') ORDER BY 1
        """,
        cancellation);

    /// <summary>A relation's name as <c>schema.name</c>, unquoted, which is how reports have it.</summary>
    public async Task<string> Unquoted(string relation, CancellationToken cancellation) => unquoted.GetValueOrDefault(relation) ?? (unquoted[relation] = (await Query<string>(
        $"SELECT n.nspname || '.' || c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE c.oid = {Identifier.Literal(relation)}::regclass", cancellation)).Single());
}
