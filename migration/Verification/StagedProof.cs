using System.Globalization;
using Apache.Arrow;
using Mammoth.Iceberg.Faults;
using Mammoth.Iceberg.Manifests;
using Mammoth.Iceberg.Metadata;
using Mammoth.Iceberg.Scans;
using Mammoth.Migration.Copying;
using Mammoth.Migration.Errors;
using Mammoth.Migration.LargeValues;
using Mammoth.Migration.Plans;
using Mammoth.Migration.Quarantine;
using Mammoth.Migration.Reports;
using Mammoth.Migration.Runs;
using Mammoth.Migration.Staging;
using Mammoth.Postgres.Copy;
using Mammoth.Postgres.Sessions;

namespace Mammoth.Migration.Verification;

/// <summary>
/// Proves a staged table: its rows are as many as an independent <c>count(*)</c> finds at the snapshot, and read back from the
/// files and encoded again they have the digest of what the server sent. A large table is counted and read in steps of their own (<see cref="ProofParts"/>).
/// </summary>
public static class StagedProof
{
    /// <summary>Into how many parts the proof of a staged table is divided; one for most.</summary>
    public static async Task<ProofParts> Divide(MigrationSite site, StagedTable staged, CancellationToken cancellation)
    {
        if (staged.IsUnchanged)
        {
            return await DividedProof.Divide(site, await Current(site, staged.Opened.Plan, cancellation), cancellation);
        }

        var division = new ProofDivision(site.ProofBytes);
        if (staged.FileBytes > site.ProofBytes || staged.QuarantineManifests.Count > 0 || staged.LargeValues is not null)
        {
            FileWeights weights = await FileWeights.Of(site.Io, staged.LargeValues, cancellation);
            await foreach ((DataFile file, _) in Files(site, staged, cancellation))
            {
                division.PartOf(weights[file]);
            }
        }

        return new(division.Count, site.ProofBytes);
    }

    /// <param name="sums">What was found in parts; null: all is read here.</param>
    /// <returns>Where the proven <see cref="StagedTable"/> lies.</returns>
    /// <exception cref="VerificationException">Count or digest differ.</exception>
    public static async Task<string> Verify(MigrationSite site, string run, string token, int epoch, string stagedLocation, ProofSums? sums, CancellationToken cancellation)
        => await Verify(site, run, token, epoch, await site.Folder(run).Read<StagedTable>(stagedLocation, cancellation), sums, cancellation);

    /// <inheritdoc cref="Verify(MigrationSite, string, string, int, string, ProofSums?, CancellationToken)"/>
    public static async Task<string> Verify(MigrationSite site, string run, string token, int epoch, StagedTable staged, ProofSums? sums, CancellationToken cancellation)
    {
        RunFolder folder = site.Folder(run);
        site.Progress.Report(new ProgressEvent.Verifying(staged.Opened.Plan.Index));
        (long counted, RowDigest table) = sums is null ? await CountAndDigest(site, run, token, staged, cancellation) : (sums.Counted, RowDigest.Parse(sums.Digest));
        RowDigest source = staged.SourceDigest();
        if (staged.IsUnchanged)
        {
            // What is in quarantine was read when the table was found unchanged.
            table += RowDigest.Parse(staged.QuarantineDigest);
        }

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
        await Failpoints.TableProven.Pass();
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
        LargeValues = proven.LargeValueCount,
        Chunks = proven.Opened.Plan.Chunks.Count,
        CopyTime = proven.CopyTime,
        Verification = proven.Verification,
    };

    /// <summary>Both at the same time: the one is the server's work, the other ours. Where one fails, the other is given up.</summary>
    private static async Task<(long Counted, RowDigest Digest)> CountAndDigest(MigrationSite site, string run, string token, StagedTable staged, CancellationToken cancellation)
    {
        using var both = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        Task<long> counted = Count(site, run, token, staged, both.Token);
        Task<RowDigest> digest = Task.Run(() => Digest(site, staged, part: null, both.Token), both.Token);
        Task first = await Task.WhenAny(counted, digest);
        if (!first.IsCompletedSuccessfully)
        {
            await both.CancelAsync();
            await Task.WhenAll(counted, digest).ContinueWith(static _ => { }, TaskScheduler.Default);
            await first;
        }

        return (await counted, await digest);
    }

