using Mammoth.Migration.Reports;
using Microsoft.Extensions.Logging;

namespace Mammoth.Api.Runs;

/// <summary>What a person should know of the runs, as lines of the log, in either host. Where they stand is the API's to say.</summary>
public sealed class LogProgress(ILogger logger) : IProgressSink
{
    public void Report(ProgressEvent progress)
    {
        if (progress is ProgressEvent.Warning { Run: { } run, Message: var message })
        {
            logger.LogWarning("Run {Run}: {Line}", run, message);
            return;
        }

        (LogLevel Level, string Text)? line = progress switch
        {
            ProgressEvent.SnapshotTaken taken => (LogLevel.Information, $"Snapshot {taken.Epoch} is held."),
            ProgressEvent.Planned planned => (LogLevel.Information, planned.Plan.Tables.Count == 1 ? "1 table is planned." : $"{planned.Plan.Tables.Count:N0} tables are planned."),
            ProgressEvent.Publishing => (LogLevel.Information, "Publishing."),
            ProgressEvent.Restarted restarted => (LogLevel.Information, $"Table {restarted.Table} of the plan starts again: {restarted.Reason}"),
            ProgressEvent.Warning warning => (LogLevel.Warning, warning.Message),
            _ => null,
        };
        if (line is { } said && logger.IsEnabled(said.Level))
        {
            logger.Log(said.Level, "{Line}", said.Text);
        }
    }
}
