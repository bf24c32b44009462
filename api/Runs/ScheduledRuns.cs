using System.Globalization;
using Mammoth.Api.Problems;
using Mammoth.Migration.Runs;
using Mammoth.Orchestrations.Runtime;
using Microsoft.Extensions.Logging;

namespace Mammoth.Api.Runs;

/// <summary>What timers start.</summary>
public static class ScheduledRuns
{
    /// <summary>Starts the migration of a schedule's occurrence: once, however many hosts ask and however often. Where another is under way it is left out.</summary>
    /// <param name="due">When it was to start.</param>
    /// <returns>The run's id, or null where it was left out.</returns>
    public static async Task<string?> Migration(ApiSite site, IOrchestrationClient client, DateTimeOffset due, CancellationToken cancellation)
    {
        try
        {
            string key = string.Create(CultureInfo.InvariantCulture, $"schedule {due.UtcDateTime:yyyy-MM-ddTHH:mm:ss}");
            return (await RunStart.Start(site, client, RunKind.Migration, site.Defaults, key, cancellation)).Run;
        }
        catch (ProblemException e) when (e.Code == "run-under-way")
        {
            site.Logger.LogWarning("The scheduled migration was left out: {Reason}", e.Message);
            return null;
        }
    }
}
