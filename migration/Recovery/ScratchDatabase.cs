using System.Globalization;
using System.Text.RegularExpressions;
using Mammoth.Postgres.Catalog;
using Mammoth.Postgres.Sessions;
using Npgsql;

namespace Mammoth.Migration.Recovery;

/// <summary>
/// The databases that rehearsals create and drop again. A database counts as a rehearsal's by both its name and its comment, which says of which run it is and when it was made. One whose
/// rehearsal was killed before it could comment on it is known by a name that says when it was made, no comment at all, and the role itself as its owner. Any other is never dropped.
/// </summary>
public static partial class ScratchDatabase
{
    /// <summary>How often one is dropped that somebody is in.</summary>
    private const int MostDrops = 4;

    /// <summary>With this the name of each begins.</summary>
    public const string Prefix = "mammoth_rehearsal_";

    /// <summary>From this age on one that is left over is dropped by the next rehearsal.</summary>
    private static readonly TimeSpan LeftOver = TimeSpan.FromDays(1);

    private const string NameTime = "yyyyMMddHHmmss";

    /// <summary>Creates an empty one. Each call creates another.</summary>
    /// <param name="kept">It is for somebody to look into, and never dropped by a rehearsal.</param>
    /// <returns>Its name.</returns>
    /// <exception cref="RehearsalServerException">The role may not, or the server failed.</exception>
    public static async Task<string> Create(RehearsalServer server, string run, bool kept, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(server);
        await using SourceSession session = await server.Open(null, cancellation);
        string? name = null;
        try
        {
            string now = await Now(session, cancellation);
            name = NewName(now);
            await CreateEmpty(session, name, cancellation);
            await session.Execute($"COMMENT ON DATABASE {Identifier.Quote(name)} IS {Identifier.Literal(kept ? $"kept from a mammoth rehearsal, run {run}" : Mark(run, now))}", cancellation);
            return name;
        }
        catch (Exception e)
        {
            // Whether it is there can't be told where an answer was lost, nor is the session good for more. Without its comment nobody would know it for the run's.
            if (name is not null)
            {
                await Drop(server, name);
            }

            if (e is PostgresException refused)
            {
                throw new RehearsalServerException($"{server.Name} does not let a database be created: {refused.MessageText}.", "Name a role with CREATEDB, on a server that has room.", refused.IsTransient, refused);
            }

            if (e is NpgsqlException broken)
            {
                throw RehearsalServer.Failed(broken);
            }

            throw;
        }
    }

    /// <summary>Drops those of a run, whoever is connected to them. There may be several: a step that creates one may have run twice.</summary>
    /// <exception cref="RehearsalServerException">The server can't be asked which there are.</exception>
    public static Task<DroppedDatabases> DropOf(RehearsalServer server, string run, CancellationToken cancellation) =>
        DropAll(server, d => d.Run == run, force: true, cancellation);

    /// <summary>Drops those that a rehearsal left that was killed: a day old, and nobody in them.</summary>
    /// <exception cref="RehearsalServerException">The server can't be asked which there are.</exception>
    public static Task<DroppedDatabases> DropLeftOver(RehearsalServer server, CancellationToken cancellation) =>
        DropAll(server, d => d.Age > LeftOver && !d.IsUsed, force: false, cancellation);

    /// <summary>Says of the session's own database that it was made now: it is in use, and not left over. Of one that is to be kept it says nothing.</summary>
    internal static async Task Renew(SourceSession session, CancellationToken cancellation)
    {
        string name = session.Connection.Database!;
        try
        {
            string? comment = await session.Scalar($"SELECT pg_catalog.shobj_description(d.oid, 'pg_database') FROM pg_catalog.pg_database d WHERE d.datname = {Identifier.Literal(name)}", cancellation);
            if (comment is not null && Comment().Match(comment) is { Success: true } mark)
            {
                await session.Execute($"COMMENT ON DATABASE {Identifier.Quote(name)} IS {Identifier.Literal(Mark(mark.Groups[1].Value, await Now(session, cancellation)))}", cancellation);
            }
        }
        catch (PostgresException)
        {
            // Another table does it in the same moment.
        }
    }

    /// <summary>Drops one that was made just now and is of no use; where even that fails, it is a run's, or left over.</summary>
    internal static async Task Drop(RehearsalServer server, string name)
    {
        try
        {
            await using SourceSession session = await server.Open(null, CancellationToken.None);
            await session.Execute(Drop(name, force: true), CancellationToken.None);
        }
        catch (Exception e) when (e is NpgsqlException or RehearsalServerException)
        {
            // What made it of no use is told.
        }
    }

    private static async Task<DroppedDatabases> DropAll(RehearsalServer server, Func<Scratch, bool> chosen, bool force, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(server);
        int dropped = 0;
        var left = new List<LeftDatabase>();
        foreach (Scratch database in (await All(server, cancellation)).Where(chosen))
        {
            try
            {
                // A session for each: one that can't be dropped is in the way of no other.
                await using SourceSession session = await server.Open(null, cancellation);
                await Drop(session, database.Name, force, cancellation);
                dropped++;
            }
            catch (PostgresException e) when (!force && e.SqlState == PostgresErrorCodes.ObjectInUse)
            {
                // Somebody has come since.
            }
            catch (NpgsqlException e)
            {
                left.Add(new(database.Name, e is PostgresException said ? $"{said.MessageText} [SQLSTATE {said.SqlState}]" : e.Message, e.IsTransient || e is not PostgresException));
            }
        }

        return new(dropped, left);
    }

