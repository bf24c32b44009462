using System.Net.Sockets;
using Npgsql;

namespace Mammoth.Cli.Errors;

/// <summary>What PostgreSQL's refusals mean for the person at the keyboard.</summary>
internal static class PostgresFailure
{
    public static Failure Read(PostgresException error)
    {
        (string? what, string? wayOut) = error.SqlState switch
        {
            PostgresErrorCodes.InvalidPassword or PostgresErrorCodes.InvalidAuthorizationSpecification => ("PostgreSQL refused the login.", "Check user and password in --source or MAMMOTH_SOURCE (PGPASSWORD and ~/.pgpass are read too), and pg_hba.conf on the server."),
            PostgresErrorCodes.InvalidCatalogName => ("There is no such database.", "Check Database=… in --source; `psql -l` lists those of the server."),
            PostgresErrorCodes.InsufficientPrivilege => ("The role lacks a privilege.", "Grant it (GRANT USAGE ON SCHEMA …, GRANT SELECT ON …), or leave the table out with --exclude."),
            PostgresErrorCodes.TooManyConnections => ("The server has no connection left.", "Raise max_connections, or give --slots a smaller number."),
            PostgresErrorCodes.CannotConnectNow => ("The server is starting or shutting down.", "Run the same command again in a moment."),
            PostgresErrorCodes.DiskFull => ("The server's disk is full.", "Free some space on the server and run the same command again."),
            PostgresErrorCodes.QueryCanceled or PostgresErrorCodes.AdminShutdown => ("The server ended the session.", "Run the same command again; it goes on where it was."),
            _ => (null, null),
        };
        string said = $"{error.SqlState}: {error.MessageText}{(error.Detail is { Length: > 0 } detail ? $" ({detail})" : "")}";
        return new(what ?? "PostgreSQL reported an error.", said, wayOut ?? error.Hint, ExitCodes.Failed)
        {
            Code = "source",
            Table = error.TableName is { } table ? $"{error.SchemaName}.{table}" : null,
        };
    }

    public static Failure Unreachable(NpgsqlException error)
    {
        (string what, string wayOut) = error.InnerException switch
        {
            SocketException { SocketErrorCode: SocketError.HostNotFound or SocketError.NoData or SocketError.TryAgain } => ("The source's host is not known.", "Check Host=… in --source."),
            SocketException { SocketErrorCode: SocketError.ConnectionRefused } => ("Nothing answers at the source's address.", "Check host and port in --source, and that the server runs and listens there (listen_addresses)."),
            TimeoutException => ("The source did not answer in time.", "Check host, port and what is in between: firewalls, proxies. MAMMOTH_STATEMENT_LIMIT allows a statement more seconds."),
            _ => ("The connection to the source failed.", "Check --source and that the server can be reached, and run the same command again."),
        };
        return new(what, error.InnerException is { } inner && !error.Message.Contains(inner.Message, StringComparison.Ordinal) ? $"{error.Message}: {inner.Message}" : error.Message, wayOut, ExitCodes.Failed) { Code = "source" };
    }
}
