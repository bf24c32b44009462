using Mammoth.Iceberg.Faults;
using Mammoth.Migration.Errors;
using Mammoth.Migration.Plans;
using Mammoth.Migration.Quarantine;
using Mammoth.Migration.Reports;
using Mammoth.Migration.Runs;
using Mammoth.Migration.Staging;

namespace Mammoth.Migration.Publishing;

/// <summary>What publishing a run gave.</summary>
/// <param name="Report">Where the report lies.</param>
/// <param name="Published">New snapshots became visible.</param>
public sealed record Publication(string Report, bool Succeeded, bool Published);

/// <summary>Makes a run's tables visible, all by one write of the catalog, and writes its report.</summary>
public static class RunPublication
{
    private const int InFlight = 16;
    private const int QuarantineAttempts = 5;

    /// <param name="outcomes">Where the outcomes are recorded, or null.</param>
    /// <param name="publish">False: a table failed and the run stops on errors.</param>
    public static async Task<Publication> Publish(MigrationSite site, string run, string? outcomes, bool publish, CancellationToken cancellation)
    {
        RunFolder folder = site.Folder(run);
        RunRecord record = await RunRecord.Read(site, run, cancellation);
        (IReadOnlyList<(TablePlan, TableOutcome)> recorded, string? planFolder) = await RunOutcomes.Read(site, run, outcomes, cancellation);
        if (planFolder is null)
        {
            throw new InvalidOperationException($"Run {run} has recorded nothing to publish.");
        }

        var read = new PlannedTable[recorded.Count];
        await Parallel.ForEachAsync(Enumerable.Range(0, read.Length), new ParallelOptions { MaxDegreeOfParallelism = InFlight, CancellationToken = cancellation }, async (i, token) =>
        {
            (TablePlan plan, TableOutcome outcome) = recorded[i];
            read[i] = new(plan, outcome, outcome.Staged is null ? null : await folder.Read<StagedTable>(outcome.Staged, token));
        });
        List<PlannedTable> tables = [.. read];

        StagedTable[] written = publish ? [.. tables.Select(t => t.Staged).OfType<StagedTable>().Where(t => !t.IsUnchanged)] : [];
        if (written.Length > 0)
        {
            await EndedRun.Refuse(site, run, cancellation);
            site.Progress.Report(new ProgressEvent.Publishing());
            await Commit(site, run, written, cancellation);
            await Failpoints.RunPublished.Pass();
        }

        StagedCommit[] relabelings = publish ? [.. tables.Select(t => t.Staged?.Relabeling).OfType<StagedCommit>()] : [];
        if (relabelings.Length > 0)
        {
            await EndedRun.Refuse(site, run, cancellation);
            await Relabel(site, run, relabelings, cancellation);
        }

        tables.AddRange(await Unrecorded(site, run, planFolder, tables, cancellation));
        MigrationPlan head = await RunPlan.ReadHead(site, run, planFolder, cancellation);
        RunReport report = await RunReports.Of(site, record, head, tables, publish, written.Length > 0, cancellation);
        string location = await RunReports.Write(folder, report, cancellation);
        return new Publication(location, report.Succeeded, written.Length > 0);
    }

    /// <summary>Commits the tables with what they set aside. All runs of a warehouse share the quarantine: where another was faster, this one's rows go on top of its.</summary>
    private static async Task Commit(MigrationSite site, string run, IReadOnlyList<StagedTable> tables, CancellationToken cancellation)
    {
        StagedCommit[] commits = [.. tables.SelectMany(t => t.Commits)];
        for (int attempt = 1; ; attempt++)
        {
            (StagedCommit? aside, long? known) = await QuarantineCommit.Of(site, run, tables, cancellation);
            try
            {
                await CommitAttempt.Commit(site, run, aside is null ? commits : [.. commits, aside], cancellation);
                return;
            }
            catch (CommitRejectedException) when (aside is not null && attempt < QuarantineAttempts)
            {
                if ((await QuarantineCommit.Current(site, needed: true, cancellation))?.CurrentSnapshotId == known)
                {
                    throw;
                }
            }
        }
    }

    /// <summary>
    /// A commit of its own: readers see nothing of it, and no file hangs on it, so that it must neither keep the run's rows from being published nor leave open whether they were.
    /// Where one of the tables was written by somebody else meanwhile, the next run sees to it.
    /// </summary>
    private static async Task Relabel(MigrationSite site, string run, IReadOnlyList<StagedCommit> relabelings, CancellationToken cancellation)
    {
        try
        {
            await site.Commit(relabelings, run, $"{run}-labels", cancellation);
        }
        catch (CommitRejectedException)
        {
            // What the tables say of their source is as it was.
        }
    }

    /// <summary>Tables of the last plan of which nothing is recorded: the run stopped, and the store did not take the record of their group.</summary>
    private static async Task<IReadOnlyList<PlannedTable>> Unrecorded(MigrationSite site, string run, string planFolder, List<PlannedTable> recorded, CancellationToken cancellation)
    {
        HashSet<Mammoth.Postgres.Catalog.QualifiedName> known = [.. recorded.Select(t => t.Plan.Source)];
        MigrationPlan plan = await RunPlan.Read(site, run, planFolder, cancellation);
        return [.. plan.Tables.Where(t => !known.Contains(t.Source)).Select(t => new PlannedTable(t, new(t.Index, TableState.Skipped, 0), null))];
    }
}
