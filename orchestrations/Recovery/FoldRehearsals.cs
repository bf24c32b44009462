using Mammoth.Migration.Recovery;
using Mammoth.Migration.Runs;
using Mammoth.Orchestrations.Runtime;

namespace Mammoth.Orchestrations.Recovery;

/// <summary>Writes the results of a turn into one list.</summary>
public sealed class FoldRehearsals(MigrationSite site) : Activity<FoldRehearsals, FoldRehearsals.Input, string>
{
    /// <param name="Rehearsals">Where the results lie.</param>
    public sealed record Input(string Run, IReadOnlyList<string> Rehearsals);

    public override Task<string> Run(ActivityContext context, Input input) =>
        site.Folder(input.Run).Fold<TableRehearsal>(input.Rehearsals, "rehearsals", context.Cancellation);
}
