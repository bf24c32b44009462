using Mammoth.Orchestrations.Inspections;
using Mammoth.Orchestrations.Migrations;
using Mammoth.Orchestrations.Runtime;

namespace Mammoth.Orchestrations.Drift;

/// <summary>Holds the source against what the warehouse has of it: the plan that a migration would follow now, and how the published tables differ from it. Nothing is locked, copied or published.</summary>
public sealed class DetectDrift : Orchestration<DetectDrift, DetectDrift.Input, DetectDrift.Result>
{
    public sealed record Input(string Run);

    /// <param name="Location">Where the <see cref="Migration.Drift.SchemaDrift"/> lies.</param>
    /// <param name="Plan">The plan's location.</param>
    /// <param name="Tables">Tables compared.</param>
    /// <param name="Changes">Differences found.</param>
    public sealed record Result(string Location, string Plan, int Tables, int Changes);

    public override async Task<Result> Run(OrchestrationContext context, Input input)
    {
        WritePlan.Result plan = await WritePlan.Call(context, new(input.Run), Retries.Patient);
        CompareSchemas.Result found = await CompareSchemas.Call(context, new(input.Run, plan.Location), Retries.Patient);
        return new(found.Location, plan.Location, plan.Tables, found.Changes);
    }
}
