using Mammoth.Migration.Reports;
using Mammoth.Migration.Runs;

namespace Mammoth.Api.Runs;

/// <summary>A migration that has ended, by its report.</summary>
internal static class ReportedRun
{
    public static RunStatus Status(ApiCall call, RunEntry entry, RunReport report)
    {
        IReadOnlyList<TableStatus> tables = [.. report.Tables.Select(t => Table(report, t))];
        RunState state = report.Succeeded ? RunState.Succeeded : RunState.Failed;
        double seconds = (report.Finished - report.Started).TotalSeconds;
        RunProgress progress = ProgressSum.Of(tables, running: false, elapsed: null);
        return new RunStatus
        {
            Run = entry.Run,
            Kind = entry.Kind,
            State = state,
            Stage = RunStage.Done,
            Requested = entry.Requested,
            Ended = report.Finished,
            Source = entry.Source,
            Warehouse = report.Warehouse,
            Options = entry.Options,
            Progress = progress with { Fraction = 1, RowsPerSecond = seconds > 0 ? progress.Rows / seconds : null, BytesPerSecond = seconds > 0 ? progress.Bytes / seconds : null },
            Tables = tables,
            Snapshots = report.Snapshots,
            Consistency = report.Consistency,
            Published = report.Tag is not null,
            Tag = report.Tag,
            Links = RunUrls.Links(call, entry, state, hasReport: true, hasPlan: false),
        };
    }

    private static TableStatus Table(RunReport report, TableReport table) => new(
        table.Source,
        table.Namespace,
        table.Name,
        table.Batch,
        table.Class.ToLowerInvariant(),
        table.Outcome switch
        {
            Outcome.Published => TableProgressState.Published,
            Outcome.Unchanged => TableProgressState.Unchanged,
            Outcome.Withheld => TableProgressState.Withheld,
            _ => TableProgressState.Failed,
        },
        table.Epoch,
        table.Rows,
        null,
        table.SourceBytes,
        null,
        table.FileBytes,
        table.Chunks,
        table.Outcome is Outcome.Published or Outcome.Unchanged ? table.Chunks : 0,
        Rate(table.Rows, table.CopyTime),
        Rate(table.SourceBytes, table.CopyTime),
        null,
        null,
        report.Finished,
        table.QuarantinedRows,
        table.Verification,
        table.Error is { } error ? new RunError(table.ErrorCode, error, null) : null);

    private static double? Rate(long amount, TimeSpan time) => time > TimeSpan.Zero ? amount / time.TotalSeconds : null;
}
