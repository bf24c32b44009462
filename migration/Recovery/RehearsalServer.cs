using Mammoth.Migration.Errors;
using Mammoth.Postgres.Errors;
using Mammoth.Postgres.Sessions;
using Npgsql;

namespace Mammoth.Migration.Recovery;

/// <summary>The PostgreSQL server on which recovery is rehearsed. Its role may create databases; nothing that was there before is touched. Holds the secrets that no history may hold.</summary>
/// <param name="connection">Its connection string; the database that it names is only connected to.</param>
public sealed class RehearsalServer(string connection)
{
    private readonly NpgsqlConnectionStringBuilder _target = WithDatabase(ConnectionText.Parse(connection));

    /// <summary>Environment variable and setting that name the server.</summary>
    public const string Variable = "MAMMOTH_REHEARSAL_TARGET";

    /// <summary>That there is none, and what names one.</summary>
    public static UsageException Missing => new("There is no server to rehearse recovery on.", $"Set {Variable} (with the command, --into or --rehearsal-target) to the connection string of a server with a role that has CREATEDB.");

    /// <summary>The server without its secrets.</summary>
    public string Name => ConnectionText.Describe(_target);

    /// <summary>A session with the settings of those that read the source.</summary>
    /// <param name="database">Null: the one that the connection string names.</param>
    /// <exception cref="RehearsalServerException">There is no connection to be had.</exception>
    internal async Task<SourceSession> Open(string? database, CancellationToken cancellation)
    {
        try
        {
            return await SourceSession.Open(new NpgsqlConnectionStringBuilder(_target.ConnectionString) { Database = database ?? _target.Database }.ConnectionString, cancellation);
        }
        catch (SourceConnectionException e)
        {
            throw new RehearsalServerException($"The server to rehearse on can't be used. {e.Message}", $"{Variable} (with the command, --into or --rehearsal-target) names it.", e.MayPass, e);
        }
    }

    /// <summary>What the server or the connection to it said, where that is no refusal of what was given.</summary>
    internal static RehearsalServerException Failed(NpgsqlException error) =>
        new(
            $"The server to rehearse on failed: {ServerText.Of(error).TrimEnd('.')}.",
            "Its log may say more. Nothing of the warehouse was changed: run the same command again.",
            error.IsTransient || error is not PostgresException,
            error);

    /// <summary>Where a scratch database can be looked into, for people.</summary>
    public string Describe(string database) => ConnectionText.Describe(new NpgsqlConnectionStringBuilder(_target.ConnectionString) { Database = database });

    // Npgsql's own default would be a database named like the role.
    private static NpgsqlConnectionStringBuilder WithDatabase(NpgsqlConnectionStringBuilder target)
    {
        target.Database ??= "postgres";
        return target;
    }
}

/// <summary>The server to rehearse on can't be used.</summary>
public sealed class RehearsalServerException(string message, string wayOut, bool mayPass, Exception? inner = null) : MammothException(message, wayOut, inner)
{
    public override string Code => "rehearsal-server";

    public override bool IsTransient { get; } = mayPass;
}
