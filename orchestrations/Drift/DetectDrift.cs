using Mammoth.Orchestrations.Migrations;
using Mammoth.Orchestrations.Runtime;

namespace Mammoth.Orchestrations.Drift;

/// <summary>Holds the source against what the warehouse has of it, and warns of what differs. Nothing is locked, copied or published.</summary>
public sealed class DetectDrift : Orchestration<DetectDrift, DetectDrift.Input, DetectDrift.Result>
{
    public sealed record Input(string Run);

    /// <param name="Location">Where the <see cref="Migration.Drift.SchemaDrift"/> lies.</param>
    /// <param name="Tables">Tables compared.</param>
    /// <param name="Changes">Differences found.</param>
    public sealed record Result(string Location, int Tables, int Changes);

    public override async Task<Result> Run(OrchestrationContext context, Input input)
    {
        CompareSchemas.Result found = await CompareSchemas.Call(context, new(input.Run), Retries.Patient);
        if (found.Changes > 0)
        {
            // A step of its own: what was found is not told with each attempt to find it.
            await WarnOfDrift.Call(context, new(input.Run, found.Location), Retries.Patient);
        }

        return new(found.Location, found.Tables, found.Changes);
    }
}
