using Mammoth.Migration.Reports;
using Mammoth.Migration.Runs;
using Mammoth.Migration.Staging;
using Mammoth.Migration.Verification;
using Mammoth.Orchestrations.Runtime;

namespace Mammoth.Orchestrations.Migrations;

/// <summary>Counts the rows of a large staged table's source, independently, at the snapshot.</summary>
public sealed class CountRows(MigrationSite site) : Activity<CountRows, CountRows.Input, CountRows.Result>
{
    /// <param name="Staged">Where the staged table lies.</param>
    public sealed record Input(string Run, string Token, string Staged);

    public sealed record Result(long Rows);

    public override async Task<Result> Run(ActivityContext context, Input input)
    {
        StagedTable staged = await site.Folder(input.Run).Read<StagedTable>(input.Staged, context.Cancellation);
        site.Progress.Report(new ProgressEvent.Verifying(staged.Opened.Plan.Index));
        return new(await StagedProof.Count(site, input.Run, input.Token, staged, context.Cancellation));
    }
}
