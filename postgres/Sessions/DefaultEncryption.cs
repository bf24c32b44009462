using System.Net;
using Npgsql;

namespace Mammoth.Postgres.Sessions;

/// <summary>
/// The <c>SSL Mode</c> of a connection string that names none: what <c>PGSSLMODE</c> says; else <c>Require</c> where a host is another machine, and <c>Prefer</c> where all are this
/// one. Decided here alone, for whatever connects: it becomes part of the connection string.
/// </summary>
internal static class DefaultEncryption
{
    public const string Variable = "PGSSLMODE";

    /// <exception cref="FormatException"><paramref name="variable"/> is no mode.</exception>
    /// <param name="variable">What <see cref="Variable"/> holds.</param>
    public static void Apply(NpgsqlConnectionStringBuilder connection, string? variable)
    {
        if (connection.ShouldSerialize("SSL Mode"))
            return;
        connection.SslMode = variable is { Length: > 0 }
            ? Enum.TryParse(variable.Replace("-", "", StringComparison.Ordinal), ignoreCase: true, out SslMode mode) && Enum.IsDefined(mode) ? mode : throw new FormatException($"{Variable} is no mode.")
            : (connection.Host ?? "").Split(',').All(IsThisMachine) ? SslMode.Prefer : SslMode.Require;
    }

    /// <summary>Whether what is sent to a host stays on this machine, by its name alone: a Unix socket, <c>localhost</c>, a loopback address.</summary>
    public static bool IsThisMachine(string host)
    {
        host = host.Trim();
        if (host.StartsWith('/') || host.StartsWith('@') || (OperatingSystem.IsWindows() && Path.IsPathFullyQualified(host)))
            return true;

        // With a port: [::1]:5432, localhost:5432. An address of version 6 has more than one colon.
        string name = host.StartsWith('[') ? host[1..].Split(']')[0] : host.IndexOf(':') is > 0 and var colon && colon == host.LastIndexOf(':') ? host[..colon] : host;
        return name.Equals("localhost", StringComparison.OrdinalIgnoreCase) || (IPAddress.TryParse(name, out IPAddress? address) && IPAddress.IsLoopback(address));
    }
}
