using System.Globalization;
using Mammoth.Postgres.Errors;
using Npgsql;

namespace Mammoth.Postgres.Sessions;

/// <summary>
/// A connection to the source of its own, with every setting pinned that changes what bytes a value is sent as, and without timeouts that could
/// end a long copy.
/// </summary>
public sealed class SourceSession : IAsyncDisposable
{
    /// <summary>The oldest server that is understood.</summary>
    public const int OldestServer = 130000;

    private static readonly (string Name, string Value)[] Pinned =
    [
        ("TimeZone", "UTC"),
        ("DateStyle", "ISO, MDY"),
        ("IntervalStyle", "postgres"),
        ("extra_float_digits", "1"),
        ("bytea_output", "hex"),
        ("xmlbinary", "base64"),
        ("lc_monetary", "C"),
        ("search_path", "pg_catalog"),
        ("quote_all_identifiers", "off"),

        // Row-level security must be an error, never rows that are silently missing.
        ("row_security", "off"),
        ("jit", "off"),

        // Rows come in the same order each time.
        ("synchronize_seqscans", "off"),
        ("statement_timeout", "0"),
        ("lock_timeout", "0"),
        ("idle_in_transaction_session_timeout", "0"),
        ("idle_session_timeout", "0"),
        ("transaction_timeout", "0"),
    ];

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
        CommandTimeout = 0,
        TcpKeepAlive = true,
        TcpKeepAliveTime = 30,
        TcpKeepAliveInterval = 10,
        ReadBufferSize = 1 << 16,
        SocketReceiveBufferSize = 1 << 20,
        IncludeErrorDetail = false,
    };

    private static async Task<SourceSession> Pin(NpgsqlDataSource source, NpgsqlConnection connection, CancellationToken cancellation)
    {
        // A setting that a version does not have is left alone. SQL_ASCII checks and converts nothing: read raw, or the server refuses what is no UTF-8.
        string values = string.Join(", ", Pinned.Select(p => $"('{p.Name}', '{p.Value}')"));
        string sql = $"""
            SELECT pg_catalog.current_setting('server_version_num'), pg_catalog.current_setting('server_encoding'),
                (SELECT pg_catalog.count(pg_catalog.set_config(p.name, p.value, false)) FROM (VALUES {values}) AS p (name, value)
                    WHERE EXISTS (SELECT FROM pg_catalog.pg_settings s WHERE pg_catalog.lower(s.name) = pg_catalog.lower(p.name))),
                CASE WHEN pg_catalog.current_setting('server_encoding') = 'SQL_ASCII' THEN pg_catalog.set_config('client_encoding', 'SQL_ASCII', false) END
            """;
        await using var command = new NpgsqlCommand(sql, connection);
        await using NpgsqlDataReader reader = await command.ExecuteReaderAsync(cancellation).ConfigureAwait(false);
        await reader.ReadAsync(cancellation).ConfigureAwait(false);
        int version = int.Parse(reader.GetString(0), CultureInfo.InvariantCulture);
        return version >= OldestServer
            ? new SourceSession(source, connection, version, reader.GetString(1) == "SQL_ASCII")
            : throw new SourceConnectionException(
                ConnectionFailure.Unsupported,
                $"The server is PostgreSQL {version / 10000}, older than what Mammoth reads (14 to 18, and 13 with each table in one chunk). Upgrade it, or restore a dump of it into a newer one.");
    }
}
