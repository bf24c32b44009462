using System.Globalization;
using Mammoth.Api.Problems;
using Mammoth.Migration.Runs;
using Mammoth.Orchestrations.Runtime;
using Microsoft.Extensions.Logging;

namespace Mammoth.Api.Runs;

/// <summary>What timers start.</summary>
public static class ScheduledRuns
{
    /// <summary>Starts the migration of a schedule's occurrence: once, however many hosts ask and however often. Where another is under way it is left out; one that is interrupted goes on instead.</summary>
    /// <param name="due">When it was to start.</param>
    /// <returns>The id of the run that begins or goes on, or null where there is none.</returns>
    public static async Task<string?> Migration(ApiSite site, IOrchestrationClient client, DateTimeOffset due, CancellationToken cancellation)
    {
        try
        {
            string key = string.Create(CultureInfo.InvariantCulture, $"schedule {due.UtcDateTime:yyyy-MM-ddTHH:mm:ss}");
            return (await RunStart.Start(site, client, RunKind.Migration, site.Defaults, key, cancellation)).Run;
        }
        catch (ProblemException e) when (e.Code == "run-under-way")
        {
            if (e.Run is { } other && await RunIndex.Find(site.Migration, other, cancellation) is { } entry && await RunControl.GoOn(client, entry, cancellation))
            {
                // The caller says so.
                return other;
            }

            site.Logger.LogWarning("The scheduled migration was left out: {Reason}", e.Message);
            return null;
        }
    }
}
