using Mammoth.Iceberg.Catalogs;
using Mammoth.Iceberg.IO;
using Mammoth.Migration.Cleaning;
using Mammoth.Migration.Reports;
using Mammoth.Migration.Verification;
using Npgsql;

namespace Mammoth.Cli.Soak;

/// <summary>Says what is wrong with a warehouse after a round.</summary>
internal sealed class SoakJudge(string source)
{
    private Dictionary<string, long>? _rows;

    /// <summary>Tables are visible all or none, whatever was killed.</summary>
    public static async Task<string?> Halfway(Warehouse place, int tables, CancellationToken cancellationToken)
    {
        if (!await StorageCatalog.Exists(place.Io, place.Root, cancellationToken))
            return null;
        int visible = (await (await StorageCatalog.Open(place.Io, place.Root, readOnly: true, cancellationToken)).LoadAll(cancellationToken)).Count(t => t.Metadata.Properties.ContainsKey("mammoth.columns"));
        return visible == 0 || visible == tables ? null : $"{visible} of {tables} tables are visible";
    }

    /// <returns>Null where every row is there once.</returns>
    public async Task<string?> Done(Warehouse place, RunReport report, CancellationToken cancellationToken)
    {
        _rows ??= await Count(cancellationToken);
        StorageCatalog catalog = await StorageCatalog.Open(place.Io, place.Root, readOnly: true, cancellationToken);
        Dictionary<string, TableProof> proofs = [];
        await foreach (TableProof proof in PublishedProof.Verify(place.Io, catalog, _ => true, cancellationToken))
            proofs.Add(proof.Table, proof);

        foreach ((string name, long rows) in _rows)
        {
            if (report.Tables.FirstOrDefault(t => t.Source == name) is not { } table)
                return $"the report says nothing of {name}";
            if (!proofs.TryGetValue(new TableIdentifier(table.Namespace, table.Name).ToString(), out TableProof? proof))
                return $"{name} is not in the catalog";
            if (!proof.Holds)
                return $"{name}: {proof.Problem}";
            if (proof.Rows + table.QuarantinedRows != rows)
                return $"{name} has {rows} rows in PostgreSQL and {proof.Rows} in the warehouse";
        }

        foreach (LoadedTable table in await catalog.LoadAll(cancellationToken))
        {
            if (table.Metadata.Snapshots.Count != 1)
                return $"{table.Identifier} has {table.Metadata.Snapshots.Count} snapshots";
            if (await place.Io.Read($"{table.Location}/metadata/version-hint.text", cancellationToken) is null)
                return $"{table.Identifier} has no version hint";
        }

        // Of a run that has ended nothing may lie about, however it came to its end.
        OrphanList orphans = await Orphans.Find(place.Io, catalog, DateTimeOffset.MaxValue, cancellationToken);
        return orphans.Files.FirstOrDefault(f => !f.Location.Contains("/_mammoth/", StringComparison.Ordinal)) is { } orphan ? $"nothing names {orphan.Location}" : null;
    }

    private async Task<Dictionary<string, long>> Count(CancellationToken cancellationToken)
    {
        await using NpgsqlConnection connection = new(source);
        await connection.OpenAsync(cancellationToken);
        List<(string Name, string Sql)> tables = [];
        await using (NpgsqlCommand list = new(
            """
            SELECT n.nspname || '.' || c.relname, format('SELECT count(*) FROM %s%I.%I', CASE c.relkind WHEN 'r' THEN 'ONLY ' ELSE '' END, n.nspname, c.relname)
            FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
            WHERE c.relkind IN ('r', 'p') AND NOT c.relispartition AND c.relpersistence <> 't' AND n.nspname NOT IN ('pg_catalog', 'information_schema')
            """,
            connection))
        await using (NpgsqlDataReader reader = await list.ExecuteReaderAsync(cancellationToken))
        {
            while (await reader.ReadAsync(cancellationToken))
                tables.Add((reader.GetString(0), reader.GetString(1)));
        }

        Dictionary<string, long> rows = [];
        foreach ((string name, string sql) in tables)
        {
#pragma warning disable CA2100 // The server quoted the names itself.
            await using NpgsqlCommand count = new(sql, connection);
#pragma warning restore CA2100
            rows.Add(name, (long)(await count.ExecuteScalarAsync(cancellationToken))!);
        }

        return rows;
    }
}
