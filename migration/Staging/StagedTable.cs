using System.Globalization;
using System.IO.Hashing;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;
using Mammoth.Iceberg.Catalogs;
using Mammoth.Iceberg.Faults;
using Mammoth.Iceberg.Metadata;
using Mammoth.Iceberg.Scans;
using Mammoth.Migration.Copying;
using Mammoth.Migration.Errors;
using Mammoth.Migration.LargeValues;
using Mammoth.Migration.Plans;
using Mammoth.Migration.Reports;
using Mammoth.Migration.Runs;
using Mammoth.Postgres.Copy;

namespace Mammoth.Migration.Staging;

/// <summary>A table whose rows are on storage and whose commit is prepared: it lacks only the catalog's write.</summary>
public sealed record StagedTable
{
    public required OpenedTable Opened { get; init; }

    /// <summary>The rows are those already published: there is nothing to commit.</summary>
    public required bool IsUnchanged { get; init; }

    /// <summary>What the commit asks for and does; also that of the quarantine table, where there are quarantined rows.</summary>
    public required IReadOnlyList<StagedCommit> Commits { get; init; }

    /// <summary>The snapshot that the commit makes current; of an unchanged table the one that is.</summary>
    public long? SnapshotId { get; init; }

    /// <summary>Manifests of the data files, and of the quarantine's.</summary>
    public required IReadOnlyList<string> Manifests { get; init; }

    public required IReadOnlyList<string> QuarantineManifests { get; init; }

    /// <summary>The file that names the lists of its large values; null where there are none.</summary>
    public string? LargeValues { get; init; }

    /// <summary>How many there are.</summary>
    public long LargeValueCount { get; init; }

    public required long Rows { get; init; }
    public required long QuarantinedRows { get; init; }
    public required long SourceBytes { get; init; }
    public required long FileBytes { get; init; }
    public required int Files { get; init; }
    public required TimeSpan CopyTime { get; init; }

    /// <summary>Of the rows in data files, and of those in quarantine, as the server sent them.</summary>
    public required string Digest { get; init; }

    public required string QuarantineDigest { get; init; }

    /// <summary>Set once the table is proven.</summary>
    public TableVerification? Verification { get; init; }

    /// <summary>The epoch it was read in; set once the table is proven.</summary>
    public int Epoch { get; init; }

    /// <summary>The digest of all its rows.</summary>
    public RowDigest SourceDigest() => RowDigest.Parse(Digest) + RowDigest.Parse(QuarantineDigest);

    /// <returns>The staged table, and where it lies.</returns>
    public static async Task<(string Location, StagedTable Table)> Stage(MigrationSite site, string run, string tableLocation, string? fold, CancellationToken cancellation)
    {
        RunFolder folder = site.Folder(run);
        OpenedTable opened = await folder.Read<OpenedTable>(tableLocation, cancellation);
        IReadOnlyList<ChunkResult> chunks = await ChunkFold.ReadAll(site, run, fold, cancellation);
        StagedTable staged = await Prepare(site, run, opened, chunks, cancellation);
        string location = await folder.Write(folder.Fresh($"staged/{opened.Plan.Index}"), staged, cancellation);
        await Failpoints.TableStaged.Pass();
        return (location, staged);
    }

    /// <summary>The same of chunks in memory; the record is not written.</summary>
    /// <exception cref="MammothException">Somebody else wrote the table meanwhile.</exception>
    public static async Task<StagedTable> Prepare(MigrationSite site, string run, OpenedTable opened, IReadOnlyList<ChunkResult> chunks, CancellationToken cancellation)
    {
        TableMetadata? current = await site.Load(opened.Plan.Namespace, opened.Plan.Name, cancellation);
        if (current?.TableUuid != opened.TableUuid || current?.CurrentSnapshotId != opened.BaseSnapshot
            || current?.CurrentSchemaId != opened.BaseSchemaId || (current?.LastColumnId ?? 0) != opened.BaseLastColumnId)
        {
            throw new MammothException($"{opened.Plan.Namespace}.{opened.Plan.Name} was changed in the warehouse while it was copied.", "Let one writer at a time write a table, and run again.");
        }

        return await Stage(site, run, opened, chunks, current, cancellation);
    }

