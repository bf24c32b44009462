using Mammoth.Tests.Fixtures;
using Npgsql;

namespace Mammoth.Tests.Postgres;

/// <summary>An empty database of its own, with a superuser's connection to it.</summary>
internal sealed class SourceDatabase : IAsyncDisposable
{
    private SourceDatabase(string connectionString, NpgsqlConnection connection)
    {
        ConnectionString = connectionString;
        Connection = connection;
    }

    public string ConnectionString { get; }

    public NpgsqlConnection Connection { get; }

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public static async Task<SourceDatabase> CreateAsync(PostgresFixture postgres, string purpose)
    {
        string connectionString = await postgres.CreateDatabaseAsync(purpose, Cancel);
        var database = new SourceDatabase(connectionString, new NpgsqlConnection(connectionString));
        await database.Connection.OpenAsync(Cancel);
        return database;
    }

    public async Task<NpgsqlConnection> ConnectAsync()
    {
        var connection = new NpgsqlConnection(ConnectionString);
        await connection.OpenAsync(Cancel);
        return connection;
    }

    public async Task ExecuteAsync(string sql)
    {
        await using var command = new NpgsqlCommand(sql, Connection) { CommandTimeout = 300 };
        await command.ExecuteNonQueryAsync(Cancel);
    }

    public async Task<T> QueryAsync<T>(string sql)
    {
        await using var command = new NpgsqlCommand(sql, Connection) { CommandTimeout = 300 };
        object? value = await command.ExecuteScalarAsync(Cancel);
        return value is DBNull or null ? default! : (T)value;
    }

    /// <summary>The bytes of <c>COPY (query) TO STDOUT (FORMAT binary)</c>.</summary>
    public async Task<byte[]> CopyOutAsync(string query)
    {
        await using NpgsqlRawCopyStream stream = await Connection.BeginRawBinaryCopyAsync($"COPY ({query}) TO STDOUT (FORMAT binary)", Cancel);
        using var bytes = new MemoryStream();
        await stream.CopyToAsync(bytes, Cancel);
        return bytes.ToArray();
    }

    /// <summary>Sends bytes to <c>COPY target FROM STDIN (FORMAT binary)</c>.</summary>
    public async Task CopyInAsync(string target, ReadOnlyMemory<byte> bytes)
    {
        await using NpgsqlRawCopyStream stream = await Connection.BeginRawBinaryCopyAsync($"COPY {target} FROM STDIN (FORMAT binary)", Cancel);
        await stream.WriteAsync(bytes, Cancel);
    }

    public async ValueTask DisposeAsync() => await Connection.DisposeAsync();
}
