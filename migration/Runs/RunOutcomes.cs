using Mammoth.Migration.Plans;
using Mammoth.Postgres.Catalog;

namespace Mammoth.Migration.Runs;

/// <summary>What became of a group of tables of one epoch's plan, on storage; linked to an earlier part of the same group.</summary>
public sealed record RunOutcomes(string PlanFolder, IReadOnlyList<TableOutcome> Tables, string? Previous = null)
{
    /// <param name="previous">Location of an earlier part, or null.</param>
    /// <returns>The record's location.</returns>
    public static Task<string> Record(MigrationSite site, string run, int epoch, string planFolder, IReadOnlyList<TableOutcome> outcomes, string? previous, CancellationToken cancellation)
    {
        RunFolder folder = site.Folder(run);
        return folder.Write(folder.Fresh($"outcomes/{epoch}"), new RunOutcomes(planFolder, outcomes, previous), cancellation);
    }

    /// <summary>The last recorded outcome of each table, with its plan; and the folder of the last epoch's plan, where anything is recorded.</summary>
    /// <param name="recorded">Where the last <see cref="RecordedOutcomes"/> lies; null: nothing is recorded yet.</param>
    public static async Task<(IReadOnlyList<(TablePlan Plan, TableOutcome Outcome)> Tables, string? PlanFolder)> Read(MigrationSite site, string run, string? recorded, CancellationToken cancellation)
    {
        RunFolder folder = site.Folder(run);
        var last = new OrderedDictionary<QualifiedName, (TablePlan, TableOutcome)>();
        string? plans = null;
        IReadOnlyList<TablePlan> tables = [];
        foreach (string location in await RecordedOutcomes.Locations(site, run, recorded, cancellation))
        {
            foreach (RunOutcomes part in await folder.ReadChain<RunOutcomes>(location, p => p.Previous, cancellation))
            {
                if (part.PlanFolder != plans)
                {
                    // The whole, and not a file for each table.
                    plans = part.PlanFolder;
                    tables = (await RunPlan.Read(site, run, plans, cancellation)).Tables;
                }

                foreach (TableOutcome outcome in part.Tables)
                {
                    TablePlan plan = tables[outcome.Table];
                    last[plan.Source] = (plan, outcome);
                }
            }
        }

        return ([.. last.Values], plans);
    }
}