    private static async Task<StagedTable> Stage(MigrationSite site, string run, OpenedTable opened, IReadOnlyList<ChunkResult> chunks, TableMetadata? current, CancellationToken cancellation)
    {
        RowDigest digest = Sum(chunks.Select(c => c.Digest));
        RowDigest quarantined = Sum(chunks.Select(c => c.QuarantineDigest));
        string layout = Fingerprint(SelectStatement.Layout(opened.Plan));
        var commits = new List<StagedCommit>();
        StagedSnapshot? snapshot = null;
        StagedSnapshot? aside = null;
        string? largeValues = null;
        bool unchanged = current is not null && IsSame(current, opened, digest, quarantined, layout);
        if (!unchanged)
        {
            Dictionary<string, string> facts = await Facts(site, run, opened, digest, quarantined, layout, cancellation);
            Dictionary<string, string> large = await SnapshotLargeValues.Write(site.Io, opened.TableLocation, run, [.. chunks.Select(c => c.LargeValues).OfType<LargeValueList>()], cancellation);
            largeValues = large.GetValueOrDefault(SummaryKeys.LargeValues);
            snapshot = await new SnapshotStaging(site.Io, current, opened.TableLocation, opened.Schema()) { Owner = run }
                .Replace([.. chunks.Select(c => c.Manifest).OfType<string>()], RunRecord.Tag(run), new Dictionary<string, string>(facts.Concat(large)), TableProperties(opened), cancellation);
            commits.Add(StagedCommit.Of(opened.Plan.Namespace, opened.Plan.Name, snapshot));
            aside = await Quarantine(site, run, opened, chunks, facts, commits, cancellation);
        }

        return new StagedTable
        {
            Opened = opened,
            IsUnchanged = unchanged,
            Commits = commits,
            SnapshotId = unchanged ? current!.CurrentSnapshotId : snapshot!.Snapshot.SnapshotId,
            Manifests = snapshot?.Manifests ?? [],
            QuarantineManifests = aside?.Manifests ?? [],
            Rows = digest.Rows,
            QuarantinedRows = quarantined.Rows,
            LargeValues = largeValues,
            LargeValueCount = chunks.Sum(c => (long)(c.LargeValues?.Values ?? 0)),
            SourceBytes = chunks.Sum(c => c.Bytes),
            FileBytes = chunks.Sum(c => c.FileBytes),
            Files = chunks.Sum(c => c.Files),
            CopyTime = chunks.Count == 0 ? TimeSpan.Zero : chunks.Max(c => c.Finished) - chunks.Min(c => c.Started),
            Digest = digest.ToString(),
            QuarantineDigest = quarantined.ToString(),
        };
    }

    private static async Task<StagedSnapshot?> Quarantine(MigrationSite site, string run, OpenedTable opened, IReadOnlyList<ChunkResult> chunks, Dictionary<string, string> facts, List<StagedCommit> commits, CancellationToken cancellation)
    {
        string name = QuarantineRows.TableName(opened.Plan.Name);
        TableMetadata? current = await site.Load(opened.Plan.Namespace, name, cancellation);
        string[] manifests = [.. chunks.Select(c => c.QuarantineManifest).OfType<string>()];
        bool taken = current is not null && !QuarantineRows.IsQuarantine(current);
        if (manifests.Length == 0 && (current is null || taken))
        {
            return null;
        }

        if (taken)
        {
            throw new MammothException($"{opened.Plan.Source} has rows to quarantine, but {opened.Plan.Namespace}.{name} is a table of its own.", "Rename that table, or use another policy than quarantine.");
        }

        // Also without rows, where an earlier run had some: what is no longer in quarantine must not stay there.
        StagedSnapshot staged = await new SnapshotStaging(site.Io, current, opened.QuarantineLocation, current?.CurrentSchema ?? QuarantineRows.Schema) { Owner = run }
            .Replace(manifests, RunRecord.Tag(run), facts, new Dictionary<string, string> { [QuarantineRows.Mark] = opened.Plan.Source.ToString() }, cancellation);
        commits.Add(StagedCommit.Of(opened.Plan.Namespace, name, staged));
        return staged;
    }

    private static RowDigest Sum(IEnumerable<string> digests) => digests.Where(d => d.Length > 0).Aggregate(RowDigest.Empty, (sum, d) => sum + RowDigest.Parse(d));

    private static bool IsSame(TableMetadata current, OpenedTable opened, RowDigest digest, RowDigest quarantined, string layout) =>
        current.CurrentSnapshot?.Summary is { } summary
        && summary.GetValueOrDefault(SummaryKeys.Digest) == digest.ToString()
        && summary.GetValueOrDefault(SummaryKeys.QuarantineDigest) == quarantined.ToString()
        && summary.GetValueOrDefault(SummaryKeys.Layout) == layout
        && current.CurrentSchemaId == opened.Schema().SchemaId
        && IsOfSameSource(current, opened);

