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
using Mammoth.Migration.Quarantine;
using Mammoth.Migration.Reports;
using Mammoth.Migration.Runs;
using Mammoth.Migration.Verification;
using Mammoth.Postgres.Copy;

namespace Mammoth.Migration.Staging;

/// <summary>A table whose rows are on storage and whose commit is prepared: it lacks only the catalog's write.</summary>
public sealed record StagedTable
{
    public required OpenedTable Opened { get; init; }

    /// <summary>The rows are those already published: there is nothing to commit.</summary>
    public required bool IsUnchanged { get; init; }

    /// <summary>What the commit asks for and does; nothing of an unchanged table. That of its quarantined rows is made when the run is published (<see cref="QuarantineCommit"/>).</summary>
    public required IReadOnlyList<StagedCommit> Commits { get; init; }

    /// <summary>What an unchanged table is to say otherwise of its source, as of one that was made anew with the same rows; null: nothing. It is no new snapshot.</summary>
    public StagedCommit? Relabeling { get; init; }

    /// <summary>The snapshot that the commit makes current; of an unchanged table the one that is.</summary>
    public long? SnapshotId { get; init; }

    /// <summary>Manifests of the data files, and of the files of its quarantined rows.</summary>
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
    /// <exception cref="BudgetExceededException">More of its rows are set aside than may be.</exception>
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
        StagedSnapshot? snapshot = null;
        string? largeValues = null;
        string[] aside = [.. chunks.Select(c => c.QuarantineManifest).OfType<string>()];
        await Check(site, opened, digest.Rows, quarantined.Rows, aside, cancellation);

        TableMetadata? quarantine = await QuarantineCommit.Current(site, aside.Length > 0, cancellation);
        bool unchanged = current is not null && IsSame(current, opened, digest, quarantined, layout) && await Holds(site, quarantine, opened, quarantined, cancellation);
        if (!unchanged)
        {
            Dictionary<string, string> facts = await Facts(site, run, opened, digest, quarantined, layout, cancellation);
            Dictionary<string, string> large = await SnapshotLargeValues.Write(site.Io, opened.TableLocation, run, [.. chunks.Select(c => c.LargeValues).OfType<LargeValueList>()], cancellation);
            largeValues = large.GetValueOrDefault(SummaryKeys.LargeValues);
            snapshot = await new SnapshotStaging(site.Io, current, opened.TableLocation, opened.Schema()) { Owner = run }
                .Replace([.. chunks.Select(c => c.Manifest).OfType<string>()], RunRecord.Tag(run), new Dictionary<string, string>(facts.Concat(large)), TableProperties(opened), cancellation);
        }

