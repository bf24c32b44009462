using System.Globalization;
using System.Text.RegularExpressions;
using Mammoth.Postgres.Catalog;
using Mammoth.Postgres.Sessions;
using Npgsql;

namespace Mammoth.Migration.Recovery;

/// <summary>
/// The databases that rehearsals create and drop again. A database counts as a rehearsal's only by both its name and its comment, which says of which run it is and when it was made;
/// any other is never dropped.
/// </summary>
public static partial class ScratchDatabase
{
    /// <summary>With this the name of each begins.</summary>
    public const string Prefix = "mammoth_rehearsal_";

    /// <summary>From this age on one that is left over is dropped by the next rehearsal.</summary>
    private static readonly TimeSpan LeftOver = TimeSpan.FromDays(1);

    /// <summary>Creates an empty one. Each call creates another.</summary>
    /// <param name="kept">It is for somebody to look into, and never dropped by a rehearsal.</param>
    /// <returns>Its name.</returns>
    /// <exception cref="RehearsalServerException">The role may not.</exception>
    public static async Task<string> Create(RehearsalServer server, string run, bool kept, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(server);
        await using SourceSession session = await server.Open(null, cancellation);
        string name = $"{Prefix}{Guid.NewGuid():N}"[..(Prefix.Length + 12)];
        string now = await Now(session, cancellation);
        try
        {
            await CreateEmpty(session, name, cancellation);
        }
        catch (PostgresException e)
        {
            throw new RehearsalServerException($"{server.Name} does not let a database be created: {e.MessageText}.", "Name a role with CREATEDB, on a server that has room.", e.IsTransient, e);
        }

        try
        {
            await session.Execute($"COMMENT ON DATABASE {Identifier.Quote(name)} IS {Identifier.Literal(kept ? $"kept from a mammoth rehearsal, run {run}" : Mark(run, now))}", cancellation);
        }
        catch
        {
            // Without its comment nobody would know it for ours.
            await session.Execute(Drop(name), CancellationToken.None);
            throw;
        }

        return name;
    }

    /// <summary>Drops those of a run. There may be several: a step that creates one may have run twice.</summary>
    public static Task<int> DropOf(RehearsalServer server, string run, CancellationToken cancellation) =>
        DropAll(server, (of, _, _) => of == run, cancellation);

    /// <summary>Drops those that a rehearsal left that was killed: a day old, and nobody in them.</summary>
    public static Task<int> DropLeftOver(RehearsalServer server, CancellationToken cancellation) =>
        DropAll(server, (_, age, used) => age > LeftOver && !used, cancellation);

    /// <summary>Drops one that was made just now and is of no use; where even that fails, it is a run's, or left over.</summary>
    internal static async Task Drop(RehearsalServer server, string name)
    {
        try
        {
            await using SourceSession session = await server.Open(null, CancellationToken.None);
            await session.Execute(Drop(name), CancellationToken.None);
        }
        catch (Exception e) when (e is NpgsqlException or RehearsalServerException)
        {
            // What made it of no use is told.
        }
    }

    private static async Task<int> DropAll(RehearsalServer server, Func<string, TimeSpan, bool, bool> chosen, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(server);
        try
        {
            return await DropChosen(server, chosen, cancellation);
        }
        catch (NpgsqlException e)
        {
            throw RehearsalServer.Failed(e);
        }
    }

    private static async Task<int> DropChosen(RehearsalServer server, Func<string, TimeSpan, bool, bool> chosen, CancellationToken cancellation)
    {
        await using SourceSession session = await server.Open(null, cancellation);
        DateTimeOffset now = DateTimeOffset.Parse(await Now(session, cancellation), CultureInfo.InvariantCulture);
        int dropped = 0;
        foreach ((string name, string comment, bool used) in await Databases(session, cancellation))
        {
            if (Name().IsMatch(name)
                && Comment().Match(comment) is { Success: true } mark
                && DateTimeOffset.TryParse(mark.Groups[2].Value, CultureInfo.InvariantCulture, out DateTimeOffset made)
                && chosen(mark.Groups[1].Value, now - made, used))
            {
                await session.Execute(Drop(name), cancellation);
                dropped++;
            }
        }

        return dropped;
    }

    private static async Task CreateEmpty(SourceSession session, string name, CancellationToken cancellation)
    {
        string create = $"CREATE DATABASE {Identifier.Quote(name)} TEMPLATE template0 ENCODING 'UTF8'";
        try
        {
            await session.Execute(create, cancellation);
        }
        catch (PostgresException e) when (e.SqlState is "22023" or "42P17" or "42809")
        {
            // The server's own locale is one of another encoding.
            await session.Execute($"{create} LC_COLLATE 'C' LC_CTYPE 'C'", cancellation);
        }
    }

    private static async Task<List<(string Name, string Comment, bool Used)>> Databases(SourceSession session, CancellationToken cancellation)
    {
        // Only databases of a role that this one is, too: others could not be dropped anyway.
        await using var command = new NpgsqlCommand(
            """
            SELECT d.datname, COALESCE(pg_catalog.shobj_description(d.oid, 'pg_database'), ''), EXISTS (SELECT FROM pg_catalog.pg_stat_activity a WHERE a.datid = d.oid)
            FROM pg_catalog.pg_database d WHERE d.datname LIKE 'mammoth\_rehearsal\_%' AND pg_catalog.pg_has_role(d.datdba, 'USAGE')
            """,
            session.Connection);
        await using NpgsqlDataReader reader = await command.ExecuteReaderAsync(cancellation);
        var found = new List<(string, string, bool)>();
        while (await reader.ReadAsync(cancellation))
        {
            found.Add((reader.GetString(0), reader.GetString(1), reader.GetBoolean(2)));
        }

        return found;
    }

    private static async Task<string> Now(SourceSession session, CancellationToken cancellation) =>
        (await session.Scalar("SELECT pg_catalog.to_char(pg_catalog.now() AT TIME ZONE 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS\"Z\"')", cancellation))!;

    private static string Mark(string run, string now) => $"mammoth rehearsal of run {run}, made at {now}; it is dropped with the run, or a day later";

    private static string Drop(string name) => $"DROP DATABASE IF EXISTS {Identifier.Quote(name)} WITH (FORCE)";

    [GeneratedRegex("^mammoth_rehearsal_[0-9a-f]{12}\\z")]
    private static partial Regex Name();

    [GeneratedRegex("^mammoth rehearsal of run (\\S+), made at (\\S+Z); it is dropped with the run, or a day later\\z")]
    private static partial Regex Comment();
}
