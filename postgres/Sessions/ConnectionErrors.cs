using System.Net.Sockets;
using System.Security.Authentication;
using Mammoth.Postgres.Errors;
using Npgsql;

namespace Mammoth.Postgres.Sessions;

/// <summary>Says in a sentence why a connection failed, and what to do about it.</summary>
internal static class ConnectionErrors
{
    public static SourceConnectionException Explain(Exception error, NpgsqlConnectionStringBuilder target)
    {
        (ConnectionFailure failure, string why) = error switch
        {
            PostgresException refusal => Refusal(refusal, target),
            _ => Failure(error, target),
        };
        return new SourceConnectionException(failure, why, error);
    }

    private static (ConnectionFailure Failure, string Why) Refusal(PostgresException error, NpgsqlConnectionStringBuilder target)
    {
        string server = $"{target.Host}:{target.Port}";
        return error.SqlState switch
        {
            "28P01" => (ConnectionFailure.Authentication, $"{server} refuses the password of '{target.Username}'. Give the right one in the connection string, in PGPASSWORD or in a passfile."),
            "28000" => (ConnectionFailure.Authentication, $"{server} does not let '{target.Username}' in: {error.MessageText}. Use another role, or allow it in the server's pg_hba.conf."),
            "3D000" => (ConnectionFailure.MissingDatabase, $"There is no database '{target.Database}' on {server}. Correct its name in the connection string; psql --list shows those there are."),
            "42501" => (ConnectionFailure.Privilege, $"'{target.Username}' may not connect to '{target.Database}' on {server}. Run GRANT CONNECT ON DATABASE {Catalog.Identifier.Quote(target.Database ?? "")} TO {Catalog.Identifier.Quote(target.Username ?? "")}."),
            "53300" => (ConnectionFailure.Busy, $"{server} has no connection left ({error.MessageText}). Use fewer at a time (--slots; there are up to three beside them), or raise the role's or the database's CONNECTION LIMIT or the server's max_connections."),
            "57P03" or "57P01" or "57P02" => (ConnectionFailure.Busy, $"{server} takes no connections right now: {error.MessageText}. Try again in a moment."),
            _ => (ConnectionFailure.Other, $"{server} refuses the connection: {error.MessageText} [SQLSTATE {error.SqlState}]."),
        };
    }

    private static (ConnectionFailure Failure, string Why) Failure(Exception error, NpgsqlConnectionStringBuilder target)
    {
        string server = $"{target.Host}:{target.Port}";
        if (Causes(error).OfType<SocketException>().FirstOrDefault() is { } socket)
        {
            return (ConnectionFailure.Unreachable, socket.SocketErrorCode switch
            {
                SocketError.HostNotFound or SocketError.NoData or SocketError.TryAgain => $"There is no host '{target.Host}'. Correct its name in the connection string.",
                SocketError.ConnectionRefused => $"Nobody listens on {server}. Start the server, or correct host and port; listen_addresses must name an address that can be reached from here.",
                _ => $"{server} can't be reached: {socket.Message}. Check the network, firewalls and the host's name.",
            });
        }

        if (Causes(error).OfType<StatementTimeoutException>().FirstOrDefault() is { } unanswered)
            return (ConnectionFailure.Unreachable, unanswered.Message);
        if (Causes(error).Any(e => e is TimeoutException or OperationCanceledException))
            return (ConnectionFailure.Unreachable, $"{server} gave no answer in {target.Timeout} seconds. Check host, port, network and firewalls.");
        if (Causes(error).OfType<AuthenticationException>().FirstOrDefault() is { } tls)
            return (ConnectionFailure.Encryption, $"TLS with {server} failed: {tls.Message} Give the server's root certificate (sslrootcert), or another sslmode.");
        if (error.Message.Contains("password", StringComparison.OrdinalIgnoreCase))
            return (ConnectionFailure.Authentication, $"{server} asks for a password for '{target.Username}', and there is none. Give one in the connection string, in PGPASSWORD or in a passfile.");
        if (error.Message.Contains("No SSL enabled connection", StringComparison.Ordinal))
        {
            return (ConnectionFailure.Encryption, $"{server} takes no encrypted connection, and {Word(target.SslMode)} asks for one{(target.SslMode == SslMode.Require ? " (the default for other machines)" : "")}. "
                + "Turn TLS on at the server (ssl = on), or give sslmode=prefer in the connection string (encrypted where the server offers it) or sslmode=disable (never).");
        }

        if (error.Message.Contains("SSL", StringComparison.Ordinal))
            return (ConnectionFailure.Encryption, $"{server} and the connection string don't agree on TLS: {error.Message}. Set another sslmode.");
        return (ConnectionFailure.Other, $"The connection to {server} failed: {error.Message}");
    }

    private static string Word(SslMode mode) => $"sslmode={mode switch { SslMode.VerifyCA => "verify-ca", SslMode.VerifyFull => "verify-full", _ => "require" }}";

    private static IEnumerable<Exception> Causes(Exception error)
    {
        for (Exception? e = error; e is not null; e = e.InnerException)
            yield return e;
    }
}
