using System.Runtime.CompilerServices;
using System.Text.Json;
using Apache.Arrow;
using Mammoth.Iceberg.Catalogs;
using Mammoth.Iceberg.IO;
using Mammoth.Iceberg.Metadata;
using Mammoth.Iceberg.Scans;
using Mammoth.Migration.Copying;
using Mammoth.Migration.Runs;
using Mammoth.Migration.Staging;
using Mammoth.Postgres.Copy;

namespace Mammoth.Migration.Verification;

/// <summary>What reading a published table again showed.</summary>
/// <param name="Table">Namespace and name.</param>
/// <param name="Recorded">The digest recorded when it was published; null where Mammoth did not write its current snapshot.</param>
/// <param name="Found">The digest of its rows as they are now; null where they could not be read.</param>
/// <param name="Problem">What is wrong: a sentence; null where it holds.</param>
public sealed record TableProof(string Table, long? SnapshotId, string? Recorded, string? Found, string? Problem)
{
    public bool Holds => Problem is null;

    /// <summary>Rows found.</summary>
    public long Rows => Found is null ? 0 : RowDigest.Parse(Found).Rows;
}

/// <summary>
/// Reads published tables again, from their current metadata down to every row, and compares the digest with the one recorded when
/// they were proven: what a disk, a person or another program changed since is found.
/// </summary>
public static class PublishedProof
{
    /// <summary>Proves tables one after the other.</summary>
    /// <param name="chosen">Which of the warehouse's tables.</param>
    public static async IAsyncEnumerable<TableProof> Verify(IFileIO io, StorageCatalog catalog, Func<TableIdentifier, bool> chosen, [EnumeratorCancellation] CancellationToken cancellation)
    {
        IReadOnlyList<LoadedTable> tables = await catalog.LoadAll(cancellation);
        foreach (LoadedTable table in tables.Where(t => chosen(t.Identifier) && !QuarantineRows.IsQuarantine(t.Metadata)))
        {
            LoadedTable? aside = tables.FirstOrDefault(t => t.Identifier == QuarantineOf(table.Identifier) && QuarantineRows.IsQuarantine(t.Metadata));
            yield return await Verify(io, table, aside, cancellation);
        }
    }

    /// <summary>The tables there are to prove, without those of quarantined rows, which are proven with theirs.</summary>
    public static async Task<IReadOnlyList<TableIdentifier>> Tables(StorageCatalog catalog, CancellationToken cancellation) =>
        [.. (await catalog.LoadAll(cancellation)).Where(t => !QuarantineRows.IsQuarantine(t.Metadata)).Select(t => t.Identifier)];

    /// <summary>Proves one table as it is now.</summary>
    public static async Task<TableProof> VerifyOne(IFileIO io, StorageCatalog catalog, TableIdentifier table, CancellationToken cancellation)
    {
        LoadedTable? loaded = await catalog.Load(table, cancellation);
        LoadedTable? aside = await catalog.Load(QuarantineOf(table), cancellation);
        return loaded is null
            ? new(table.ToString(), null, null, null, "it is not in the catalog any more")
            : await Verify(io, loaded, aside is not null && QuarantineRows.IsQuarantine(aside.Metadata) ? aside : null, cancellation);
    }

    private static async Task<TableProof> Verify(IFileIO io, LoadedTable table, LoadedTable? aside, CancellationToken cancellation)
    {
        string name = table.Identifier.ToString();
        Snapshot? snapshot = table.Metadata.CurrentSnapshot;
        string? recorded = snapshot?.Summary.GetValueOrDefault(SummaryKeys.Digest);
        if (recorded is null || !table.Metadata.Properties.TryGetValue("mammoth.columns", out string? columns))
        {
            return new(name, snapshot?.SnapshotId, null, null, "its current snapshot was not written by Mammoth: there is nothing to compare it with");
        }

        try
        {
            RowDigest found = await Digest(io, table.Metadata, Columns(columns), cancellation);
            string? problem = found.ToString() == recorded ? null : $"its rows are not those that were published: digest {found}, recorded {recorded}";
            if (problem is null && snapshot!.Summary.GetValueOrDefault(SummaryKeys.QuarantineDigest) is { } quarantined)
            {
                problem = await Quarantine(io, aside, quarantined, cancellation);
            }

            return new(name, snapshot!.SnapshotId, recorded, found.ToString(), problem);
        }
        catch (Exception e) when (e is IOException or InvalidDataException or FormatException)
        {
            return new(name, snapshot!.SnapshotId, recorded, null, $"it can't be read: {e.Message}");
        }
    }

    private static async Task<string?> Quarantine(IFileIO io, LoadedTable? aside, string recorded, CancellationToken cancellation)
    {
        RowDigest found = RowDigest.Empty;
        if (aside?.Metadata.CurrentSnapshot is not null)
        {
            await foreach (RecordBatch batch in new TableScan(io, aside.Metadata, new ScanOptions { Columns = ["row"] }).Read(cancellation))
            {
                using (batch)
                {
                    var rows = (BinaryArray)batch.Column(0);
                    for (int i = 0; i < rows.Length; i++)
                    {
                        found = found.Add(rows.GetBytes(i));
                    }
                }
            }
        }

        return found.ToString() == recorded ? null : $"its quarantined rows are not those that were set aside: digest {found}, recorded {recorded}";
    }

    /// <summary>The digest of a table's current rows.</summary>
    internal static async Task<RowDigest> Digest(IFileIO io, TableMetadata table, IReadOnlyList<CopyColumn> columns, CancellationToken cancellation)
    {
        using var encoder = new CopyEncoder(columns);
        RowDigest digest = RowDigest.Empty;
        await foreach (RecordBatch batch in new TableScan(io, table, new ScanOptions { Columns = [.. columns.Select(c => c.Name)] }).Read(cancellation))
        {
            using (batch)
            {
                digest += encoder.Digest(batch);
            }
        }

        return digest;
    }

    private static CopyColumn[] Columns(string json) =>
        [.. JsonSerializer.Deserialize<SourceColumn[]>(json, RunFolder.Json)!.Select(c => new CopyColumn(c.Name, c.Wire))];

    private static TableIdentifier QuarantineOf(TableIdentifier table) => new(table.Namespace, QuarantineRows.TableName(table.Name));
}
