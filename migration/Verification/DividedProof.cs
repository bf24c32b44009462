using System.Globalization;
using Mammoth.Iceberg.Catalogs;
using Mammoth.Iceberg.IO;
using Mammoth.Iceberg.Metadata;
using Mammoth.Iceberg.Scans;
using Mammoth.Migration.LargeValues;
using Mammoth.Migration.Quarantine;
using Mammoth.Migration.Runs;
using Mammoth.Migration.Staging;
using Mammoth.Postgres.Copy;

namespace Mammoth.Migration.Verification;

/// <summary>A published table whose proof is divided, as it was when that was decided.</summary>
/// <param name="Metadata">Where its metadata lies.</param>
/// <param name="Aside">Where that of the quarantine lies, or null.</param>
public sealed record DividedTable(TableIdentifier Table, string Metadata, long SnapshotId, ProofParts Parts, string? Aside = null);

/// <summary>The proof of a published table in steps of their own, where one would take too long; see <see cref="PublishedProof"/>.</summary>
public static class DividedProof
{
    /// <summary>Proves one table as it is now, where it is small enough for one step; else says how it is divided.</summary>
    public static async Task<(TableProof? Proof, DividedTable? Divided)> VerifyOrDivide(MigrationSite site, TableIdentifier table, CancellationToken cancellation)
    {
        LoadedTable? loaded = await site.Catalog.Load(table, cancellation);
        if (loaded is not null && PublishedProof.Recorded(loaded.Metadata) is { } recorded)
        {
            try
            {
                ProofParts parts = await Divide(site, loaded.Metadata, cancellation);
                if (parts.Count > 1)
                {
                    LoadedTable? aside = await PublishedProof.Quarantine(site.Catalog, cancellation);
                    return (null, new DividedTable(table, loaded.MetadataLocation, recorded.Snapshot.SnapshotId, parts, aside?.MetadataLocation));
                }
            }
            catch (Exception e) when (PublishedProof.IsDamage(e))
            {
                return (PublishedProof.Damaged(loaded, recorded, e.Message), null);
            }
        }

        return (await PublishedProof.VerifyOne(site.Io, site.Catalog, table, cancellation), null);
    }

    /// <summary>The digest of one part of a divided table, or why it can't be read.</summary>
    public static async Task<(RowDigest? Digest, string? Problem)> DigestPart(MigrationSite site, DividedTable table, int part, CancellationToken cancellation)
    {
        try
        {
            TableMetadata metadata = await Metadata(site, table.Metadata, cancellation);
            return (await PublishedProof.Digest(site.Io, metadata, null, PublishedProof.Recorded(metadata)!.Columns, (part, table.Parts.Bytes), cancellation), null);
        }
        catch (Exception e) when (PublishedProof.IsDamage(e))
        {
            return (null, e.Message);
        }
    }

    /// <summary>What the parts of a divided table show together.</summary>
    /// <param name="digest">Their sum; null where <paramref name="problem"/> kept one from being read.</param>
    public static async Task<TableProof> Judge(MigrationSite site, DividedTable table, string? digest, string? problem, CancellationToken cancellation)
    {
        try
        {
            TableMetadata metadata = await Metadata(site, table.Metadata, cancellation);
            LoadedTable loaded = new(table.Table, metadata, table.Metadata, 0);
            LoadedTable? aside = table.Aside is { } at ? new(QuarantineTable.Identifier, await Metadata(site, at, cancellation), at, 0) : null;
            PublishedProof.RecordedRows recorded = PublishedProof.Recorded(metadata)!;
            return digest is null
                ? PublishedProof.Damaged(loaded, recorded, problem!)
                : await PublishedProof.Judge(site.Io, loaded, aside, recorded, RowDigest.Parse(digest), cancellation);
        }
        catch (Exception e) when (PublishedProof.IsDamage(e))
        {
            return new(table.Table.ToString(), table.SnapshotId, null, null, $"it can't be read: {e.Message}");
        }
    }

    /// <summary>Not as the catalog has it by now: all parts are of one state.</summary>
    private static async Task<TableMetadata> Metadata(MigrationSite site, string location, CancellationToken cancellation)
    {
        FileContent content = await site.Io.Read(location, cancellation) ?? throw new FileNotFoundException($"{location} is gone.", location);
        return TableMetadataJson.Read(content.Bytes);
    }

    /// <summary>Into how many parts the proof of a table as it is now is divided; one for most.</summary>
    internal static async Task<ProofParts> Divide(MigrationSite site, TableMetadata table, CancellationToken cancellation)
    {
        var division = new ProofDivision(site.ProofBytes);
        if (table.CurrentSnapshot is { } snapshot && !(Size(snapshot) + SnapshotLargeValues.Bytes(snapshot) <= site.ProofBytes))
        {
            FileWeights weights = await FileWeights.Of(site.Io, snapshot.Summary.GetValueOrDefault(SummaryKeys.LargeValues), cancellation);
            foreach (ScanTask task in await new TableScan(site.Io, table).Plan(cancellation))
            {
                division.PartOf(weights[task.File]);
            }
        }

        return new(division.Count, site.ProofBytes);
    }

    /// <summary>Bytes of a snapshot's data files; null where it does not say.</summary>
    private static long? Size(Snapshot snapshot) =>
        long.TryParse(snapshot.Summary.GetValueOrDefault("total-files-size"), NumberStyles.None, CultureInfo.InvariantCulture, out long size) ? size : null;
}
