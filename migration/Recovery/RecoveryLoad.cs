using Apache.Arrow;
using Mammoth.Iceberg.IO;
using Mammoth.Iceberg.Metadata;
using Mammoth.Iceberg.Scans;
using Mammoth.Migration.LargeValues;
using Mammoth.Migration.Quarantine;
using Mammoth.Postgres.Copy;
using Mammoth.Postgres.Copy.LargeValues;
using Mammoth.Postgres.Sessions;
using Npgsql;

namespace Mammoth.Migration.Recovery;

/// <summary>
/// Brings a table's rows into a new table of the scratch database, in one transaction: done again, it begins anew. Rows stream; what is held is a batch of a data file.
/// </summary>
internal sealed class RecoveryLoad(IFileIO io, SourceSession session, TableMetadata table, RecoveredLayout layout)
{
    private const string Savepoint = "mammoth_rows";

    /// <param name="quarantine">The state of the table of quarantined rows; null: there is none.</param>
    /// <param name="target">The table, as the quarantine names it.</param>
    /// <param name="objects">Takes the large objects that rows name.</param>
    /// <returns>The table as it is now, how many quarantined rows came back, and why they did not.</returns>
    public async Task<(RecoveredLayout Layout, long QuarantinedBack, string? Kept)> Run(TableMetadata? quarantine, string target, ILargeObjectSink? objects, CancellationToken cancellation)
    {
        await session.Execute("BEGIN", cancellation);
        try
        {
            await session.Execute($"DROP TABLE IF EXISTS {layout.Name.Sql}", cancellation);
            await session.Execute($"CREATE TABLE {layout.Name.Sql} ({string.Join(", ", layout.Columns.Select(c => $"{c.Sql} {c.LoadType}"))})", cancellation);
            await Rows(objects, cancellation);
            (long back, string? kept) = quarantine?.CurrentSnapshot is null ? (0, null) : await Quarantined(quarantine, target, cancellation);
            RecoveredLayout now = await Cast(cancellation);
            await session.Execute("COMMIT", cancellation);
            return (now, back, kept);
        }
        catch
        {
            await Rollback();
            throw;
        }
    }

    private async Task Rows(ILargeObjectSink? objects, CancellationToken cancellation)
    {
        CopyColumn[] columns = [.. layout.Columns.Select(c => c.ToCopyIn())];
        var scan = new TableScan(io, table, new ScanOptions { Columns = [.. columns.Select(c => c.Name), .. columns.Select(c => c.Large?.Name).OfType<string>()] });
        using var encoder = new CopyEncoder(columns, new LargeValueFolder(io, table.Location));
        await using CopyWriter writer = await Open(cancellation);
        foreach (ScanTask task in await scan.Plan(cancellation))
        {
            await foreach (RecordBatch batch in scan.Read(task, cancellation))
            {
                using (batch)
                {
                    await encoder.WriteStored(batch, writer.Tuples, objects, cancellation);
                }
            }
        }

        await writer.Complete(cancellation);
    }

    /// <summary>The rows in quarantine are whole, as the server sent them: they go back as they are.</summary>
    private async Task<(long Back, string? Kept)> Quarantined(TableMetadata quarantine, string target, CancellationToken cancellation)
    {
        await session.Execute($"SAVEPOINT {Savepoint}", cancellation);
        try
        {
            long rows = 0;
            await using (CopyWriter writer = await Open(cancellation))
            {
                await foreach (byte[] tuple in QuarantineTable.Rows(io, quarantine, target, cancellation))
                {
                    TypeOids.RewriteTuple([.. layout.Columns.Select(c => c.Recorded.Wire)], [.. layout.Columns.Select(c => c.Wire)], tuple);
                    await writer.Tuples.WriteAsync(tuple, cancellation);
                    rows++;
                }

                await writer.Complete(cancellation);
            }

            return (rows, null);
        }
        catch (PostgresException e) when (TableRecovery.IsRefusal(e))
        {
            await session.Execute($"ROLLBACK TO {Savepoint}", cancellation);
            return (0, $"the rows in quarantine are not back, for PostgreSQL does not take them: {ServerText.Of(e)}");
        }
    }

    /// <summary>Casts what arrived as text back into its types. A column for which PostgreSQL refuses that stays text.</summary>
    private async Task<RecoveredLayout> Cast(CancellationToken cancellation)
    {
        Dictionary<RecoveredColumn, string> refused = [];
        await Cast([.. layout.Columns.Where(c => c.CastTo is not null)], refused, cancellation);
        return layout with
        {
            Columns = [.. layout.Columns.Select(c => refused.TryGetValue(c, out string? why) ? c.AsText($"{c.Name} stays text, for PostgreSQL does not take all its values back as {c.CastTo}: {why}") : c)],
        };
    }

    /// <summary>All columns at once, which rewrites the table once; where one is refused, the halves by themselves, until it is found.</summary>
    private async Task Cast(RecoveredColumn[] columns, Dictionary<RecoveredColumn, string> refused, CancellationToken cancellation)
    {
        if (columns.Length == 0 || await TryCast(columns, cancellation) is not { } refusal)
        {
            return;
        }

        if (columns.Length == 1)
        {
            refused.Add(columns[0], refusal);
            return;
        }

        await Cast(columns[..(columns.Length / 2)], refused, cancellation);
        await Cast(columns[(columns.Length / 2)..], refused, cancellation);
    }

    /// <returns>What PostgreSQL says against it, or null.</returns>
    private async Task<string?> TryCast(IReadOnlyList<RecoveredColumn> columns, CancellationToken cancellation)
    {
        await session.Execute($"SAVEPOINT {Savepoint}", cancellation);
        try
        {
            string actions = string.Join(", ", columns.Select(c => $"ALTER COLUMN {c.Sql} TYPE {c.CastTo} USING ({c.CastFrom})::{c.CastTo}"));
            await using var command = new NpgsqlCommand($"ALTER TABLE {layout.Name.Sql} {actions}", session.Connection) { CommandTimeout = StatementLimit.Seconds(StatementLimit.OverTable) };
            await command.ExecuteNonQueryAsync(cancellation);
            return null;
        }
        catch (PostgresException e) when (TableRecovery.IsRefusal(e))
        {
            await session.Execute($"ROLLBACK TO {Savepoint}", cancellation);
            return ServerText.Of(e);
        }
    }

    private Task<CopyWriter> Open(CancellationToken cancellation) => CopyWriter.Open(session.Connection, layout.Name.Sql, layout.Columns.Select(c => c.Name), cancellation);

    private async Task Rollback()
    {
        try
        {
            await session.Execute("ROLLBACK", CancellationToken.None);
        }
        catch (Exception e) when (e is NpgsqlException or InvalidOperationException)
        {
            // A connection that is gone has rolled back.
        }
    }
}
