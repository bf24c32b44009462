using Mammoth.Cli.Errors;
using Mammoth.Migration.Reports;

namespace Mammoth.Cli.Runs;

/// <summary>The exit code that a report stands for.</summary>
internal static class RunExit
{
    public static int Of(RunReport report)
    {
        if (report.Succeeded)
            return ExitCodes.Done;

        TableReport[] failed = [.. report.Tables.Where(t => t.Outcome == Outcome.Failed)];
        return failed.Length > 0 && failed.All(t => t.ErrorCode == "verification" || t.Verification is { Holds: false }) ? ExitCodes.Differences : ExitCodes.Failed;
    }
}
