using System.Diagnostics;
using System.Globalization;
using System.Net.Sockets;
using Mammoth.Iceberg.Catalogs;
using Mammoth.Iceberg.Metadata;
using Mammoth.Migration.Errors;
using Mammoth.Migration.Plans;
using Mammoth.Migration.Quarantine;
using Mammoth.Migration.Runs;
using Mammoth.Migration.Staging;
using Mammoth.Migration.Verification;
using Mammoth.Postgres.Catalog;
using Mammoth.Postgres.Copy;
using Mammoth.Postgres.Sessions;
using Npgsql;

namespace Mammoth.Migration.Recovery;

/// <summary>Brings one table back into PostgreSQL, reads it there, and compares that with what was recorded when it was published.</summary>
public static class TableRecovery
{
    private const int Lock = 0x6D6D7468;

    /// <summary>No table has this place in a plan.</summary>
    private const int ObjectsTurn = -1;

    /// <summary>What is said of a table that was tried often enough.</summary>
    /// <param name="why">What its <see cref="TableRecoveryException"/> said.</param>
    public static TableRehearsal GivenUp(RecoveryPlan plan, int table, string why)
    {
        ArgumentNullException.ThrowIfNull(plan);
        return NotBack(plan.Tables[table]) with { Problem = why };
    }

    /// <param name="plan">What is brought back.</param>
    /// <param name="table">The table's place in it.</param>
    /// <param name="keep">The table stays; else it is dropped again, so that one after the other needs no more room than the largest.</param>
    /// <exception cref="RehearsalServerException">The server can't be used.</exception>
    /// <exception cref="TableRecoveryException">The server failed while it had to do with the table.</exception>
    public static async Task<TableRehearsal> Run(RecoverySite site, RecoveryPlan plan, PreparedDatabase database, int table, bool keep, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(site);
        RecoveryTable chosen = plan.Tables[table];
        var watch = Stopwatch.StartNew();
        TableRehearsal result = NotBack(chosen);
        try
        {
            TableMetadata metadata = await site.Metadata(chosen.Metadata, cancellation);
            TableMetadata? quarantine = plan.Quarantine is { } aside ? await site.Metadata(aside, cancellation) : null;
            result = await Run(site, chosen, metadata, quarantine, database, table, keep, result, cancellation);
        }
        catch (UnrecoverableException e)
        {
            result = result with { Problem = $"it can't come back: {e.Message}" };
        }
        catch (PostgresException e) when (IsRefusal(e))
        {
            result = result with { Problem = $"PostgreSQL does not take it back: {ServerText.Of(e)}" };
        }
        catch (NpgsqlException e)
        {
            throw new TableRecoveryException(chosen.Table, e);
        }
        catch (Exception e) when (PublishedProof.IsDamage(e))
        {
            result = result with { Problem = $"it can't be read: {e.Message}" };
        }
        catch (Exception e) when (IsOfTable(e))
        {
            result = result with { Problem = $"it can't be brought back: {(e is UnencodableValueException ? "a value in its files is none of its PostgreSQL type" : e.Message)}" };
        }

        return result with { Seconds = watch.Elapsed.TotalSeconds };
    }

    private static TableRehearsal NotBack(RecoveryTable chosen) => new(chosen.Table.ToString(), null, null, null, null, 0, 0, chosen.Bytes, 0, [], null);

    private static async Task<TableRehearsal> Run(
        RecoverySite site, RecoveryTable chosen, TableMetadata metadata, TableMetadata? quarantine, PreparedDatabase database, int index, bool keep, TableRehearsal result, CancellationToken cancellation)
    {
        PublishedProof.RecordedRows recorded = PublishedProof.Recorded(metadata) ?? throw new UnrecoverableException("its snapshot was not written by Mammoth");
        string? setAside = recorded.Snapshot.Summary.GetValueOrDefault(SummaryKeys.QuarantineDigest);
        result = result with { SnapshotId = recorded.Snapshot.SnapshotId, Recorded = recorded.Digest, Quarantined = setAside is null ? 0 : RowDigest.Parse(setAside).Rows };
        await using SourceSession session = await site.Server.Open(database.Name, cancellation);
        await ScratchDatabase.Renew(session, cancellation);

        // The same step may be done twice at the same time: one waits, and does it again.
        await Wait(session, index, cancellation);

        // Numbers of large objects are the database's: tables that have some come one after the other, however many are brought back side by side.
        bool hasObjects = SourceColumns.Of(metadata).Any(c => c.LargeValues is { IsObject: true });
        if (hasObjects)
        {
            await Wait(session, ObjectsTurn, cancellation);
            if (!keep)
            {
                // What one that failed has left.
                await RecoveredObjects.Clear(session, cancellation);
            }
        }

        RecoveredLayout layout = await RecoveredLayout.Of(session, database.NameOf(chosen), metadata, cancellation);
        string target = QuarantineTable.TargetOf(chosen.Table);
        (layout, long back, string? kept) = await Load(site, session, metadata, layout, result.Quarantined > 0 ? quarantine : null, target, cancellation);
        List<string> remarks = [.. layout.Columns.Select(c => c.Remark).OfType<string>(), .. await LeftOut(site, recorded.Snapshot, cancellation)];
        if (kept is not null)
        {
            remarks.Add(kept);
        }

        (RowDigest fit, RowDigest unfit) = await RecoveredRows.Digest(session, layout, cancellation);
        if (!keep)
        {
            await session.Execute($"DROP TABLE {layout.Name.Sql}", cancellation);
            if (hasObjects)
            {
                await RecoveredObjects.Clear(session, cancellation);
            }
        }

        // Where PostgreSQL refused them, that they are whole in the warehouse is all that can be said of them, and that they are not back is.
        RowDigest quarantined = kept is null ? unfit : unfit + await QuarantineTable.Digest(site.Io, quarantine, target, cancellation);
        return result with
        {
            Name = layout.Name.ToString(),
            Found = fit.ToString(),
            QuarantinedBack = back,
            Remarks = remarks,
            Problem = Compare(recorded.Digest, fit, setAside, quarantined),
        };
    }

