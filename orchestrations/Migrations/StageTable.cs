using Mammoth.Migration.Runs;
using Mammoth.Migration.Staging;
using Mammoth.Orchestrations.Runtime;

namespace Mammoth.Orchestrations.Migrations;

/// <summary>Prepares the table's commit: everything is on storage, nothing is visible.</summary>
public sealed class StageTable(MigrationSite site) : Activity<StageTable, StageTable.Input, string>
{
    /// <param name="Table">Where the opened table lies.</param>
    /// <param name="Fold">Where its last fold of chunks lies.</param>
    public sealed record Input(string Run, string Table, string Fold);

    public override Task<string> Run(ActivityContext context, Input input) =>
        StagedTable.Stage(site, input.Run, input.Table, input.Fold, context.Cancellation);
}