    /// <summary>
    /// Who is no superuser may not end an autovacuum that has just come, and FORCE is refused for it (42501); a DROP without it ends that by itself, but nobody else.
    /// </summary>
    private static async Task Drop(SourceSession session, string name, bool force, CancellationToken cancellation)
    {
        for (int attempt = 1; ; attempt++)
        {
            bool forced = force && attempt % 2 == 1;
            try
            {
                await session.Execute(Drop(name, forced), cancellation);
                return;
            }
            catch (PostgresException e) when (force && attempt < MostDrops && e.SqlState is PostgresErrorCodes.InsufficientPrivilege or PostgresErrorCodes.ObjectInUse)
            {
                await Task.Delay(TimeSpan.FromMilliseconds(200), cancellation);
            }
        }
    }

    private static async Task<List<Scratch>> All(RehearsalServer server, CancellationToken cancellation)
    {
        try
        {
            await using SourceSession session = await server.Open(null, cancellation);
            return await Databases(session, DateTimeOffset.Parse(await Now(session, cancellation), CultureInfo.InvariantCulture), cancellation);
        }
        catch (NpgsqlException e)
        {
            throw RehearsalServer.Failed(e);
        }
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

    private static async Task<List<Scratch>> Databases(SourceSession session, DateTimeOffset now, CancellationToken cancellation)
    {
        // Only databases of a role that this one is, too: others could not be dropped anyway.
        await using var command = new NpgsqlCommand(
            """
            SELECT d.datname, COALESCE(pg_catalog.shobj_description(d.oid, 'pg_database'), ''), EXISTS (SELECT FROM pg_catalog.pg_stat_activity a WHERE a.datid = d.oid), pg_catalog.pg_get_userbyid(d.datdba) = current_user
            FROM pg_catalog.pg_database d WHERE d.datname LIKE 'mammoth\_rehearsal\_%' AND pg_catalog.pg_has_role(d.datdba, 'USAGE') ORDER BY d.datname
            """,
            session.Connection);
        await using NpgsqlDataReader reader = await command.ExecuteReaderAsync(cancellation);
        var found = new List<Scratch>();
        while (await reader.ReadAsync(cancellation))
        {
            if (Of(reader.GetString(0), reader.GetString(1), reader.GetBoolean(3)) is { } known)
            {
                found.Add(new(reader.GetString(0), known.Run, now - known.Made, reader.GetBoolean(2)));
            }
        }

        return found;
    }

    /// <summary>Of which run a database is, and when it was made; null where it is no rehearsal's.</summary>
    private static (string? Run, DateTimeOffset Made)? Of(string name, string comment, bool isOwn)
    {
        if (Name().Match(name) is not { Success: true } named)
        {
            return null;
        }

        if (comment.Length == 0)
        {
            return isOwn && DateTimeOffset.TryParseExact(named.Groups[1].Value, NameTime, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out DateTimeOffset begun) ? (null, begun) : null;
        }

        return Comment().Match(comment) is { Success: true } mark && DateTimeOffset.TryParse(mark.Groups[2].Value, CultureInfo.InvariantCulture, out DateTimeOffset made) ? (mark.Groups[1].Value, made) : null;
    }

    private static string NewName(string now) =>
        $"{Prefix}{DateTimeOffset.Parse(now, CultureInfo.InvariantCulture).UtcDateTime.ToString(NameTime, CultureInfo.InvariantCulture)}_{Guid.NewGuid():N}"[..(Prefix.Length + NameTime.Length + 1 + 12)];

    private static async Task<string> Now(SourceSession session, CancellationToken cancellation) =>
        (await session.Scalar("SELECT pg_catalog.to_char(pg_catalog.now() AT TIME ZONE 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS\"Z\"')", cancellation))!;

    private static string Mark(string run, string now) => $"mammoth rehearsal of run {run}, made at {now}; it is dropped with the run, or a day later";

    private static string Drop(string name, bool force) => $"DROP DATABASE IF EXISTS {Identifier.Quote(name)}{(force ? " WITH (FORCE)" : "")}";

    [GeneratedRegex("^mammoth_rehearsal_([0-9]{14})_[0-9a-f]{12}\\z")]
    private static partial Regex Name();

    [GeneratedRegex("^mammoth rehearsal of run (\\S+), made at (\\S+Z); it is dropped with the run, or a day later\\z")]
    private static partial Regex Comment();

    /// <summary>A database that is a rehearsal's.</summary>
    /// <param name="Run">Null: it was never commented on.</param>
    /// <param name="Age">Since it was made.</param>
    /// <param name="IsUsed">Somebody is connected to it.</param>
    private sealed record Scratch(string Name, string? Run, TimeSpan Age, bool IsUsed);
}

/// <summary>What became of scratch databases that were to be dropped.</summary>
/// <param name="Left">Those that are still there.</param>
public sealed record DroppedDatabases(int Count, IReadOnlyList<LeftDatabase> Left);

/// <summary>A scratch database that could not be dropped.</summary>
/// <param name="MayPass">Trying again may succeed.</param>
public sealed record LeftDatabase(string Name, string Why, bool MayPass)
{
    /// <summary>For people.</summary>
    public override string ToString() => $"The scratch database {Name} could not be dropped: {Why.TrimEnd('.')}. A rehearsal that comes more than a day after it was made tries again.";
}