    /// <summary>For a turn that is one session's at a time.</summary>
    private static async Task Wait(SourceSession session, int turn, CancellationToken cancellation)
    {
        await using var waiting = new NpgsqlCommand(string.Create(CultureInfo.InvariantCulture, $"SELECT pg_catalog.pg_advisory_lock({Lock}, {turn})"), session.Connection) { CommandTimeout = StatementLimit.Seconds(StatementLimit.OverTable) };
        await waiting.ExecuteNonQueryAsync(cancellation);
    }

    private static async Task<(RecoveredLayout Layout, long Back, string? Kept)> Load(
        RecoverySite site, SourceSession session, TableMetadata metadata, RecoveredLayout layout, TableMetadata? quarantine, string target, CancellationToken cancellation)
    {
        var load = new RecoveryLoad(site.Io, session, metadata, layout);
        if (layout.Columns.All(c => c.Recorded.LargeValues is not { IsObject: true }))
        {
            return await load.Run(quarantine, target, objects: null, cancellation);
        }

        await using SourceSession beside = await site.Server.Open(session.Connection.Database, cancellation);
        return await load.Run(quarantine, target, new RecoveredObjects(site.Io, metadata.Location, beside), cancellation);
    }

    private static string? Compare(string recorded, RowDigest fit, string? setAside, RowDigest quarantined)
    {
        if (fit.ToString() != recorded)
        {
            long rows = RowDigest.Parse(recorded).Rows;
            return string.Create(CultureInfo.InvariantCulture, $"what came back is not what was published: {fit.Rows:N0} rows where {rows:N0} were published; digest {fit}, recorded {recorded}");
        }

        string aside = setAside ?? RowDigest.Empty.ToString();
        return quarantined.ToString() == aside ? null : $"the quarantined rows that came back are not those that were set aside: digest {quarantined}, recorded {aside}";
    }

    /// <summary>What of the source the run that published the table did not copy.</summary>
    private static async Task<IReadOnlyList<string>> LeftOut(RecoverySite site, Snapshot snapshot, CancellationToken cancellation)
    {
        if (snapshot.Summary.GetValueOrDefault(SummaryKeys.Run) is not { } run || snapshot.Summary.GetValueOrDefault(SummaryKeys.Source)?.Split('.', 2) is not [var schema, var name])
        {
            return [];
        }

        var folder = new RunFolder(site.Io, site.Root, run);
        RunRecord? record = await folder.TryRead<RunRecord>(folder.Fixed(RunRecord.FileName), cancellation);
        TableSettings[] settings = [.. (record?.Options.Tables ?? new Dictionary<string, TableSettings>()).Where(t => new NamePattern(t.Key).Matches(new QualifiedName(schema, name))).Select(t => t.Value)];
        return
        [
            .. settings.SelectMany(s => s.Omit).Distinct().Select(c => $"{c} was left out: it is not in the warehouse"),
            .. settings.Any(s => s.Filter is not null) ? ["rows were left out by a filter: they are not in the warehouse"] : Array.Empty<string>(),
        ];
    }

    /// <summary>Whether the server refuses what it was given (its values, its types), rather than being unable for now.</summary>
    internal static bool IsRefusal(PostgresException e) => !e.IsTransient && e.SqlState[..2] is "0A" or "21" or "22" or "23" or "38" or "39" or "42" or "44" or "54" or "P0";

    /// <summary>
    /// Whether an error says something of the table, whatever it is: another engine has changed its columns, a row is larger than memory. A store or a server that is away says nothing of it.
    /// </summary>
    private static bool IsOfTable(Exception e) =>
        e is not (OperationCanceledException or RehearsalServerException or Azure.RequestFailedException or TimeoutException or HttpRequestException or SocketException)
        && (e is CopyFormatException || SourceErrors.Translate(e) is not { IsTransient: true });
}

/// <summary>The server failed while it had to do with one table: its disk is full, it ended the statement, the connection broke. Where that remains, the others are brought back none the less.</summary>
public sealed class TableRecoveryException(TableIdentifier table, NpgsqlException error) : MammothException(
    $"{table} could not be brought back: the server failed. {ServerText.Of(error)}", "The server's log may say more. Nothing of the warehouse was changed: run the same command again.", error)
{
    /// <summary>The code.</summary>
    public const string OfTable = "rehearsal-table";

    public override string Code => OfTable;

    public override bool IsTransient => true;
}
