using Mammoth.Orchestrations.Runtime;

namespace Mammoth.Orchestrations.Inspections;

/// <summary>A dry run: the plan that a migration would follow, written to the run's folder. Nothing is locked or copied.</summary>
public sealed class InspectDatabase : Orchestration<InspectDatabase, InspectDatabase.Input, InspectDatabase.Result>
{
    public sealed record Input(string Run);

    /// <param name="Plan">The plan's location.</param>
    public sealed record Result(string Plan, int Tables);

    public override async Task<Result> Run(OrchestrationContext context, Input input)
    {
        WritePlan.Result plan = await WritePlan.Call(context, new(input.Run), new Retry(6, TimeSpan.FromSeconds(1), 3, TimeSpan.FromMinutes(1)));
        return new(plan.Location, plan.Tables);
    }
}
