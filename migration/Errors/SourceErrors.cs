using Mammoth.Iceberg.Catalogs;
using Mammoth.Iceberg.IO;
using Mammoth.Postgres.Copy;
using Mammoth.Postgres.Copy.LargeValues;
using Mammoth.Postgres.Errors;
using Npgsql;

namespace Mammoth.Migration.Errors;

/// <summary>The errors of the rooms below, as the user's.</summary>
public static class SourceErrors
{
    /// <summary>The error behind an exception, or null where it is none that is known: then it is a defect.</summary>
    public static MammothException? Translate(Exception exception) => exception switch
    {
        MammothException known => known,
        SnapshotGoneException gone => new SnapshotLostException(gone.Message, gone),
        CopyFormatException cut => new TransientException($"The rows arrived damaged or cut: {cut.Message}", "Run the same command again.", cut),
        SourceConnectionException { MayPass: true } away => new TransientException(away.Message, inner: away),
        RowMemoryException row => new MemoryException(row.Message, row),
        OutOfMemoryException none => new MemoryException("Memory ran out: this process may not use more.", none),
        SourceException source => new SourceRefusedException(source.Message, inner: source),
        // A query that was cancelled, by an administrator or a limit of somebody's, may get through the next time.
        PostgresException passing when passing.IsTransient || passing.SqlState == PostgresErrorCodes.QueryCanceled => new TransientException(Sentence(passing), "Run the same command again.", passing),
        PostgresException refused => new SourceRefusedException(Sentence(refused), inner: refused),
        NpgsqlException { InnerException: TimeoutException } unanswered => new TransientException("PostgreSQL gave no answer to a statement in the time it may take.", Unanswered, unanswered),
        NpgsqlException broken => new TransientException($"The connection to PostgreSQL failed: {Innermost(broken).Message}", "Is the server up and reachable? Run the same command again.", broken),
        StorageException { MayPass: true } away => new TransientException(away.Message, inner: away),
        StorageException { IsFull: true } full => new DiskFullException(full.Location, full),
        CatalogException or StorageException or PreconditionFailedException => new MammothException(exception.Message, inner: exception),
        Azure.RequestFailedException { Status: 403 or 401 } denied => new MammothException($"The storage account refuses access: {denied.ErrorCode ?? "forbidden"}.", "Check the key, the SAS or the role (Storage Blob Data Contributor) of this identity.", denied),
        Azure.RequestFailedException { Status: 404 } missing => new MammothException($"The storage account has no such container or blob: {missing.ErrorCode}.", "Create the container first, or correct --warehouse.", missing),
        Azure.RequestFailedException failed => new TransientException($"The storage account failed: {failed.ErrorCode ?? failed.Message}.", "Run the same command again.", failed),
        LargeValueException lost => new VerificationException(lost.Message, "The row that refers to it can't be proven. Run again where the table was not published yet; else `mammoth verify` names what is damaged."),
        IOException { InnerException: System.Net.Sockets.SocketException } broken => new TransientException($"A connection broke: {broken.Message}", "Run the same command again.", broken),
        IOException io => new MammothException(io.Message, inner: io),
        UnauthorizedAccessException denied => new MammothException(denied.Message, "Check the permissions of the warehouse's folder.", denied),
        _ => null,
    };

    private const string Unanswered =
        "Something between here and the server may be stalled, or the server overloaded. Run the same command again; MAMMOTH_STATEMENT_LIMIT allows more seconds, and MAMMOTH_TABLE_STATEMENT_LIMIT for what reads a whole table.";

    private static string Sentence(PostgresException e) =>
        $"PostgreSQL says: {e.MessageText}{(e.Detail is null ? "" : $" ({e.Detail})")} [SQLSTATE {e.SqlState}]";

    private static Exception Innermost(Exception e) => e.InnerException is null ? e : Innermost(e.InnerException);
}