    /// <summary>An independent <c>count(*)</c> of a staged table's source, at the snapshot.</summary>
    public static async Task<long> Count(MigrationSite site, string run, string token, StagedTable staged, CancellationToken cancellation)
    {
        await using SnapshotReader session = await site.Read(run, token, cancellation);
        using var reading = CancellationTokenSource.CreateLinkedTokenSource(cancellation, session.Lost);
        cancellation = reading.Token;
        return long.Parse((await session.ScalarOverTable(SelectStatement.Count(staged.Opened.Plan), cancellation))!, CultureInfo.InvariantCulture);
    }

    /// <summary>
    /// The digest of a table's rows in data files and quarantine, encoded again as the server sent them; of an unchanged table, of the rows that are
    /// published already.
    /// </summary>
    /// <param name="part">Which part, and of how many bytes they are; null: all.</param>
    public static async Task<RowDigest> Digest(MigrationSite site, StagedTable staged, (int Part, long Bytes)? part, CancellationToken cancellation)
    {
        CopyColumn[] columns = [.. staged.Opened.Plan.Columns.Select(c => c.ToCopyColumn())];
        if (staged.IsUnchanged)
        {
            TableMetadata current = await Current(site, staged.Opened.Plan, cancellation);

            // As it was found unchanged, where somebody has written it since.
            long? snapshot = current.CurrentSnapshotId == staged.SnapshotId ? null : staged.SnapshotId;
            return await PublishedProof.Digest(site.Io, current, snapshot, columns, part, cancellation);
        }

        var reader = new DataFileReader(site.Io, staged.Opened.Schema());
        var quarantine = new DataFileReader(site.Io, QuarantineTable.Schema);
        var division = new ProofDivision(part?.Bytes ?? long.MaxValue);
        FileWeights weights = await FileWeights.Of(site.Io, part is null ? null : staged.LargeValues, cancellation);
        var chosen = new List<(DataFile File, bool Quarantined)>();
        await foreach ((DataFile file, bool quarantined) in Files(site, staged, cancellation))
        {
            int of = division.PartOf(weights[file]);
            if (of > part?.Part)
            {
                break;
            }

            if (part is not null && of != part.Value.Part)
            {
                continue;
            }

            chosen.Add((file, quarantined));
        }

        return await FileDigests.Sum(
            chosen,
            async (file, token) =>
            {
                if (file.Quarantined)
                {
                    return await FileDigests.Of(quarantine.Read(file.File.FilePath, token), batch => ValueTask.FromResult(Quarantined(batch)));
                }

                using var encoder = new CopyEncoder(columns, new LargeValueFolder(site.Io, staged.Opened.TableLocation));
                return await FileDigests.Of(reader.Read(file.File.FilePath, token), batch => encoder.DigestStored(batch, token));
            },
            cancellation);
    }

    private static async Task<TableMetadata> Current(MigrationSite site, TablePlan plan, CancellationToken cancellation) =>
        await site.Load(plan.Namespace, plan.Name, cancellation)
            ?? throw new VerificationException($"{plan.Namespace}.{plan.Name} is no longer in the warehouse.", "Run again: it is then written anew.");

    private static RowDigest Quarantined(RecordBatch batch)
    {
        RowDigest digest = RowDigest.Empty;
        var rows = (BinaryArray)batch.Column(QuarantineTable.Schema.Fields.Count - 1);
        for (int i = 0; i < rows.Length; i++)
        {
            digest = digest.Add(rows.GetBytes(i));
        }

        return digest;
    }

    /// <summary>The data files of a staged table, then those of its quarantine.</summary>
    private static async IAsyncEnumerable<(DataFile File, bool Quarantined)> Files(MigrationSite site, StagedTable staged, [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellation)
    {
        foreach ((string manifest, bool quarantined) in staged.Manifests.Select(m => (m, false)).Concat(staged.QuarantineManifests.Select(m => (m, true))))
        {
            await foreach (ManifestEntry entry in ManifestReader.Read(site.Io, manifest, cancellation))
            {
                yield return (entry.File, quarantined);
            }
        }
    }
}
