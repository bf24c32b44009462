using Mammoth.Migration.Copying;
using Mammoth.Migration.Plans;
using Mammoth.Migration.Runs;
using Mammoth.Migration.Staging;
using Mammoth.Migration.Verification;
using Mammoth.Orchestrations.Runtime;

namespace Mammoth.Orchestrations.Migrations;

/// <summary>
/// Copies, stages and proves a small table in one step: where there are thousands of them, the steps cost more than their rows. Tried again, all of it is done
/// again under other names, as each of the steps would be; and where that fails too, the steps are taken one by one.
/// </summary>
public sealed class CopySmallTable(MigrationSite site) : Activity<CopySmallTable, CopySmallTable.Input, CopySmallTable.Result>
{
    /// <summary>Chunks of one step, one after the other: those of a table with many partitions run better side by side.</summary>
    private const int MostChunks = 8;

    /// <param name="Table">Where the <see cref="OpenedTable"/> lies.</param>
    public sealed record Input(string Run, int Epoch, string Token, string Table);

    /// <param name="UnfitColumns">Columns (by warehouse name) to be carried as text; then all else is void.</param>
    /// <param name="Proven">Where the proven <see cref="StagedTable"/> lies.</param>
    /// <param name="Rows">Quarantined ones included.</param>
    public sealed record Result(IReadOnlyList<string> UnfitColumns, string? Proven, long Rows, long Bytes, long FileBytes, long QuarantinedRows = 0);

    /// <summary>Whether a table is copied so.</summary>
    internal static bool Takes(TablePlan table) =>
        table.Class == SizeClass.Small && table.Chunks.Count is > 0 and <= MostChunks

        // What rows name as large objects is in no size of the table.
        && !table.Columns.Any(c => c.LargeValues is { IsObject: true });

    public override async Task<Result> Run(ActivityContext context, Input input)
    {
        OpenedTable opened = await site.Folder(input.Run).Read<OpenedTable>(input.Table, context.Cancellation);
        ChunkResult copied = await ChunkCopy.Run(site, input.Run, input.Token, input.Table, 0, opened.Plan.Chunks.Count, context.Cancellation);
        if (copied.UnfitColumns.Count > 0)
        {
            return new(copied.UnfitColumns, null, 0, 0, 0);
        }

        StagedTable staged = await StagedTable.Prepare(site, input.Run, opened, [copied], context.Cancellation);
        string proven = await StagedProof.Verify(site, input.Run, input.Token, input.Epoch, staged, sums: null, context.Cancellation);
        return new([], proven, staged.Rows + staged.QuarantinedRows, staged.SourceBytes, staged.FileBytes, staged.QuarantinedRows);
    }
}
