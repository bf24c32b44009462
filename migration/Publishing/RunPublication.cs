using Mammoth.Migration.Plans;
using Mammoth.Migration.Reports;
using Mammoth.Migration.Runs;
using Mammoth.Migration.Snapshots;
using Mammoth.Migration.Staging;

namespace Mammoth.Migration.Publishing;

/// <summary>What publishing a run gave.</summary>
/// <param name="Report">Where the report lies.</param>
/// <param name="Published">New snapshots became visible.</param>
public sealed record Publication(string Report, bool Succeeded, bool Published);

/// <summary>Makes a run's tables visible, all by one write of the catalog, and writes its report.</summary>
public static class RunPublication
{
    public static async Task<Publication> Publish(MigrationSite site, string run, IReadOnlyList<string> outcomes, bool publish, CancellationToken cancellation)
    {
        RunFolder folder = site.Folder(run);
        RunRecord record = await RunRecord.Read(site, run, cancellation);
        var tables = new List<(TablePlan Plan, TableOutcome Outcome, StagedTable? Staged)>();
        (IReadOnlyList<(TablePlan, TableOutcome)> recorded, MigrationPlan? head) = await RunOutcomes.Read(site, run, outcomes, cancellation);
        foreach ((TablePlan plan, TableOutcome outcome) in recorded)
        {
            tables.Add((plan, outcome, outcome.Staged is null ? null : await folder.Read<StagedTable>(outcome.Staged, cancellation)));
        }

        StagedCommit[] commits = publish ? [.. tables.SelectMany(t => t.Staged?.Commits ?? [])] : [];
        if (commits.Length > 0)
        {
            site.Progress.Report(new ProgressEvent.Publishing());
            await site.Commit(commits, run, cancellation);
        }

        RunReport report = await Report(site, record, head!, tables, publish, commits.Length > 0, cancellation);
        string location = await folder.Write(folder.Fresh("report"), report, cancellation);
        foreach ((TablePlan plan, _, StagedTable? staged) in tables)
        {
            if (!publish || staged is null or { IsUnchanged: true })
            {
                await Leftovers.Sweep(site, run, plan, cancellation);
            }
        }

        return new Publication(location, report.Succeeded, commits.Length > 0);
    }

    private static async Task<RunReport> Report(MigrationSite site, RunRecord run, MigrationPlan plan, List<(TablePlan Plan, TableOutcome Outcome, StagedTable? Staged)> tables, bool publish, bool published, CancellationToken cancellation)
    {
        IReadOnlyList<HeldSnapshot> snapshots = await SnapshotHold.All(site, run.RunId, cancellation);
        TableReport[] reports = new TableReport[tables.Count];
        for (int i = 0; i < reports.Length; i++)
        {
            reports[i] = await TableReport(site, tables[i].Plan, tables[i].Outcome, tables[i].Staged, publish, cancellation);
        }

        int[] epochs = [.. reports.Where(r => r.Outcome is Outcome.Published or Outcome.Unchanged).Select(r => r.Epoch).Distinct()];
        return new RunReport
        {
            RunId = run.RunId,
            Database = plan.Database,
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
            LeftOut = [.. plan.LeftOut.Select(l => new LeftOutReport(l.Name.ToString(), l.Kind, l.Reason))],
            Notes = plan.Notes,
            Tag = published ? RunRecord.Tag(run.RunId) : null,
        };
    }

    private static async Task<TableReport> TableReport(MigrationSite site, TablePlan plan, TableOutcome outcome, StagedTable? staged, bool publish, CancellationToken cancellation)
    {
        TableReport report = new()
        {
            Source = plan.Source.ToString(),
            Namespace = plan.Namespace,
            Name = plan.Name,
            Batch = plan.Batch,
            Class = plan.Class.ToString(),
            Epoch = outcome.Epoch,
            Chunks = plan.Chunks.Count,
            Outcome = (staged, publish) switch
            {
                (null, _) when outcome.State == TableState.Skipped => Outcome.Withheld,
                (null, _) => Outcome.Failed,
                ({ IsUnchanged: true }, _) => Outcome.Unchanged,
                (_, true) => Outcome.Published,
                _ => Outcome.Withheld,
            },
            ErrorCode = outcome.Code,
            Error = outcome.Error ?? (outcome.State == TableState.Skipped ? "Not begun: another table had failed." : null),
            Columns = [.. (staged?.Opened.Plan ?? plan).Columns.Select(c => new ColumnReport(c.Source, c.SourceType, c.Name, c.TargetType, c.Note))],
        };
        if (staged is null)
        {
            return report;
        }

        (string? metadata, long? snapshot) = await site.Current(plan.Namespace, plan.Name, cancellation);
        return report with
        {
            Rows = staged.Rows,
            QuarantinedRows = staged.QuarantinedRows,
            SourceBytes = staged.SourceBytes,
            FileBytes = staged.FileBytes,
            Files = staged.Files,
            CopyTime = staged.CopyTime,
            Location = staged.Opened.TableLocation,
            MetadataLocation = report.Outcome is Outcome.Published or Outcome.Unchanged ? metadata : null,
            SnapshotId = report.Outcome is Outcome.Published or Outcome.Unchanged ? snapshot : null,
            Verification = staged.Verification,
        };
    }
}
