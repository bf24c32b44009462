using Mammoth.Iceberg.Faults;
using Mammoth.Migration.Runs;
using Mammoth.Orchestrations.Runtime;

namespace Mammoth.Orchestrations.Migrations;

/// <summary>Writes what became of a group of tables to storage.</summary>
public sealed class RecordOutcomes(MigrationSite site) : Activity<RecordOutcomes, RecordOutcomes.Input, string>
{
    /// <param name="Previous">What the part before gave, or null.</param>
    public sealed record Input(string Run, int Epoch, string PlanFolder, IReadOnlyList<TableOutcome> Outcomes, string? Previous = null);

    public override async Task<string> Run(ActivityContext context, Input input)
    {
        string location = await RunOutcomes.Record(site, input.Run, input.Epoch, input.PlanFolder, input.Outcomes, input.Previous, context.Cancellation);
        await Failpoints.OutcomesRecorded.Pass();
        return location;
    }
}
