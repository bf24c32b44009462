using System.Globalization;
using System.IO.Hashing;
using System.Text;
using Mammoth.Migration.Copying;
using Mammoth.Migration.Quarantine;
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
    /// <param name="Bytes">Of the source: heaps and TOAST.</param>
    /// <param name="MaxBytes">What one copy takes of them at most.</param>
    /// <param name="Sizes">Where what is learnt of its copies is kept; empty where there is nothing to learn.</param>
    /// <param name="Remembered">What earlier runs learnt, or null.</param>
    /// <param name="MaxErrors">Rows that may be set aside; null: any number, or a share of all.</param>
    public sealed record Result(string Location, int Chunks, string Source, bool IsSmall = false, long Bytes = 0, long MaxBytes = 0, string Sizes = "", BatchSizes? Remembered = null, long? MaxErrors = null)
    {
        /// <summary>The key of its <see cref="BatchSizes"/>: one for each table of each warehouse, in what a key may hold.</summary>
        public string SizesKey() => XxHash128.HashToUInt128(Encoding.UTF8.GetBytes(Sizes)).ToString("x32", CultureInfo.InvariantCulture);
    }

    public override async Task<Result> Run(ActivityContext context, Input input)
    {
        (string location, OpenedTable table) = await OpenedTable.Open(site, input.Run, input.PlanFolder, input.Table, input.Text, context.Cancellation);
        var opened = new Result(location, table.Plan.Chunks.Count, table.Plan.Source.ToString(), CopySmallTable.Takes(table.Plan), MaxErrors: table.Plan.MaxErrors is { } budget ? ErrorBudget.Parse(budget)?.Rows : null);
        if (opened.IsSmall || opened.Chunks == 1)
        {
            return opened;
        }

        string sizes = CopySizes.Location(site, table.Plan.Namespace, table.Plan.Name);
        RunRecord run = await RunRecord.Read(site, input.Run, context.Cancellation);
        return opened with
        {
            Bytes = table.Plan.Bytes,
            MaxBytes = run.Options.MaxCopySize,
            Sizes = sizes,
            Remembered = await CopySizes.Read<BatchSizes>(site, sizes, context.Cancellation),
        };
    }
}
