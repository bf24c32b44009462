using Mammoth.Iceberg.Faults;
using Mammoth.Migration.Plans;
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

        StagedCommit[] commits = publish ? [.. tables.SelectMany(t => t.Staged?.Commits ?? [])] : [];
        if (commits.Length > 0)
        {
            await EndedRun.Refuse(site, run, cancellation);
            site.Progress.Report(new ProgressEvent.Publishing());
            await CommitAttempt.Commit(site, run, commits, cancellation);
            await Failpoints.RunPublished.Pass();
        }

        tables.AddRange(await Unrecorded(site, run, planFolder, tables, cancellation));
        MigrationPlan head = await RunPlan.ReadHead(site, run, planFolder, cancellation);
        RunReport report = await RunReports.Of(site, record, head, tables, publish, commits.Length > 0, cancellation);
        string location = await RunReports.Write(folder, report, cancellation);
        return new Publication(location, report.Succeeded, commits.Length > 0);
    }

    /// <summary>Tables of the last plan of which nothing is recorded: the run stopped, and the store did not take the record of their group.</summary>
    private static async Task<IReadOnlyList<PlannedTable>> Unrecorded(MigrationSite site, string run, string planFolder, List<PlannedTable> recorded, CancellationToken cancellation)
    {
        HashSet<Mammoth.Postgres.Catalog.QualifiedName> known = [.. recorded.Select(t => t.Plan.Source)];
        MigrationPlan plan = await RunPlan.Read(site, run, planFolder, cancellation);
        return [.. plan.Tables.Where(t => !known.Contains(t.Source)).Select(t => new PlannedTable(t, new(t.Index, TableState.Skipped, 0), null))];
    }
}
