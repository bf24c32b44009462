using Mammoth.Migration.Publishing;
using Mammoth.Migration.Runs;
using Mammoth.Orchestrations.Runtime;

namespace Mammoth.Orchestrations.Migrations;

/// <summary>Tells whoever watches the run that a table failed, when it does.</summary>
public sealed class TellFailure(MigrationSite site) : Activity<TellFailure, TellFailure.Input, Nothing>
{
    public sealed record Input(string Run, string PlanFolder, TableOutcome Outcome);

    public override async Task<Nothing> Run(ActivityContext context, Input input)
    {
        await RunReports.Tell(site, input.Run, input.PlanFolder, input.Outcome, context.Cancellation);
        return default;
    }
}