        return new StagedTable
        {
            Opened = opened,
            IsUnchanged = unchanged,
            Commits = snapshot is null ? [] : [StagedCommit.Of(opened.Plan.Namespace, opened.Plan.Name, snapshot)],
            Relabeling = unchanged ? Relabel(current!, opened) : null,
            SnapshotId = unchanged ? current!.CurrentSnapshotId : snapshot!.Snapshot.SnapshotId,
            Manifests = snapshot?.Manifests ?? [],
            QuarantineManifests = unchanged ? [] : aside,
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

    private static async Task Check(MigrationSite site, OpenedTable opened, long rows, long aside, IReadOnlyList<string> manifests, CancellationToken cancellation)
    {
        if (opened.Plan.MaxErrors is { } text && ErrorBudget.Parse(text) is { } budget && budget.IsExceeded(aside, rows + aside))
        {
            // Where a copy found too many the others were not begun: then they are not all its rows.
            throw new BudgetExceededException(opened.Plan.Source, aside, budget.Rows is null ? rows + aside : null, budget, await QuarantineCommit.Examples(site.Io, manifests, cancellation));
        }
    }

    /// <summary>Whether the table's rows in quarantine are those that were found again: of what is missing there, nothing would tell.</summary>
    private static async Task<bool> Holds(MigrationSite site, TableMetadata? quarantine, OpenedTable opened, RowDigest quarantined, CancellationToken cancellation)
    {
        try
        {
            return (await QuarantineTable.Digest(site.Io, quarantine, QuarantineTable.TargetOf(opened.Plan), cancellation)).ToString() == quarantined.ToString();
        }
        catch (Exception e) when (PublishedProof.IsDamage(e))
        {
            return false;
        }
    }

    private static RowDigest Sum(IEnumerable<string> digests) => digests.Where(d => d.Length > 0).Aggregate(RowDigest.Empty, (sum, d) => sum + RowDigest.Parse(d));

    private static bool IsSame(TableMetadata current, OpenedTable opened, RowDigest digest, RowDigest quarantined, string layout) =>
        current.CurrentSnapshot?.Summary is { } summary
        && summary.GetValueOrDefault(SummaryKeys.Digest) == digest.ToString()
        && summary.GetValueOrDefault(SummaryKeys.QuarantineDigest) == quarantined.ToString()
        && summary.GetValueOrDefault(SummaryKeys.Layout) == layout
        && IsReadBy(opened.Profile, summary)
        && current.CurrentSchemaId == opened.Schema().SchemaId
        && current.Properties.GetValueOrDefault(SourceTable.NameProperty) == opened.Plan.Source.ToString()
        && IsOfSameSource(current, opened);

    // The same rows from a database that takes the other's place: without a commit the table would still name the other, and refuse the next run.
    private static bool IsOfSameSource(TableMetadata current, OpenedTable opened) =>
        SourceOrigin.Of(current) is not { } known || opened.Plan.Origin is not { } own || known.IsSameAs(own);

    // Neither rows nor layout tell how the files are encoded, which may be in a way that the profile's readers do not know.
    private static bool IsReadBy(EngineProfile profile, IReadOnlyDictionary<string, string> written) =>
        !profile.IsForSpark() || (Enum.TryParse(written.GetValueOrDefault(SummaryKeys.Profile), ignoreCase: true, out EngineProfile other) && other.IsForSpark());

    private static StagedCommit? Relabel(TableMetadata current, OpenedTable opened)
    {
        HashSet<string> kept = [SourceTable.Property, SourceColumns.Property];
        if (SourceOrigin.Of(current) is null)
        {
            kept.UnionWith([SourceOrigin.IdentityProperty, SourceOrigin.DatabaseProperty]);
        }

        Dictionary<string, string> changed = TableProperties(opened).Where(p => kept.Contains(p.Key) && current.Properties.GetValueOrDefault(p.Key) != p.Value).ToDictionary();
        return changed.Count == 0
            ? null
            : StagedCommit.Of(opened.Plan.Namespace, opened.Plan.Name, [new AssertTableUuid(current.TableUuid), new AssertRefSnapshotId(SnapshotRef.MainBranch, current.CurrentSnapshotId)], [new SetProperties(changed)]);
    }

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
            [SummaryKeys.Profile] = opened.Profile.ToString().ToLowerInvariant(),
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
            [SourceTable.NameProperty] = plan.Source.ToString(),
            [SourceTable.Property] = SourceTable.Of(plan).ToJson(),
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
    public static StagedCommit Of(string @namespace, string name, StagedSnapshot staged) => Of(@namespace, name, staged.Requirements, staged.Updates);

    public static StagedCommit Of(string @namespace, string name, IEnumerable<Requirement> requirements, IEnumerable<Update> updates) => new(
        @namespace,
        name,
        [.. requirements.Select(r => JsonSerializer.SerializeToElement(CommitJson.ToNode(r)))],
        [.. updates.Select(u => JsonSerializer.SerializeToElement(CommitJson.ToNode(u)))]);

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

    /// <summary>Which readers the files are written for, as <c>--profile</c> names them.</summary>
    public const string Profile = "mammoth.profile";

    /// <summary>Where the lists of the large values are named to which the snapshot's rows refer; missing where there are none.</summary>
    public const string LargeValues = "mammoth.large-values";

    /// <summary>How many large values they are.</summary>
    public const string LargeValueCount = "mammoth.large-value-count";

    /// <summary>Bytes of those.</summary>
    public const string LargeValueBytes = "mammoth.large-value-bytes";
}
