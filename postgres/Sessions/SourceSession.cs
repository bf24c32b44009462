using System.Globalization;
using Mammoth.Postgres.Copy;
using Mammoth.Postgres.Copy.Client;
using Mammoth.Postgres.Errors;
using Npgsql;

namespace Mammoth.Postgres.Sessions;

/// <summary>
/// A connection to the source of its own, with every setting pinned that changes what bytes a value is sent as, and without timeouts that could
/// end a long copy.
/// </summary>
public sealed class SourceSession : ISession
{
    private readonly NpgsqlDataSource source;

    private SourceSession(NpgsqlDataSource source, NpgsqlConnection connection, int serverVersion, bool isUnchecked)
    {
        this.source = source;
        Connection = connection;
        ServerVersion = serverVersion;
        IsUnchecked = isUnchecked;
    }

    /// <summary>The connection; it belongs to the session.</summary>
    public NpgsqlConnection Connection { get; }

    /// <summary><c>server_version_num</c>.</summary>
    public int ServerVersion { get; }

    /// <summary>The database is in <c>SQL_ASCII</c>: its text is read as it is stored, and may be no UTF-8 (<see cref="Copy.CopyDecoderOptions.UncheckedText"/>).</summary>
    public bool IsUnchecked { get; }

    /// <summary>Connects and pins the settings.</summary>
    /// <param name="connectionString">As <see cref="ConnectionText"/> reads it.</param>
    /// <exception cref="SourceConnectionException">There is no connection to be had; the message says why and what to do.</exception>
    public static async Task<SourceSession> Open(string connectionString, CancellationToken cancellation = default)
    {
        NpgsqlConnectionStringBuilder target = ConnectionText.Parse(connectionString);
        var builder = new NpgsqlDataSourceBuilder(Prepare(target).ConnectionString);

        // Types that a database defines are decoded here, not by Npgsql.
        builder.ConfigureTypeLoading(types => types.EnableTypeLoading(false));
        NpgsqlDataSource source = builder.Build();
        NpgsqlConnection? connection = null;
        try
        {
            connection = await source.OpenConnectionAsync(cancellation).ConfigureAwait(false);
            return await Pin(source, connection, cancellation).ConfigureAwait(false);
        }
        catch (Exception e)
        {
            if (connection is not null)
                await connection.DisposeAsync().ConfigureAwait(false);
            await source.DisposeAsync().ConfigureAwait(false);
            if (e is SourceException || cancellation.IsCancellationRequested)
                throw;
            if (e is NpgsqlException or TimeoutException or System.Net.Sockets.SocketException or IOException or System.Security.Authentication.AuthenticationException)
                throw ConnectionErrors.Explain(e, target);
            throw;
        }
    }

    /// <summary>Runs a statement that returns nothing.</summary>
    public async Task Execute(string sql, CancellationToken cancellation = default)
    {
        await using var command = new NpgsqlCommand(sql, Connection);
        await command.ExecuteNonQueryAsync(cancellation).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public Task<string?> Scalar(string sql, CancellationToken cancellation = default) => Scalar(sql, StatementLimit.Short, cancellation);

    /// <inheritdoc/>
    public async Task<string?> Scalar(string sql, TimeSpan limit, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand(sql, Connection) { CommandTimeout = StatementLimit.Seconds(limit) };
        return Convert.ToString(await command.ExecuteScalarAsync(cancellation).ConfigureAwait(false), CultureInfo.InvariantCulture) is { Length: > 0 } text ? text : null;
    }

    /// <inheritdoc/>
    async Task<ICopyBytes> ISession.CopyOut(string query, IReadOnlyList<CopyColumn> columns, CancellationToken cancellation) =>
        await NpgsqlCopyBytes.Open(Connection, query, CopySocket.SilenceLimit, cancellation).ConfigureAwait(false);

    public async ValueTask DisposeAsync()
    {
        await Connection.DisposeAsync().ConfigureAwait(false);
        await source.DisposeAsync().ConfigureAwait(false);
    }

    private static NpgsqlConnectionStringBuilder Prepare(NpgsqlConnectionStringBuilder target) => new(target.ConnectionString)
    {
        ApplicationName = "mammoth",

        // A session's settings and transaction are its own.
        Pooling = false,
        Enlist = false,
        CommandTimeout = StatementLimit.Seconds(StatementLimit.Short),
        TcpKeepAlive = true,
        TcpKeepAliveTime = 30,
        TcpKeepAliveInterval = 10,
        ReadBufferSize = 1 << 16,
        SocketReceiveBufferSize = 1 << 20,
        IncludeErrorDetail = false,
    };

    private static async Task<SourceSession> Pin(NpgsqlDataSource source, NpgsqlConnection connection, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand(SessionSettings.Sql, connection);
        await using NpgsqlDataReader reader = await Answer(command, cancellation).ConfigureAwait(false);
        await reader.ReadAsync(cancellation).ConfigureAwait(false);
        return new SourceSession(source, connection, SessionSettings.Version(reader.GetString(0)), reader.GetString(1) == "SQL_ASCII");
    }

    private static async Task<NpgsqlDataReader> Answer(NpgsqlCommand command, CancellationToken cancellation)
    {
        try
        {
            return await command.ExecuteReaderAsync(cancellation).ConfigureAwait(false);
        }
        catch (NpgsqlException e) when (e.InnerException is TimeoutException)
        {
            throw StatementLimit.Passed(StatementLimit.Short, e);
        }
    }
}
