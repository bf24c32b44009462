using Mammoth.Migration.Copying;
using Mammoth.Migration.Runs;
using Mammoth.Orchestrations.Runtime;

namespace Mammoth.Orchestrations.Migrations;

/// <summary>Fixes what a table is copied into: its location, field ids and chunks.</summary>
public sealed class OpenTable(MigrationSite site) : Activity<OpenTable, OpenTable.Input, OpenTable.Result>
{
    /// <param name="Text">Columns to carry as text.</param>
    public sealed record Input(string Run, int Epoch, string PlanFolder, int Table, IReadOnlyList<string> Text);

    /// <param name="Location">Where the <see cref="OpenedTable"/> lies.</param>
    /// <param name="IsSmall">All of it is one step's work.</param>
    public sealed record Result(string Location, int Chunks, string Source, bool IsSmall = false);

    public override async Task<Result> Run(ActivityContext context, Input input)
    {
        (string location, OpenedTable table) = await OpenedTable.Open(site, input.Run, input.PlanFolder, input.Table, input.Text, context.Cancellation);
        return new(location, table.Plan.Chunks.Count, table.Plan.Source.ToString(), CopySmallTable.Takes(table.Plan));
    }
}
