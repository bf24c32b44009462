using System.Runtime.CompilerServices;
using Mammoth.Iceberg.Catalogs;
using Mammoth.Iceberg.IO;
using Mammoth.Iceberg.Metadata;
using Mammoth.Iceberg.Scans;
using Mammoth.Migration.Errors;
using Mammoth.Migration.LargeValues;
using Mammoth.Migration.Quarantine;
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
        LoadedTable? aside = tables.FirstOrDefault(t => t.Identifier == QuarantineTable.Identifier && QuarantineTable.IsQuarantine(t.Metadata));
        foreach (LoadedTable table in tables.Where(t => chosen(t.Identifier) && t != aside))
        {
            yield return await Verify(io, table, aside, cancellation);
        }
    }

    /// <summary>The tables there are to prove, without that of quarantined rows, which are proven with their tables.</summary>
    public static async Task<IReadOnlyList<TableIdentifier>> Tables(StorageCatalog catalog, CancellationToken cancellation) =>
        [.. (await catalog.LoadAll(cancellation)).Where(t => !QuarantineTable.IsQuarantine(t.Metadata)).Select(t => t.Identifier)];

    /// <summary>Proves one table as it is now.</summary>
    public static async Task<TableProof> VerifyOne(IFileIO io, StorageCatalog catalog, TableIdentifier table, CancellationToken cancellation)
    {
        LoadedTable? loaded = await catalog.Load(table, cancellation);
        return loaded is null
            ? new(table.ToString(), null, null, null, "it is not in the catalog any more")
            : await Verify(io, loaded, await Quarantine(catalog, cancellation), cancellation);
    }

    /// <summary>The table of quarantined rows, or null.</summary>
    internal static async Task<LoadedTable?> Quarantine(StorageCatalog catalog, CancellationToken cancellation)
    {
        LoadedTable? aside = await catalog.Load(QuarantineTable.Identifier, cancellation);
        return aside is not null && QuarantineTable.IsQuarantine(aside.Metadata) ? aside : null;
    }

    private static async Task<TableProof> Verify(IFileIO io, LoadedTable table, LoadedTable? aside, CancellationToken cancellation)
    {
        if (Recorded(table.Metadata) is not { } recorded)
        {
            return NotOurs(table);
        }

        try
        {
            return await Judge(io, table, aside, recorded, await Digest(io, table.Metadata, null, recorded.Columns, part: null, cancellation), cancellation);
        }
        catch (Exception e) when (IsDamage(e))
        {
            return Damaged(table, recorded, e.Message);
        }
    }

    private static TableProof NotOurs(LoadedTable table) => new(
        table.Identifier.ToString(), table.Metadata.CurrentSnapshotId, null, null, "its current snapshot was not written by Mammoth: there is nothing to compare it with");

    internal static TableProof Damaged(LoadedTable table, RecordedRows recorded, string message) => new(
        table.Identifier.ToString(), recorded.Snapshot.SnapshotId, recorded.Digest, null, $"it can't be read: {message}");

    /// <summary>What is wrong with the files; a store that is away for now says nothing of them, and is asked again.</summary>
    internal static bool IsDamage(Exception e) => e is InvalidDataException or FormatException || (e is IOException && SourceErrors.Translate(e) is not { IsTransient: true });

    internal static async Task<TableProof> Judge(IFileIO io, LoadedTable table, LoadedTable? aside, RecordedRows recorded, RowDigest found, CancellationToken cancellation)
    {
        string? problem = found.ToString() == recorded.Digest ? null : $"its rows are not those that were published: digest {found}, recorded {recorded.Digest}";
        if (problem is null && recorded.Snapshot.Summary.GetValueOrDefault(SummaryKeys.QuarantineDigest) is { } quarantined)
        {
            RowDigest there = await QuarantineTable.Digest(io, aside?.Metadata, QuarantineTable.TargetOf(table.Identifier), cancellation);
            problem = there.ToString() == quarantined ? null : $"its quarantined rows are not those that were set aside: digest {there}, recorded {quarantined}";
        }

        return new(table.Identifier.ToString(), recorded.Snapshot.SnapshotId, recorded.Digest, found.ToString(), problem);
    }

    /// <summary>What was recorded of a table's current rows when they were published; null where Mammoth did not write them.</summary>
    internal static RecordedRows? Recorded(TableMetadata table) =>
        table.CurrentSnapshot is { } snapshot && snapshot.Summary.GetValueOrDefault(SummaryKeys.Digest) is { } digest && table.Properties.ContainsKey(SourceColumns.Property)
            ? new(snapshot, digest, [.. SourceColumns.Of(table).Select(c => c.ToCopyColumn())])
            : null;

    /// <summary>The digest of a table's rows.</summary>
    /// <param name="snapshot">At which snapshot; null: as it is now.</param>
    /// <param name="part">Which part, and of how many bytes they are; null: all.</param>
    internal static async Task<RowDigest> Digest(IFileIO io, TableMetadata table, long? snapshot, IReadOnlyList<CopyColumn> columns, (int Part, long Bytes)? part, CancellationToken cancellation)
    {
        var scan = new TableScan(io, table, new ScanOptions { SnapshotId = snapshot, Columns = [.. columns.Select(c => c.Name), .. columns.Select(c => c.Large?.Name).OfType<string>()] });
        var division = new ProofDivision(part?.Bytes ?? long.MaxValue);
        FileWeights weights = await FileWeights.Of(io, part is null ? null : scan.Snapshot?.Summary.GetValueOrDefault(SummaryKeys.LargeValues), cancellation);
        var chosen = new List<ScanTask>();
        foreach (ScanTask task in await scan.Plan(cancellation))
        {
            int of = division.PartOf(weights[task.File]);
            if (part is null || of == part.Value.Part)
            {
                chosen.Add(task);
            }
        }

        return await FileDigests.Sum(
            chosen,
            async (task, token) =>
            {
                using var encoder = new CopyEncoder(columns, new LargeValueFolder(io, table.Location));
                return await FileDigests.Of(scan.Read(task, token), batch => encoder.DigestStored(batch, token));
            },
            cancellation);
    }

    /// <param name="Digest">Recorded with the snapshot.</param>
    internal sealed record RecordedRows(Snapshot Snapshot, string Digest, IReadOnlyList<CopyColumn> Columns);
}
