using System.Globalization;
using System.Text.RegularExpressions;
using Mammoth.Postgres.Errors;
using Npgsql;

namespace Mammoth.Postgres.Sessions;

/// <summary>
/// Connection strings as people give them: <c>postgres://user:password@host:port/database?sslmode=require</c> (also <c>postgresql://</c>), or
/// Npgsql's <c>Host=…;Database=…</c>.
/// </summary>
public static partial class ConnectionText
{
    private static readonly Dictionary<string, string> Parameters = new(StringComparer.OrdinalIgnoreCase)
    {
        ["host"] = "Host",
        ["hostaddr"] = "Host",
        ["port"] = "Port",
        ["dbname"] = "Database",
        ["user"] = "Username",
        ["password"] = "Password",
        ["passfile"] = "Passfile",
        ["connect_timeout"] = "Timeout",
        ["options"] = "Options",
        ["sslmode"] = "SSL Mode",
        ["sslrootcert"] = "Root Certificate",
        ["sslcert"] = "SSL Certificate",
        ["sslkey"] = "SSL Key",
        ["sslpassword"] = "SSL Password",
        ["sslnegotiation"] = "SSL Negotiation",
        ["channel_binding"] = "Channel Binding",
        ["target_session_attrs"] = "Target Session Attributes",
        ["krbsrvname"] = "Kerberos Service Name",
    };

    /// <summary>Read by libpq only, or set by Mammoth itself.</summary>
    private static readonly HashSet<string> Ignored = new(StringComparer.OrdinalIgnoreCase)
    {
        "application_name", "fallback_application_name", "client_encoding", "gssencmode", "keepalives", "keepalives_idle", "keepalives_interval", "keepalives_count", "tcp_user_timeout",
    };

    /// <summary>Reads a connection string, and adds the encryption that goes without saying.</summary>
    /// <exception cref="SourceConnectionException">It can't be read; the message repeats none of it that may be secret.</exception>
    public static NpgsqlConnectionStringBuilder Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        NpgsqlConnectionStringBuilder parsed = Scheme().IsMatch(text) ? FromUri(text) : FromKeywords(text);
        if (parsed.Host?.AsSpan().ContainsAny(" =\t\n") == true || new[] { parsed.Database, parsed.Username }.Any(p => p is not null && SpacedSecret().IsMatch(p)))
            throw Unreadable("separates its parts by spaces. Write postgres://user@host:5432/database, or Host=…;Database=…;Username=… with semicolons.");
        if (string.IsNullOrWhiteSpace(parsed.Host))
            throw Unreadable("names no host. Write postgres://user@host:5432/database, or Host=…;Database=…;Username=….");
        try
        {
            DefaultEncryption.Apply(parsed, Environment.GetEnvironmentVariable(DefaultEncryption.Variable));
        }
        catch (FormatException)
        {
            throw Unreadable($"names no sslmode, and {DefaultEncryption.Variable} none that there is: disable, allow, prefer, require, verify-ca or verify-full.");
        }

