using Mammoth.Migration.Plans;
using Mammoth.Postgres.Catalog;

namespace Mammoth.Migration.Runs;

/// <summary>What became of a group of tables of one epoch's plan, on storage.</summary>
public sealed record RunOutcomes(string PlanFolder, IReadOnlyList<TableOutcome> Tables)
{
    /// <returns>The record's location.</returns>
    public static Task<string> Record(MigrationSite site, string run, int epoch, string planFolder, IReadOnlyList<TableOutcome> outcomes, CancellationToken cancellation)
    {
        RunFolder folder = site.Folder(run);
        return folder.Write(folder.Fresh($"outcomes/{epoch}"), new RunOutcomes(planFolder, outcomes), cancellation);
    }

    /// <summary>The last recorded outcome of each table, with its plan; and the folder of the last epoch's plan, where anything is recorded.</summary>
    public static async Task<(IReadOnlyList<(TablePlan Plan, TableOutcome Outcome)> Tables, string? PlanFolder)> Read(MigrationSite site, string run, IReadOnlyList<string> locations, CancellationToken cancellation)
    {
        RunFolder folder = site.Folder(run);
        var last = new OrderedDictionary<QualifiedName, (TablePlan, TableOutcome)>();
        string? plans = null;
        foreach (string location in locations)
        {
            RunOutcomes group = await folder.Read<RunOutcomes>(location, cancellation);
            plans = group.PlanFolder;
            foreach (TableOutcome outcome in group.Tables)
            {
                TablePlan plan = await folder.Read<TablePlan>(RunPlan.TableFile(group.PlanFolder, outcome.Table), cancellation);
                last[plan.Source] = (plan, outcome);
            }
        }

        return ([.. last.Values], plans);
    }
}
