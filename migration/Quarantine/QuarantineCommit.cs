using Apache.Arrow;
using Mammoth.Iceberg.Catalogs;
using Mammoth.Iceberg.IO;
using Mammoth.Iceberg.Manifests;
using Mammoth.Iceberg.Metadata;
using Mammoth.Iceberg.Scans;
using Mammoth.Migration.Errors;
using Mammoth.Migration.Runs;
using Mammoth.Migration.Staging;

namespace Mammoth.Migration.Quarantine;

/// <summary>
/// The part of a run's commit that is <see cref="QuarantineTable"/>'s. Each table staged the files of its rows by itself; here they take the place of those of earlier runs,
/// in one snapshot, and the rows of tables that the run did not write stay.
/// </summary>
internal static class QuarantineCommit
{
    /// <param name="tables">What the run publishes.</param>
    /// <returns>Null where nothing changes; and the snapshot that it builds on, null where there is none.</returns>
    /// <exception cref="MammothException">The table is somebody else's, or was changed so that one table's rows can't be told from another's.</exception>
    public static async Task<(StagedCommit? Commit, long? Base)> Of(MigrationSite site, string run, IEnumerable<StagedTable> tables, CancellationToken cancellation)
    {
        StagedTable[] written = [.. tables.Where(t => !t.IsUnchanged)];
        string[] manifests = [.. written.SelectMany(t => t.QuarantineManifests)];
        TableMetadata? current = await Current(site, manifests.Length > 0, cancellation);
        HashSet<string> targets = [.. written.Select(t => QuarantineTable.TargetOf(t.Opened.Plan))];
        if (targets.Count == 0 || (manifests.Length == 0 && (current is null || !await HasRows(site.Io, current, targets, cancellation))))
        {
            return (null, current?.CurrentSnapshotId);
        }

        var staging = new SnapshotStaging(
            site.Io,
            current,
            current?.Location ?? await site.NewLocation(QuarantineTable.Identifier.Namespace, QuarantineTable.Identifier.Name, cancellation),
            current?.CurrentSchema ?? QuarantineTable.Schema)
        {
            Owner = run,
            Spec = current is null ? QuarantineTable.Spec : SpecOf(current),
            Keeps = (file, spec) => !IsOf(targets, file, spec),
        };
        StagedSnapshot staged = await staging.Replace(
            manifests,
            RunRecord.Tag(run),
            new Dictionary<string, string> { [SummaryKeys.Run] = run },
            new Dictionary<string, string> { [QuarantineTable.Mark] = "rows", ["comment"] = "Rows that Mammoth set aside since a value of theirs does not fit its column" },
            cancellation);
        return (StagedCommit.Of(QuarantineTable.Identifier.Namespace, QuarantineTable.Identifier.Name, staged), current?.CurrentSnapshotId);
    }

    /// <summary>The table's state; null where there is none.</summary>
    /// <param name="needed">There are rows to put there.</param>
    /// <exception cref="MammothException">There is another table of the name.</exception>
    public static async Task<TableMetadata?> Current(MigrationSite site, bool needed, CancellationToken cancellation)
    {
        TableMetadata? current = await site.Load(QuarantineTable.Identifier.Namespace, QuarantineTable.Identifier.Name, cancellation);
        if (current is null || QuarantineTable.IsQuarantine(current))
        {
            return current;
        }

        return needed
            ? throw new MammothException($"There are rows to set aside, but {QuarantineTable.Identifier} in the warehouse is not the table in which Mammoth keeps them.", "Rename that table or choose another warehouse, or use another policy than quarantine.")
            : null;
    }

    /// <summary>The first rows that were set aside, for people.</summary>
    public static async Task<IReadOnlyList<string>> Examples(IFileIO io, IEnumerable<string> manifests, CancellationToken cancellation)
    {
        var examples = new List<string>();
        var reader = new DataFileReader(io, new(0, [.. QuarantineTable.Schema.Fields.Where(f => f.Name is "key" or "column" or "reason")], []));
        foreach (string manifest in manifests)
        {
            await foreach (ManifestEntry entry in ManifestReader.Read(io, manifest, cancellation))
            {
                await foreach (RecordBatch batch in reader.Read(entry.File.FilePath, cancellation))
                {
                    using (batch)
                    {
                        (StringArray key, StringArray column, StringArray reason) = ((StringArray)batch.Column(0), (StringArray)batch.Column(1), (StringArray)batch.Column(2));
                        for (int i = 0; i < batch.Length; i++)
                        {
                            examples.Add(BudgetExceededException.Example(column.GetString(i), reason.GetString(i), key.GetString(i)));
                            if (examples.Count == BudgetExceededException.MostExamples)
                            {
                                return examples;
                            }
                        }
                    }
                }
            }
        }

        return examples;
    }

    private static async Task<bool> HasRows(IFileIO io, TableMetadata current, HashSet<string> targets, CancellationToken cancellation)
    {
        if (current.CurrentSnapshot is not { } snapshot)
        {
            return false;
        }

        foreach (ManifestFile manifest in (await ManifestList.Read(io, snapshot, cancellation)).Where(m => m is { Content: ManifestContent.Data, MayHaveLiveFiles: true }))
        {
            PartitionSpec spec = current.PartitionSpecs.Single(s => s.SpecId == manifest.PartitionSpecId);
            await foreach (ManifestEntry entry in ManifestReader.Read(io, manifest, cancellation))
            {
                if (entry.IsLive && IsOf(targets, entry.File, spec))
                {
                    return true;
                }
            }
        }

        return false;
    }

    private static bool IsOf(HashSet<string> targets, DataFile file, PartitionSpec spec) =>
        targets.Contains(QuarantineTable.TargetOf(file, spec) ?? throw Unpartitioned($"{file.FilePath} is not of one table"));

    private static PartitionSpec SpecOf(TableMetadata current) =>
        current.PartitionSpecs.FirstOrDefault(s => s.Fields.SequenceEqual(QuarantineTable.Spec.Fields)) ?? throw Unpartitioned("it is not partitioned by its column target");

    private static MammothException Unpartitioned(string what) => new(
        $"{QuarantineTable.Identifier} was changed by somebody else: {what}, and so the rows of one table can't be replaced.", "Roll that table back to a snapshot with a tag of Mammoth's (mammoth-…), or remove it from the warehouse; then run again.");
}
