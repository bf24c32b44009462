using Mammoth.Migration.Runs;
using Mammoth.Orchestrations.Runtime;

namespace Mammoth.Orchestrations.Migrations;

/// <summary>Inspects the source under the snapshot and writes the plan of the tables not done yet.</summary>
public sealed class MakePlan(MigrationSite site) : Activity<MakePlan, MakePlan.Input, MakePlan.Result>
{
    /// <param name="Recorded">Where the outcomes of earlier epochs are recorded: their tables are done. Null: there are none.</param>
    public sealed record Input(string Run, int Epoch, string Token, string? Recorded);

    /// <param name="Folder">Where the plan lies.</param>
    public sealed record Result(string Folder, int Tables);

    public override async Task<Result> Run(ActivityContext context, Input input)
    {
        (string folder, int tables) = await RunPlan.Make(site, input.Run, input.Epoch, input.Token, input.Recorded, context.Cancellation);
        return new(folder, tables);
    }
}
