using System.Globalization;
using Apache.Arrow;
using Mammoth.Iceberg.Manifests;
using Mammoth.Iceberg.Metadata;
using Mammoth.Iceberg.Scans;
using Mammoth.Migration.Copying;
using Mammoth.Migration.Errors;
using Mammoth.Migration.Plans;
using Mammoth.Migration.Reports;
using Mammoth.Migration.Runs;
using Mammoth.Migration.Staging;
using Mammoth.Postgres.Copy;
using Mammoth.Postgres.Sessions;
using Npgsql;

namespace Mammoth.Migration.Verification;

/// <summary>
/// Proves a staged table: its rows are as many as an independent <c>count(*)</c> finds at the snapshot, and read back from the
/// files and encoded again they have the digest of what the server sent.
/// </summary>
public static class StagedProof
{
    /// <returns>Where the proven <see cref="StagedTable"/> lies.</returns>
    /// <exception cref="VerificationException">Count or digest differ.</exception>
    public static async Task<string> Verify(MigrationSite site, string run, string token, int epoch, string stagedLocation, CancellationToken cancellation)
    {
        RunFolder folder = site.Folder(run);
        StagedTable staged = await folder.Read<StagedTable>(stagedLocation, cancellation);
        site.Progress.Report(new ProgressEvent.Verifying(staged.Opened.Plan.Index));
        long counted = await Count(site, run, token, staged.Opened.Plan, cancellation);
        RowDigest source = staged.SourceDigest();

        RowDigest table = staged.IsUnchanged ? await Published(site, staged, cancellation) : await Digest(site, staged, cancellation);
        var verification = new TableVerification(counted, table.Rows, source.ToString(), table.ToString());
        if (!verification.Holds)
        {
            throw new VerificationException(
                string.Create(CultureInfo.InvariantCulture, $"{staged.Opened.Plan.Source}: the snapshot has {counted:N0} rows, {source.Rows:N0} were read and {table.Rows:N0} written; digest {source} against {table}."),
                staged.IsUnchanged
                    ? "The source's rows are those recorded when the table was published; the files in the warehouse were changed since. `mammoth verify` names what is damaged."
                    : "Nothing of it was published. Where locks were not taken or given up, a TRUNCATE explains it; otherwise please report it with the run's folder.");
        }

        StagedTable proven = staged with { Verification = verification, Epoch = epoch };
        string location = await folder.Write(folder.Fresh($"proven/{staged.Opened.Plan.Index}"), proven, cancellation);
        site.Progress.Report(new ProgressEvent.TableDone(staged.Opened.Plan.Index, Done(proven)));
        return location;
    }

    /// <summary>The table as those who watch the run see it: proven, to be published with the others.</summary>
    private static TableReport Done(StagedTable proven) => new()
    {
        Source = proven.Opened.Plan.Source.ToString(),
        Namespace = proven.Opened.Plan.Namespace,
        Name = proven.Opened.Plan.Name,
        Batch = proven.Opened.Plan.Batch,
        Class = proven.Opened.Plan.Class.ToString(),
        Outcome = proven.IsUnchanged ? Outcome.Unchanged : Outcome.Published,
        Epoch = proven.Epoch,
        Rows = proven.Rows,
        QuarantinedRows = proven.QuarantinedRows,
        SourceBytes = proven.SourceBytes,
        FileBytes = proven.FileBytes,
        Files = proven.Files,
        Chunks = proven.Opened.Plan.Chunks.Count,
        CopyTime = proven.CopyTime,
        Verification = proven.Verification,
    };

    /// <summary>The digest of a table's rows in data files and quarantine, encoded again as the server sent them.</summary>
    public static async Task<RowDigest> Digest(MigrationSite site, StagedTable staged, CancellationToken cancellation)
    {
        CopyColumn[] columns = [.. staged.Opened.Plan.Columns.Select(c => new CopyColumn(c.Name, c.Wire))];
        using var encoder = new CopyEncoder(columns);
        var reader = new DataFileReader(site.Io, staged.Opened.Schema());
        RowDigest digest = RowDigest.Empty;
        await foreach (DataFile file in Files(site, staged.Manifests, cancellation))
        {
            await foreach (RecordBatch batch in reader.Read(file.FilePath, cancellation))
            {
                using (batch)
                {
                    digest += encoder.Digest(batch);
                }
            }
        }

        return digest + await Quarantined(site, staged.QuarantineManifests, cancellation);
    }

    /// <summary>The digest of the rows that are published already; those in quarantine are as they were recorded.</summary>
    private static async Task<RowDigest> Published(MigrationSite site, StagedTable staged, CancellationToken cancellation)
    {
        TablePlan plan = staged.Opened.Plan;
        TableMetadata current = await site.Load(plan.Namespace, plan.Name, cancellation)
            ?? throw new VerificationException($"{plan.Namespace}.{plan.Name} is no longer in the warehouse.", "Run again: it is then written anew.");
        CopyColumn[] columns = [.. plan.Columns.Select(c => new CopyColumn(c.Name, c.Wire))];
        return await PublishedProof.Digest(site.Io, current, columns, cancellation) + RowDigest.Parse(staged.QuarantineDigest);
    }

    private static async Task<RowDigest> Quarantined(MigrationSite site, IReadOnlyList<string> manifests, CancellationToken cancellation)
    {
        var reader = new DataFileReader(site.Io, QuarantineRows.Schema);
        RowDigest digest = RowDigest.Empty;
        await foreach (DataFile file in Files(site, manifests, cancellation))
        {
            await foreach (RecordBatch batch in reader.Read(file.FilePath, cancellation))
            {
                using (batch)
                {
                    var rows = (BinaryArray)batch.Column(QuarantineRows.Schema.Fields.Count - 1);
                    for (int i = 0; i < rows.Length; i++)
                    {
                        digest = digest.Add(rows.GetBytes(i));
                    }
                }
            }
        }

        return digest;
    }

    private static async IAsyncEnumerable<DataFile> Files(MigrationSite site, IReadOnlyList<string> manifests, [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellation)
    {
        foreach (string manifest in manifests)
        {
            await foreach (ManifestEntry entry in ManifestReader.Read(site.Io, manifest, cancellation))
            {
                yield return entry.File;
            }
        }
    }

    private static async Task<long> Count(MigrationSite site, string run, string token, TablePlan table, CancellationToken cancellation)
    {
        await using SnapshotReader session = await site.Read(run, token, cancellation);
        using var reading = CancellationTokenSource.CreateLinkedTokenSource(cancellation, session.Lost);
        cancellation = reading.Token;
        await using var command = new NpgsqlCommand(SelectStatement.Count(table), session.Connection) { CommandTimeout = 0 };
        return (long)(await command.ExecuteScalarAsync(cancellation))!;
    }
}