    // The same rows from a database that takes the other's place: without a commit the table would still name the other, and refuse the next run.
    private static bool IsOfSameSource(TableMetadata current, OpenedTable opened) =>
        SourceOrigin.Of(current) is not { } known || opened.Plan.Origin is not { } own || known.IsSameAs(own);

    private static async Task<Dictionary<string, string>> Facts(MigrationSite site, string run, OpenedTable opened, RowDigest digest, RowDigest quarantined, string layout, CancellationToken cancellation)
    {
        Snapshots.HeldSnapshot source = (await Snapshots.HeldSnapshot.All(site, run, cancellation))[^1];
        return new Dictionary<string, string>
        {
            [SummaryKeys.Run] = run,
            [SummaryKeys.Source] = opened.Plan.Source.ToString(),
            [SummaryKeys.SourceSnapshot] = source.Visible,
            [SummaryKeys.SourceLsn] = source.Lsn ?? "",
            [SummaryKeys.SourceTime] = source.TakenAt.ToString("O", CultureInfo.InvariantCulture),
            [SummaryKeys.Digest] = digest.ToString(),
            [SummaryKeys.QuarantineDigest] = quarantined.ToString(),
            [SummaryKeys.Layout] = layout,
        };
    }

    private static Dictionary<string, string> TableProperties(OpenedTable opened)
    {
        TablePlan plan = opened.Plan;
        var properties = new Dictionary<string, string>
        {
            ["write.format.default"] = "parquet",
            ["write.parquet.compression-codec"] = "zstd",
            [NameMapping.Property] = NameMapping.ToJson(opened.Schema()),
            ["mammoth.source"] = plan.Source.ToString(),
            [SourceColumns.Property] = SourceColumns.ToJson(plan),
        };
        if (plan.Origin is { } origin)
        {
            properties[SourceOrigin.IdentityProperty] = origin.Identity;
            properties[SourceOrigin.DatabaseProperty] = origin.Database;
        }

        if (plan.Comment is not null)
        {
            properties["comment"] = plan.Comment;
        }

        return properties;
    }

    private static string Fingerprint(string layout) => XxHash128.HashToUInt128(Encoding.UTF8.GetBytes(layout)).ToString("x32", CultureInfo.InvariantCulture);
}

/// <summary>One table's part of the commit, as it lies on storage between staging and publishing.</summary>
public sealed record StagedCommit(string Namespace, string Name, IReadOnlyList<JsonElement> Requirements, IReadOnlyList<JsonElement> Updates)
{
    public static StagedCommit Of(string @namespace, string name, StagedSnapshot staged) => new(
        @namespace,
        name,
        [.. staged.Requirements.Select(r => JsonSerializer.SerializeToElement(CommitJson.ToNode(r)))],
        [.. staged.Updates.Select(u => JsonSerializer.SerializeToElement(CommitJson.ToNode(u)))]);

    [JsonIgnore]
    public IReadOnlyList<Requirement> AsRequirements => [.. Requirements.Select(CommitJson.ReadRequirement)];

    [JsonIgnore]
    public IReadOnlyList<Update> AsUpdates => [.. Updates.Select(CommitJson.ReadUpdate)];
}

/// <summary>What Mammoth writes into a snapshot's summary.</summary>
public static class SummaryKeys
{
    public const string Run = "mammoth.run";
    public const string Source = "mammoth.source";

    /// <summary><c>pg_current_snapshot()</c> of the snapshot that was read.</summary>
    public const string SourceSnapshot = "mammoth.source-snapshot";

    public const string SourceLsn = "mammoth.source-lsn";
    public const string SourceTime = "mammoth.source-time";
    public const string Digest = "mammoth.digest";
    public const string QuarantineDigest = "mammoth.quarantine-digest";
    public const string Layout = "mammoth.layout";

    /// <summary>Where the lists of the large values are named to which the snapshot's rows refer; missing where there are none.</summary>
    public const string LargeValues = "mammoth.large-values";

    /// <summary>How many large values they are.</summary>
    public const string LargeValueCount = "mammoth.large-value-count";

    /// <summary>Bytes of those.</summary>
    public const string LargeValueBytes = "mammoth.large-value-bytes";
}
