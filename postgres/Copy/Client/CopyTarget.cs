using System.Diagnostics.CodeAnalysis;
using Npgsql;

namespace Mammoth.Postgres.Copy.Client;

/// <summary>Where a connection for copying leads and how it is made, as an Npgsql connection string says it.</summary>
internal sealed record CopyTarget
{
    private CopyTarget(NpgsqlConnectionStringBuilder from)
    {
        Host = from.Host!;
        Port = from.Port;
        Username = from.Username!;
        Database = string.IsNullOrEmpty(from.Database) ? Username : from.Database;
        Password = from.Password ?? Environment.GetEnvironmentVariable("PGPASSWORD");
        Options = from.Options ?? Environment.GetEnvironmentVariable("PGOPTIONS");
        SslMode = from.SslMode;
        RootCertificate = from.RootCertificate ?? Environment.GetEnvironmentVariable("PGSSLROOTCERT") ?? UsersOwn("root.crt");
        ConnectTimeout = from.Timeout == 0 ? Timeout.InfiniteTimeSpan : TimeSpan.FromSeconds(from.Timeout);
    }

    /// <summary>A name or address; a folder with a Unix domain socket where it begins with a slash.</summary>
    public string Host { get; }

    public int Port { get; }

    public string Username { get; }

    public string Database { get; }

    /// <summary>Null where none was given: a server that asks for one is left to Npgsql, which knows files of passwords.</summary>
    public string? Password { get; }

    /// <summary>Settings for the server, as <c>-c name=value</c>.</summary>
    public string? Options { get; }

    public SslMode SslMode { get; }

    /// <summary>A PEM file with the certificates to trust; null for the system's.</summary>
    public string? RootCertificate { get; }

    public TimeSpan ConnectTimeout { get; }

    /// <summary>The target of a connection string, unless it asks for what only Npgsql can do.</summary>
    /// <param name="why">What that is.</param>
    public static bool TryParse(NpgsqlConnectionStringBuilder connection, [NotNullWhen(true)] out CopyTarget? target, [NotNullWhen(false)] out string? why)
    {
        why = Beyond(connection);
        target = why is null ? new CopyTarget(connection) : null;
        return target is not null;
    }

    private static string? Beyond(NpgsqlConnectionStringBuilder c)
    {
        string host = c.Host ?? "";
        return host.Contains(',', StringComparison.Ordinal) || (host.Contains(':', StringComparison.Ordinal) && !System.Net.IPAddress.TryParse(host, out _)) ? "several hosts"
            : host.StartsWith('@') ? "an abstract socket"
            : string.IsNullOrEmpty(c.Username) ? "no user name"
            : Given(c.SslCertificate, "PGSSLCERT") || !string.IsNullOrEmpty(c.SslKey) || (c.SslMode != SslMode.Disable && !host.StartsWith('/') && UsersOwn("postgresql.crt") is not null) ? "a client certificate"
            : c.SslNegotiation != SslNegotiation.Postgres ? "direct TLS negotiation"
            : c.ChannelBinding == ChannelBinding.Require ? "channel binding"
            : c.CheckCertificateRevocation ? "revocation checks"
            : !string.IsNullOrEmpty(c.RequireAuth) ? "a required way of authentication"
            : null;
    }

    /// <summary>A file where libpq and Npgsql look for it unasked (PostgreSQL documentation, "SSL Support"); null where there is none.</summary>
    private static string? UsersOwn(string file)
    {
        string? folder = OperatingSystem.IsWindows()
            ? Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.ApplicationData), "postgresql")
            : Environment.GetEnvironmentVariable("HOME") is { Length: > 0 } home ? Path.Combine(home, ".postgresql") : null;
        return folder is not null && Path.Combine(folder, file) is var path && File.Exists(path) ? path : null;
    }

    private static bool Given(string? value, string variable) => !string.IsNullOrEmpty(value) || !string.IsNullOrEmpty(Environment.GetEnvironmentVariable(variable));
}
