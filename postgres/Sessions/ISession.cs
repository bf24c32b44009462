using Mammoth.Postgres.Copy;
using Npgsql;

namespace Mammoth.Postgres.Sessions;

/// <summary>What a session at a snapshot must be able to do; over Npgsql, or over the client that is made for copying.</summary>
internal interface ISession : IAsyncDisposable
{
    /// <summary><c>server_version_num</c>.</summary>
    int ServerVersion { get; }

    /// <summary>The database is in <c>SQL_ASCII</c>.</summary>
    bool IsUnchecked { get; }

    /// <summary>Runs a statement that returns nothing, or several.</summary>
    /// <exception cref="PostgresException">The server refuses.</exception>
    /// <exception cref="NpgsqlException">The connection failed.</exception>
    Task Execute(string sql, CancellationToken cancellation = default);

    /// <summary>The first column of the first row, as text; null where there is none.</summary>
    /// <exception cref="PostgresException">The server refuses.</exception>
    /// <exception cref="NpgsqlException">The connection failed.</exception>
    Task<string?> Scalar(string sql, CancellationToken cancellation = default);

    /// <inheritdoc cref="Scalar(string, CancellationToken)"/>
    /// <param name="limit">How long it may take.</param>
    Task<string?> Scalar(string sql, TimeSpan limit, CancellationToken cancellation);

    /// <summary>Starts to read the rows of a query as a binary COPY. Until its end the session can do nothing else.</summary>
    /// <param name="columns">The wire forms of the query's columns, in order.</param>
    /// <exception cref="PostgresException">The server refuses.</exception>
    /// <exception cref="NpgsqlException">The connection failed.</exception>
    Task<ICopyBytes> CopyOut(string query, IReadOnlyList<CopyColumn> columns, CancellationToken cancellation);
}
