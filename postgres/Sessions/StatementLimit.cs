using System.Globalization;
using System.Net.Sockets;
using Npgsql;

namespace Mammoth.Postgres.Sessions;

/// <summary>
/// How long the answer to a statement is waited for. A proxy that has lost its server answers keepalives as if all were well: without a limit, who asks it would wait for ever. When it has passed,
/// the server is asked over another connection to end the statement, and the one that gave no answer is not used any more.
/// </summary>
public static class StatementLimit
{
    private const string ShortVariable = "MAMMOTH_STATEMENT_LIMIT";
    private const string OverTableVariable = "MAMMOTH_TABLE_STATEMENT_LIMIT";

    /// <summary>Of settings, transactions, locks and the catalog; zero: none.</summary>
    public static TimeSpan Short { get; } = Read(ShortVariable, TimeSpan.FromMinutes(5));

    /// <summary>Of what reads a whole table: <c>count(*)</c>, the search for large values; zero: none.</summary>
    public static TimeSpan OverTable { get; } = Read(OverTableVariable, TimeSpan.FromHours(6));

    /// <summary>Of pg_dump, which asks the catalog many times; zero: none.</summary>
    internal static TimeSpan Dump => Short * 6;

    /// <summary>As Npgsql takes it; 0: none.</summary>
    public static int Seconds(TimeSpan limit) => (int)limit.TotalSeconds;

    /// <summary>That a limit has passed, as Npgsql would say it.</summary>
    internal static NpgsqlException Passed(TimeSpan limit, Exception? inner) => new("A statement was not answered in time.", new StatementTimeoutException(limit, inner));

    /// <summary>Whether a receive failed since it took longer than it may.</summary>
    internal static bool IsTimeout(Exception? error) => error is SocketException { SocketErrorCode: SocketError.TimedOut or SocketError.WouldBlock } || (error?.InnerException is { } inner && IsTimeout(inner));

    private static TimeSpan Read(string variable, TimeSpan otherwise) =>
        int.TryParse(Environment.GetEnvironmentVariable(variable), NumberStyles.None, CultureInfo.InvariantCulture, out int seconds) ? TimeSpan.FromSeconds(seconds) : otherwise;

    /// <summary>What to do about it, a sentence.</summary>
    internal static string WayOut(TimeSpan limit) =>
        $"Something between here and the server may be stalled, or the server overloaded; {(limit == OverTable && limit != Short ? OverTableVariable : ShortVariable)} allows more seconds.";
}

/// <summary>A statement was not answered within its <see cref="StatementLimit"/>.</summary>
internal sealed class StatementTimeoutException(TimeSpan limit, Exception? inner)
    : TimeoutException(string.Create(CultureInfo.InvariantCulture, $"PostgreSQL gave no answer to a statement within {limit.TotalSeconds:0} seconds. {StatementLimit.WayOut(limit)}"), inner);
