using System.Globalization;
using Mammoth.Postgres.Errors;

namespace Mammoth.Postgres.Sessions;

/// <summary>The settings of a session with a source: those that change what bytes a value is sent as, and the timeouts that could end a long copy.</summary>
internal static class SessionSettings
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

    /// <summary>
    /// Pins the settings, and returns the server's version and encoding. A setting that a version does not have is left alone. SQL_ASCII checks and converts nothing:
    /// it is read raw, or the server refuses what is no UTF-8.
    /// </summary>
    public static string Sql { get; } = $"""
        SELECT pg_catalog.current_setting('server_version_num'), pg_catalog.current_setting('server_encoding'),
            (SELECT pg_catalog.count(pg_catalog.set_config(p.name, p.value, false)) FROM (VALUES {string.Join(", ", Pinned.Select(p => $"('{p.Name}', '{p.Value}')"))}) AS p (name, value)
                WHERE pg_catalog.current_setting(p.name, true) IS NOT NULL),
            CASE WHEN pg_catalog.current_setting('server_encoding') = 'SQL_ASCII' THEN pg_catalog.set_config('client_encoding', 'SQL_ASCII', false) END
        """;

    /// <summary>The version as a number.</summary>
    /// <exception cref="SourceConnectionException">It is older than what is understood.</exception>
    public static int Version(string text)
    {
        int version = int.Parse(text, CultureInfo.InvariantCulture);
        return version >= OldestServer
            ? version
            : throw new SourceConnectionException(
                ConnectionFailure.Unsupported,
                $"The server is PostgreSQL {version / 10000}, older than what Mammoth reads (14 to 18, and 13 with each table in one chunk). Upgrade it, or restore a dump of it into a newer one.");
    }
}