        return parsed;
    }

    /// <summary>The connection string for people: where it leads, without any secret, whatever was given.</summary>
    public static string Redact(string text)
    {
        try
        {
            return Describe(Parse(text));
        }
        catch (SourceConnectionException)
        {
            return "(a connection string that can't be read)";
        }
    }

    /// <summary><c>user@host:port/database</c>.</summary>
    public static string Describe(NpgsqlConnectionStringBuilder connection)
    {
        ArgumentNullException.ThrowIfNull(connection);
        string user = string.IsNullOrEmpty(connection.Username) ? "" : $"{connection.Username}@";
        return string.Create(CultureInfo.InvariantCulture, $"{user}{connection.Host}:{connection.Port}/{connection.Database ?? connection.Username}");
    }

    private static NpgsqlConnectionStringBuilder FromKeywords(string text)
    {
        try
        {
            return new NpgsqlConnectionStringBuilder(text);
        }
        catch (Exception e) when (e is ArgumentException or FormatException or OverflowException or InvalidCastException)
        {
            // What Npgsql takes for a keyword may be the rest of a password with a semicolon in it: only those that are known are named.
            string keyword = e is ArgumentException { ParamName: { Length: > 0 } name } && Parameters.Values.Contains(name, StringComparer.OrdinalIgnoreCase) ? $" (at '{name}')" : "";
            string meant = e is ArgumentException { ParamName: { Length: > 0 } unknown } && keyword.Length == 0 && KeywordSpelling.Nearest(unknown, Parameters.Values) is { } near ? $" (is '{near}' misspelt?)" : "";
            throw Unreadable($"can't be read{keyword}{meant}. Write postgres://user@host:5432/database, or Host=…;Database=…;Username=….");
        }
    }

    private static NpgsqlConnectionStringBuilder FromUri(string text)
    {
        Match match = Uri().Match(text);
        if (!match.Success || MayHoldPassword(match))
            throw Unreadable("can't be read as a URI. Write postgres://user:password@host:5432/database; a @, /, :, ? or # within a name or password is written %40, %2F, %3A, %3F, %23.");
        var builder = new NpgsqlConnectionStringBuilder();
        string[] hosts = match.Groups["hosts"].Value.Split(',', StringSplitOptions.RemoveEmptyEntries);
        if (hosts.Length > 0)
            builder.Host = string.Join(',', hosts.Select(Decode));
        if (hosts.Length == 1 && SingleHost().Match(hosts[0]) is { Success: true } single)
        {
            builder.Host = Decode(single.Groups["host"].Value);
            if (single.Groups["port"].Length > 0)
                Set(builder, "port", single.Groups["port"].Value);
        }

        foreach ((string group, string parameter) in new[] { ("user", "user"), ("password", "password"), ("database", "dbname") })
        {
            if (match.Groups[group].Length > 0)
                Set(builder, parameter, Decode(match.Groups[group].Value));
        }

        string[][] pairs = [.. match.Groups["query"].Value.Split('&', StringSplitOptions.RemoveEmptyEntries).Select(p => p.Split('=', 2))];

        // Behind a password with an & in it comes the rest of it, which is no parameter.
        if (pairs.Any(p => p[0].Contains("password", StringComparison.OrdinalIgnoreCase)) && pairs.Any(p => !IsKnown(Decode(p[0]))))
            throw Unreadable("has a parameter which is not known here; a & within a password is written %26.");
        foreach (string[] pair in pairs)
            Set(builder, Decode(pair[0]), pair.Length == 2 ? Decode(pair[1]) : "");

        return builder;
    }

    /// <summary>
    /// A password with a / or ? that is not written in percent is read as host, database or parameters, which are no secrets: then an @ comes too late, or what should be a
    /// port is none.
    /// </summary>
    private static bool MayHoldPassword(Match uri) =>
        uri.Groups["hosts"].Value.Split(',').Any(h => !SingleHost().IsMatch(h))
        || uri.Groups["database"].Value.Contains('@', StringComparison.Ordinal)
        || (!uri.Groups["user"].Success && uri.Groups["query"].Value.Contains('@', StringComparison.Ordinal));

    private static bool IsKnown(string parameter) => Parameters.ContainsKey(parameter) || Ignored.Contains(parameter);

    private static void Set(NpgsqlConnectionStringBuilder builder, string parameter, string value)
    {
        if (Ignored.Contains(parameter))
            return;
        if (!Parameters.TryGetValue(parameter, out string? keyword))
            throw Unreadable($"has the parameter '{parameter}', which is not known here.");
        try
        {
            // libpq writes verify-full where Npgsql writes VerifyFull.
            builder[keyword] = keyword is "SSL Mode" or "SSL Negotiation" or "Channel Binding" ? value.Replace("-", "", StringComparison.Ordinal) : value;
        }
        catch (Exception e) when (e is ArgumentException or FormatException or OverflowException or InvalidCastException)
        {
            throw Unreadable($"has a value for '{parameter}' that can't be understood.");
        }
    }

    private static string Decode(string text) => System.Uri.UnescapeDataString(text);

    private static SourceConnectionException Unreadable(string why) => new(ConnectionFailure.Text, $"The connection string {why}");

    [GeneratedRegex("^postgres(ql)?://", RegexOptions.IgnoreCase)]
    private static partial Regex Scheme();

    [GeneratedRegex(@"^postgres(ql)?://((?<user>[^:@/?#]*)(:(?<password>[^@/?#]*))?@)?(?<hosts>[^/?#@]*)(/(?<database>[^/?#]*))?(\?(?<query>[^#]*))?$", RegexOptions.IgnoreCase)]
    private static partial Regex Uri();

    [GeneratedRegex(@"\b(password|passwd|pwd|host|user|username|port)\s*=", RegexOptions.IgnoreCase)]
    private static partial Regex SpacedSecret();

    [GeneratedRegex(@"^(?<host>\[[0-9a-fA-F:.%]+\]|[^:]*)(:(?<port>\d+))?$")]
    private static partial Regex SingleHost();
}
