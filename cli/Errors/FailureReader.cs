using System.Net.Sockets;
using Mammoth.Iceberg.Catalogs;
using Mammoth.Iceberg.IO;
using Mammoth.Migration.Errors;
using Mammoth.Migration.Recovery;
using Mammoth.Orchestrations.Runtime;
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
        RunFailedException { InnerException: FailureException { Failure: var failure } } e => OfRun(e, failure),
        RehearsalServerException e => new(e.Message, null, e.WayOut, ExitCodes.Failed) { Code = e.Code },
        MammothException e => OfOurs(e),
        OutOfMemoryException or RowMemoryException when SourceErrors.Translate(error) is { } e => OfOurs(e),
        WarehouseFormatException e => new(e.Message, null, null, ExitCodes.Usage) { Code = "usage" },
        CatalogException e => new(e.Message, e.InnerException?.Message, null, ExitCodes.Failed) { Code = "warehouse" },
        ClusterUnavailableException e => new(e.Message, null, null, ExitCodes.Failed) { Code = "no-postgres" },
        SourceConnectionException { Failure: ConnectionFailure.Text } e => new(e.Message, null, null, ExitCodes.Usage) { Code = "usage" },
        SourceException e => new(e.Message, null, null, ExitCodes.Failed) { Code = "source" },
        OperationCanceledException => new("Stopped before the end.", null, "Run the same command again.", ExitCodes.Failed) { Code = "stopped" },
        NpgsqlException { InnerException: OperationCanceledException stopped } => Read(stopped),
        PostgresException e => PostgresFailure.Read(e),
        NpgsqlException e => PostgresFailure.Unreachable(e),
        StorageException { IsFull: true } e => new(e.Message, e.InnerException?.Message, null, ExitCodes.Failed) { Code = "disk-full" },
        StorageException e => new(e.Message, e.InnerException?.Message, null, ExitCodes.Failed) { Code = "storage" },
        SocketException e => new($"The network failed: {e.Message}.", null, "Check host, port and firewall, and run the same command again.", ExitCodes.Failed) { Code = "network" },
        UnauthorizedAccessException e => new(e.Message, null, "Give this user the permission, or choose another folder.", ExitCodes.Failed) { Code = "permission" },
        IOException e when DiskFull.Is(e) => new("A disk is full.", e.Message, "Free some space there, and run the same command again.", ExitCodes.Failed) { Code = "disk-full" },
        IOException { InnerException: SocketException broken } e => new(e.Message, broken.Message, "Run the same command again; it goes on where it was.", ExitCodes.Failed) { Code = "network" },
        IOException e => new(e.Message, e.InnerException?.Message, null, ExitCodes.Failed) { Code = "io" },
        _ => new($"Something unforeseen happened: {error.Message}", error.GetType().Name, "Run again with --verbose and report what it prints: this is a fault of mammoth.", ExitCodes.Failed) { Code = "unforeseen" },
    };

    /// <summary>What ended a run is told as it would be had it happened here; what has no code is a fault of ours.</summary>
    private static Failure OfRun(RunFailedException error, Orchestrations.Runtime.Failure failure) => new(
        error.Message,
        failure.Cause is { } cause && !error.Message.Contains(cause.Message, StringComparison.Ordinal) ? cause.Message : null,
        error.WayOut ?? (failure.Code is null ? "Run again with --verbose and report what it prints: this is a fault of mammoth." : null),
        failure.Code switch { "usage" => ExitCodes.Usage, "verification" => ExitCodes.Differences, _ => ExitCodes.Failed })
    {
        Code = failure.Code ?? error.Code,
    };

    /// <summary>A wrapper's own sentence, and the way out that the cause knows where the wrapper knows none.</summary>
    private static Failure OfOurs(MammothException error)
    {
        Failure? inner = error.InnerException is { } cause and not OperationCanceledException ? Read(cause) : null;
        if (inner?.Code == "unforeseen")
            inner = inner with { What = error.InnerException!.Message, WayOut = null };

        return new(error.Message, inner is null || error.Message.Contains(inner.What, StringComparison.Ordinal) ? null : inner.What, error.WayOut ?? inner?.WayOut, ExitCodes.Failed) { Code = error.Code };
    }

    private static string? Cause(MammothException error) =>
        error.InnerException is { } inner && !error.Message.Contains(inner.Message, StringComparison.Ordinal) ? inner.Message : null;
}
