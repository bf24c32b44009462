using Mammoth.Iceberg.Catalogs;
using Mammoth.Iceberg.Faults;
using Mammoth.Iceberg.IO;
using Mammoth.Migration.Plans;
using Mammoth.Migration.Reports;
using Mammoth.Migration.Runs;
using Mammoth.Migration.Snapshots;
using Mammoth.Migration.Staging;

namespace Mammoth.Migration.Publishing;

/// <summary>Writes down what became of a run and of each table that was planned.</summary>
public static class RunReports
{
    private const string FileName = "report";

    /// <summary>The location of a run's report, whichever host wrote it; null where there is none.</summary>
    public static Task<string?> Find(MigrationSite site, string run, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(site);
        return Find(site.Folder(run), site.Io, cancellation);
    }

    internal static async Task<string?> Find(RunFolder folder, IFileIO io, CancellationToken cancellation)
    {
        await foreach (FileEntry file in io.List(folder.Fixed($"{FileName}-"), cancellation))
        {
            if (file.Location.EndsWith(".json", StringComparison.Ordinal))
            {
                return file.Location;
            }
        }

        return null;
    }

    /// <returns>The report's location.</returns>
    internal static Task<string> Write(RunFolder folder, RunReport report, CancellationToken cancellation) =>
        Failpoints.ReportWrite.Around(() => folder.Write(folder.Fresh(FileName), report, cancellation));

    /// <summary>Tells whoever watches the run that a table did not come through.</summary>
    public static async Task Tell(MigrationSite site, string run, string planFolder, TableOutcome outcome, CancellationToken cancellation)
    {
        TablePlan plan = await site.Folder(run).Read<TablePlan>(RunPlan.TableFile(planFolder, outcome.Table), cancellation);
        site.Progress.Report(new ProgressEvent.TableDone(plan.Index, NotStaged(plan, outcome, publish: true)));
    }

    /// <param name="tables">All tables that were planned.</param>
    /// <param name="published">Anything became visible.</param>
    internal static async Task<RunReport> Of(MigrationSite site, RunRecord run, MigrationPlan head, IReadOnlyList<PlannedTable> tables, bool publish, bool published, CancellationToken cancellation)
    {
        IReadOnlyList<HeldSnapshot> snapshots = await HeldSnapshot.All(site, run.RunId, cancellation);

        // All at once: one by one, each would read the catalog of all.
        IReadOnlyDictionary<TableIdentifier, (string, long?)> current = await site.Current(
            tables.Where(t => t.Staged is not null).Select(t => new TableIdentifier(t.Plan.Namespace, t.Plan.Name)).ToHashSet(), cancellation);
        TableReport[] reports = [.. tables.Select(t => t.Staged is { } staged
            ? Staged(t.Plan, t.Outcome, staged, publish, current.GetValueOrDefault(new(t.Plan.Namespace, t.Plan.Name)))
            : NotStaged(t.Plan, t.Outcome, publish, snapshots.Max(s => (int?)s.Epoch)))];

        int[] epochs = [.. reports.Where(r => r.Outcome is Outcome.Published or Outcome.Unchanged).Select(r => r.Epoch).Distinct()];
        return new RunReport
        {
            RunId = run.RunId,
            Database = head.Database,
            SourceIdentity = head.SourceIdentity,
            Source = run.Source,
            Warehouse = site.Root,
            Started = run.Started,
            Finished = DateTimeOffset.UtcNow,
            Consistency = epochs.Length switch
            {
                0 => null,
                _ when !publish => null,
                1 when reports.All(r => r.Outcome is Outcome.Published or Outcome.Unchanged) => Consistency.Database,
                _ => Consistency.Table,
            },
            Snapshots = [.. snapshots.Select(s => new SourceSnapshot(s.Epoch, s.Visible, s.Lsn, s.TakenAt))],
            Tables = reports,
            LeftOut = [.. head.LeftOut.Select(l => new LeftOutReport(l.Name.ToString(), l.Kind, l.Reason))],
            Notes = head.Notes,
            Warnings = await RunWarnings.Read(site, run.RunId, cancellation),
            Tag = published ? RunRecord.Tag(run.RunId) : null,
        };
    }

    /// <param name="last">The run's last snapshot, where it is over.</param>
    private static TableReport NotStaged(TablePlan plan, TableOutcome outcome, bool publish, int? last = null)
    {
        // Where all else was published, the table had its turn under a later snapshot, in which it was not there.
        (Outcome result, string reason) = (outcome.State, publish) switch
        {
            (TableState.Failed or TableState.Interrupted, _) => (Outcome.Failed, outcome.Error ?? "It failed."),
            (TableState.SnapshotLost, false) => (Outcome.Withheld, "Not finished: the snapshot it was read at was lost, and another table had failed."),
            (_, false) => (Outcome.Withheld, "Not begun: another table had failed."),
            (TableState.SnapshotLost or TableState.Skipped, true) when outcome.Epoch == last && outcome.Error is null =>
                (Outcome.Failed, "Not finished when its snapshot was given up for its age, nor was any other table. Allow a greater age (--max-snapshot-age), or more copies at a time (--slots)."),
            _ => (Outcome.Failed, outcome.Error ?? "The snapshot it was to be read at was lost, and under the next one there was no such table. Run again where it is to be copied."),
        };
        return Basics(plan, outcome) with { Outcome = result, Error = reason, ErrorCode = outcome.Code };
    }

    private static TableReport Staged(TablePlan plan, TableOutcome outcome, StagedTable staged, bool publish, (string? Metadata, long? Snapshot) current)
    {
        Outcome result = staged.IsUnchanged ? Outcome.Unchanged : publish ? Outcome.Published : Outcome.Withheld;
        bool visible = result != Outcome.Withheld;
        return Basics(staged.Opened.Plan, outcome) with
        {
            Chunks = plan.Chunks.Count,
            Outcome = result,
            Error = visible ? null : "Copied and verified; not published, since another table had failed.",
            Rows = staged.Rows,
            QuarantinedRows = staged.QuarantinedRows,
            SourceBytes = staged.SourceBytes,
            FileBytes = staged.FileBytes,
            Files = staged.Files,
            LargeValues = staged.LargeValueCount,
            CopyTime = staged.CopyTime,
            Location = staged.Opened.TableLocation,
            MetadataLocation = visible ? current.Metadata : null,
            SnapshotId = visible ? current.Snapshot : null,
            Verification = staged.Verification,
        };
    }

    private static TableReport Basics(TablePlan plan, TableOutcome outcome) => new()
    {
        Source = plan.Source.ToString(),
        Namespace = plan.Namespace,
        Name = plan.Name,
        Batch = plan.Batch,
        Class = plan.Class.ToString(),
        Epoch = outcome.Epoch,
        Chunks = plan.Chunks.Count,
        Outcome = Outcome.Failed,
        Columns = [.. plan.Columns.Select(c => new ColumnReport(c.Source, c.SourceType, c.Name, c.TargetType, c.Note))],
    };
}

/// <summary>A table that was planned, how far it came, and what was staged of it.</summary>
internal sealed record PlannedTable(TablePlan Plan, TableOutcome Outcome, StagedTable? Staged);
