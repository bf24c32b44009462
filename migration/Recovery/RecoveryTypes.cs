using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using Mammoth.Iceberg.IO;
using Mammoth.Iceberg.Metadata;
using Mammoth.Migration.Runs;
using Mammoth.Migration.Staging;
using Mammoth.Postgres.Catalog;
using Mammoth.Postgres.Dumps;
using Mammoth.Postgres.Sessions;
using Npgsql;

namespace Mammoth.Migration.Recovery;

/// <summary>
/// The types that tables' columns need and that a new database does not have: enums, domains, composites, ranges, extensions. They are taken from the schemas that pg_dump wrote beside
/// the runs which published the tables; where there is none, extensions are found by the name of the type.
/// </summary>
internal static partial class RecoveryTypes
{
    /// <summary>The schema of recovered tables where those of the dump are in the way.</summary>
    public const string OwnSchema = "mammoth_rehearsal";

    private const int MostScripts = 8;

    /// <summary>What types are made of. Nothing that only guards or serves rows is needed: constraints, triggers, views, grants.</summary>
    private static readonly HashSet<string> Makings = new(["SCHEMA", "EXTENSION", "COLLATION", "SHELL TYPE", "TYPE", "DOMAIN", "FUNCTION", "CAST"], StringComparer.Ordinal);

    /// <summary>A table's row is a type, too.</summary>
    private static readonly HashSet<string> RowTypes = new(["SEQUENCE", "TABLE"], StringComparer.Ordinal);

    /// <param name="session">In the scratch database.</param>
    /// <param name="tables">Those to bring back.</param>
    /// <returns>Whether there are tables of the dump now, whose rows are types of columns.</returns>
    public static async Task<bool> Create(RecoverySite site, SourceSession session, IReadOnlyList<TableMetadata> tables, CancellationToken cancellation)
    {
        string[] types = [.. tables.SelectMany(SourceColumns.Of).Select(c => c.Type).Distinct(StringComparer.Ordinal)];
        if ((await Missing(session, types, cancellation)).Count == 0)
        {
            return false;
        }

        List<string> scripts = await Scripts(site, tables, cancellation);
        foreach ((string script, bool withRows) in scripts.Select(s => (s, false)).Concat(scripts.Select(s => (s, true))))
        {
            await Apply(session, script, withRows, cancellation);
            if ((await Missing(session, types, cancellation)).Count == 0)
            {
                return withRows;
            }
        }

        await Extensions(session, await Missing(session, types, cancellation), cancellation);
        return scripts.Count > 0;
    }

    /// <summary>Those of the types that the database does not have.</summary>
    /// <param name="types">As SQL says them.</param>
    public static async Task<HashSet<string>> Missing(SourceSession session, IReadOnlyList<string> types, CancellationToken cancellation)
    {
        var missing = new HashSet<string>(StringComparer.Ordinal);
        foreach (string[] some in types.Chunk(500))
        {
            try
            {
                await using var command = new NpgsqlCommand("SELECT t FROM pg_catalog.unnest($1) AS n (t) WHERE pg_catalog.to_regtype(t) IS NULL", session.Connection) { Parameters = { new() { Value = some } } };
                await using NpgsqlDataReader reader = await command.ExecuteReaderAsync(cancellation);
                while (await reader.ReadAsync(cancellation))
                {
                    missing.Add(reader.GetString(0));
                }
            }
            catch (PostgresException) when (some.Length > 1)
            {
                // One of them is no name of a type at all; which one?
                foreach (string one in some)
                {
                    missing.UnionWith(await Missing(session, [one], cancellation));
                }
            }
            catch (PostgresException)
            {
                missing.Add(some[0]);
            }
        }

        return missing;
    }

    /// <summary>The schemas of the runs that published the tables, the latest first.</summary>
    private static async Task<List<string>> Scripts(RecoverySite site, IReadOnlyList<TableMetadata> tables, CancellationToken cancellation)
    {
        var scripts = new List<string>();

        // By the time of their snapshots: an id may be chosen by whoever starts a run.
        string[] runs =
        [
            .. tables.Select(t => t.CurrentSnapshot).OfType<Snapshot>().OrderByDescending(s => s.TimestampMs)
                .Select(s => s.Summary.GetValueOrDefault(SummaryKeys.Run)).OfType<string>().Distinct(StringComparer.Ordinal),
        ];
        foreach (string run in runs)
        {
            string? last = null;
            int latest = -1;
            await foreach (FileEntry file in site.Io.List(new RunFolder(site.Io, site.Root, run).Fixed("schema-"), cancellation))
            {
                if (Numbered().Match(file.Location) is { Success: true } match && int.TryParse(match.Groups[1].Value, NumberStyles.None, CultureInfo.InvariantCulture, out int number) && number > latest)
                {
                    (latest, last) = (number, file.Location);
                }
            }

            if (last is not null && await site.Io.Read(last, cancellation) is { } content)
            {
                scripts.Add(Encoding.UTF8.GetString(content.Bytes.Span));
            }

            if (scripts.Count == MostScripts)
            {
                break;
            }
        }

        return scripts;
    }

    /// <summary>Runs what makes types. What the server refuses is left out: that a type is missing then is found where it is needed.</summary>
    private static async Task Apply(SourceSession session, string script, bool withRows, CancellationToken cancellation)
    {
        await session.Execute("SET check_function_bodies = off; SET statement_timeout = '60s'", cancellation);
        foreach (SchemaStatement statement in SchemaScript.Read(script))
        {
            if ((Makings.Contains(statement.Type) || (withRows && RowTypes.Contains(statement.Type))) && Making().IsMatch(statement.Sql))
            {
                await TryExecute(session, statement.Sql, cancellation);
            }
        }

        await session.Execute("SET check_function_bodies = on; SET statement_timeout = 0", cancellation);
    }

    private static async Task Extensions(SourceSession session, HashSet<string> missing, CancellationToken cancellation)
    {
        foreach (Match type in missing.Select(m => Qualified().Match(m)).Where(m => m.Success).DistinctBy(m => m.Groups[2].Value))
        {
            await TryExecute(session, $"CREATE SCHEMA IF NOT EXISTS {Identifier.Quote(type.Groups[1].Value)}", cancellation);
            await TryExecute(session, $"CREATE EXTENSION IF NOT EXISTS {Identifier.Quote(type.Groups[2].Value)} SCHEMA {Identifier.Quote(type.Groups[1].Value)}", cancellation);
        }
    }

    private static async Task TryExecute(SourceSession session, string sql, CancellationToken cancellation)
    {
        try
        {
            await session.Execute(sql, cancellation);
        }
        catch (PostgresException e) when (!e.SqlState.StartsWith("57P", StringComparison.Ordinal) && !e.SqlState.StartsWith("53", StringComparison.Ordinal))
        {
            // It is there already, needs what is not here, or the role may not.
        }
    }

    /// <summary>Not what else an entry of the dump has: owners, grants, comments.</summary>
    [GeneratedRegex(@"^CREATE\s", RegexOptions.IgnoreCase)]
    private static partial Regex Making();

    /// <summary>The schema of a run's snapshot, by the snapshot's number: 10 comes after 9.</summary>
    [GeneratedRegex(@"/schema-([0-9]+)\.sql\z")]
    private static partial Regex Numbered();

    [GeneratedRegex(@"^(\w+)\.(\w+)(\[\])?\z")]
    private static partial Regex Qualified();
}
