using Npgsql;

namespace Mammoth.Cli.Sample;

/// <summary>What the server can hold beyond the types that every server has.</summary>
/// <param name="Hstore">The extension is installed in this database.</param>
/// <param name="Citext">The extension is installed in this database.</param>
/// <param name="Xml">The server was built with libxml.</param>
/// <param name="Version">The major version.</param>
internal sealed record ServerAbilities(bool Hstore, bool Citext, bool Xml, int Version)
{
    /// <summary>A server with everything, of the newest version.</summary>
    public static ServerAbilities Everything => new(true, true, true, 18);

    /// <summary>Scales below zero or above the precision came with PostgreSQL 15.</summary>
    public bool OddScales => Version >= 15;

    /// <summary>Sentences on what is left out, for people.</summary>
    public IEnumerable<string> LeftOut()
    {
        if (!Hstore)
            yield return "no hstore columns: the extension is not available on the server (Debian: it is part of postgresql-contrib)";
        if (!Citext)
            yield return "no citext columns: the extension is not available on the server (Debian: it is part of postgresql-contrib)";
        if (!Xml)
            yield return "no xml columns: the server was built without libxml";
    }

    /// <summary>Looks, and installs the extensions where that is allowed.</summary>
    public static async Task<ServerAbilities> PrepareAsync(NpgsqlConnection connection, CancellationToken cancellationToken) => new(
        await TryAsync(connection, "CREATE EXTENSION IF NOT EXISTS hstore", cancellationToken),
        await TryAsync(connection, "CREATE EXTENSION IF NOT EXISTS citext", cancellationToken),
        await TryAsync(connection, "SELECT '<a/>'::xml", cancellationToken),
        connection.PostgreSqlVersion.Major);

    private static async Task<bool> TryAsync(NpgsqlConnection connection, string sql, CancellationToken cancellationToken)
    {
        try
        {
            await using NpgsqlCommand command = new(sql, connection);
            await command.ExecuteNonQueryAsync(cancellationToken);
            return true;
        }
        catch (PostgresException e) when (e.SqlState is PostgresErrorCodes.FeatureNotSupported or PostgresErrorCodes.UndefinedFile or PostgresErrorCodes.InsufficientPrivilege or "58P01" or "0A000")
        {
            return false;
        }
    }
}
