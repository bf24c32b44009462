using Mammoth.Migration.Runs;
using Mammoth.Migration.Staging;
using Mammoth.Migration.Verification;
using Mammoth.Orchestrations.Runtime;

namespace Mammoth.Orchestrations.Migrations;

/// <summary>Prepares the table's commit: everything is on storage, nothing is visible.</summary>
public sealed class StageTable(MigrationSite site) : Activity<StageTable, StageTable.Input, StageTable.Result>
{
    /// <param name="Table">Where the opened table lies.</param>
    /// <param name="Fold">Where its last fold of chunks lies.</param>
    public sealed record Input(string Run, string Table, string Fold);

    /// <param name="Location">Where the <see cref="StagedTable"/> lies.</param>
    /// <param name="Parts">How it is to be proven.</param>
    public sealed record Result(string Location, ProofParts Parts);

    public override async Task<Result> Run(ActivityContext context, Input input)
    {
        (string location, StagedTable staged) = await StagedTable.Stage(site, input.Run, input.Table, input.Fold, context.Cancellation);
        return new(location, await StagedProof.Divide(site, staged, context.Cancellation));
    }
}
