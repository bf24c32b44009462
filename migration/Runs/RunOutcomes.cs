using Mammoth.Migration.Plans;

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

    /// <summary>All recorded outcomes, each with its table's plan; and the head of the last epoch's plan.</summary>
    public static async Task<(IReadOnlyList<(TablePlan Plan, TableOutcome Outcome)> Tables, MigrationPlan? Head)> Read(MigrationSite site, string run, IReadOnlyList<string> locations, CancellationToken cancellation)
    {
        RunFolder folder = site.Folder(run);
        var all = new List<(TablePlan, TableOutcome)>();
        MigrationPlan? head = null;
        foreach (string location in locations)
        {
            RunOutcomes group = await folder.Read<RunOutcomes>(location, cancellation);
            head = await RunPlan.ReadHead(site, run, group.PlanFolder, cancellation);
            foreach (TableOutcome outcome in group.Tables)
            {
                all.Add((await folder.Read<TablePlan>(RunPlan.TableFile(group.PlanFolder, outcome.Table), cancellation), outcome));
            }
        }

        return (all, head);
    }
}
