using Mammoth.Migration.Plans;
using Mammoth.Migration.Runs;
using Mammoth.Orchestrations.Runtime;

namespace Mammoth.Orchestrations.Inspections;

/// <summary>Inspects the source as it is now and writes the plan.</summary>
public sealed class WritePlan(MigrationSite site) : Activity<WritePlan, WritePlan.Input, WritePlan.Result>
{
    public sealed record Input(string Run);

    public sealed record Result(string Location, int Tables);

    public override async Task<Result> Run(ActivityContext context, Input input)
    {
        RunEntry entry = await RunIndex.Find(site, input.Run, context.Cancellation) ?? throw new FileNotFoundException($"Run {input.Run} is not in the warehouse's list of runs.");
        MigrationPlan plan = await CurrentPlan.Make(site, entry.Options, patience: null, context.Cancellation);
        RunFolder folder = site.Folder(input.Run);
        return new(await folder.Write(folder.Fresh("plan"), plan, context.Cancellation), plan.Tables.Count);
    }
}
