using Mammoth.Migration.Runs;
using Mammoth.Orchestrations.Runtime;

namespace Mammoth.Orchestrations.Migrations;

/// <summary>Writes where the outcomes of groups of tables lie to storage, linked to those before.</summary>
public sealed class FoldOutcomes(MigrationSite site) : Activity<FoldOutcomes, FoldOutcomes.Input, string>
{
    /// <param name="Previous">What an earlier fold gave, or null.</param>
    /// <param name="Groups">Where the outcomes lie.</param>
    public sealed record Input(string Run, string? Previous, IReadOnlyList<string> Groups);

    public override Task<string> Run(ActivityContext context, Input input) =>
        RecordedOutcomes.Add(site, input.Run, input.Previous, input.Groups, context.Cancellation);
}
