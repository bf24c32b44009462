using System.Net.Sockets;
using Mammoth.Iceberg.Catalogs;
using Mammoth.Iceberg.IO;
using Mammoth.Migration.Errors;
using Mammoth.Postgres.Cluster;
using Mammoth.Postgres.Errors;
using Npgsql;

namespace Mammoth.Cli.Errors;

/// <summary>Says of any exception what a person needs: what failed, the cause, the way out.</summary>
internal static class FailureReader
{
    public static Failure Read(Exception error) => error switch
    {
        AggregateException { InnerExceptions: [var only] } => Read(only),
        UsageException e => new(e.Message, Cause(e), e.WayOut, ExitCodes.Usage) { Code = e.Code },
        VerificationException e => new(e.Message, Cause(e), e.WayOut, ExitCodes.Differences) { Code = e.Code },
        MammothException e => OfOurs(e),
        WarehouseFormatException e => new(e.Message, null, null, ExitCodes.Usage) { Code = "usage" },
        CatalogException e => new(e.Message, e.InnerException?.Message, null, ExitCodes.Failed) { Code = "warehouse" },
        ClusterUnavailableException e => new(e.Message, null, null, ExitCodes.Failed) { Code = "no-postgres" },
        SourceConnectionException { Failure: ConnectionFailure.Text } e => new(e.Message, null, null, ExitCodes.Usage) { Code = "usage" },
        SourceException e => new(e.Message, null, null, ExitCodes.Failed) { Code = "source" },
        OperationCanceledException => new("Stopped before the end.", null, "Run the same command again; it goes on where it was.", ExitCodes.Failed) { Code = "stopped" },
        PostgresException e => PostgresFailure.Read(e),
        NpgsqlException e => PostgresFailure.Unreachable(e),
        StorageException e => new(e.Message, e.InnerException?.Message, null, ExitCodes.Failed) { Code = "storage" },
        SocketException e => new($"The network failed: {e.Message}.", null, "Check host, port and firewall, and run the same command again.", ExitCodes.Failed) { Code = "network" },
        UnauthorizedAccessException e => new(e.Message, null, "Give this user the permission, or choose another folder.", ExitCodes.Failed) { Code = "permission" },
        IOException e when IsDiskFull(e) => new("The disk is full.", e.Message, "Free some space, or choose another --warehouse, and run the same command again; it goes on where it was.", ExitCodes.Failed) { Code = "disk-full" },
        IOException e => new(e.Message, e.InnerException?.Message, null, ExitCodes.Failed) { Code = "io" },
        _ => new($"Something unforeseen happened: {error.Message}", error.GetType().Name, "Run again with --verbose and report what it prints: this is a fault of mammoth.", ExitCodes.Failed) { Code = "unforeseen" },
    };

    /// <summary>A wrapper's own sentence, and the way out that the cause knows where the wrapper knows none.</summary>
    private static Failure OfOurs(MammothException error)
    {
        Failure? inner = error.InnerException is { } cause and not OperationCanceledException ? Read(cause) : null;
        return new(error.Message, inner is null || error.Message.Contains(inner.What, StringComparison.Ordinal) ? null : inner.What, error.WayOut ?? inner?.WayOut, ExitCodes.Failed) { Code = error.Code };
    }

    private static string? Cause(MammothException error) =>
        error.InnerException is { } inner && !error.Message.Contains(inner.Message, StringComparison.Ordinal) ? inner.Message : null;

    /// <summary>ENOSPC (28) and Windows' ERROR_DISK_FULL (112) and ERROR_HANDLE_DISK_FULL (39), as .NET passes them on.</summary>
    private static bool IsDiskFull(IOException error) => (error.HResult & 0xFFFF) is 28 or 112 or 39;
}
