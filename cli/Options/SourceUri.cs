using Npgsql;

namespace Mammoth.Cli.Options;

/// <summary>Connection URIs as libpq takes them (PostgreSQL manual, "Connection URIs"), which Npgsql does not.</summary>
internal static class SourceUri
{
    private static readonly Dictionary<string, string> Names = new(StringComparer.OrdinalIgnoreCase)
    {
        ["sslmode"] = "SSL Mode",
        ["sslrootcert"] = "Root Certificate",
        ["sslcert"] = "SSL Certificate",
        ["sslkey"] = "SSL Key",
        ["sslpassword"] = "SSL Password",
        ["application_name"] = "Application Name",
        ["connect_timeout"] = "Timeout",
        ["options"] = "Options",
        ["host"] = "Host",
        ["port"] = "Port",
        ["user"] = "Username",
        ["password"] = "Password",
        ["dbname"] = "Database",
        ["passfile"] = "Passfile",
        ["target_session_attrs"] = "Target Session Attributes",
        ["channel_binding"] = "Channel Binding",
    };

    public static bool IsOne(string text) =>
        text.StartsWith("postgres://", StringComparison.OrdinalIgnoreCase) || text.StartsWith("postgresql://", StringComparison.OrdinalIgnoreCase);

    /// <exception cref="FormatException">The URI can't be read, or has a parameter that is not known here.</exception>
    public static NpgsqlConnectionStringBuilder Parse(string text)
    {
        if (!Uri.TryCreate(text, UriKind.Absolute, out Uri? uri))
            throw new FormatException("the URI is malformed (does a character of the password need percent-encoding?)");

        NpgsqlConnectionStringBuilder builder = new() { Host = uri.Host.Length > 0 ? Uri.UnescapeDataString(uri.Host.Trim('[', ']')) : "localhost" };
        if (uri.Port > 0)
            builder.Port = uri.Port;

        string[] user = uri.UserInfo.Split(':', 2);
        if (user[0].Length > 0)
            builder.Username = Uri.UnescapeDataString(user[0]);

        if (user.Length > 1)
            builder.Password = Uri.UnescapeDataString(user[1]);

        string database = Uri.UnescapeDataString(uri.AbsolutePath.TrimStart('/'));
        if (database.Length > 0)
            builder.Database = database;

        foreach (string parameter in uri.Query.TrimStart('?').Split('&', StringSplitOptions.RemoveEmptyEntries))
        {
            string[] pair = parameter.Split('=', 2);
            string name = Names.GetValueOrDefault(pair[0]) ?? throw new FormatException($"the URI's parameter {pair[0]} is not known");
            builder[name] = Uri.UnescapeDataString(pair.Length > 1 ? pair[1] : "").Replace("-", name == "SSL Mode" ? "" : "-", StringComparison.Ordinal);
        }

        return builder;
    }
}
