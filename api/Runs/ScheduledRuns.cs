using System.Globalization;
using Mammoth.Api.Problems;
using Mammoth.Migration.Cleaning;
using Mammoth.Migration.Plans;
using Mammoth.Migration.Recovery;
using Mammoth.Migration.Runs;
using Mammoth.Orchestrations.Cleaning;
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
            return (await RunStart.Start(site, client, RunKind.Migration, site.Defaults, Key("schedule", due), cancellation)).Run;
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

    /// <summary>Starts the verification of a schedule's occurrence, once.</summary>
    /// <param name="due">When it was to start.</param>
    /// <returns>The run's id.</returns>
    public static async Task<string> Verification(ApiSite site, IOrchestrationClient client, DateTimeOffset due, CancellationToken cancellation) =>
        (await RunStart.Start(site, client, RunKind.Verification, site.Defaults, Key("scheduled verification", due), cancellation)).Run;

    /// <summary>Starts the drift check of a schedule's occurrence, once. What it finds is in the log, as warnings, and in the run's status.</summary>
    /// <param name="due">When it was to start.</param>
    /// <returns>The run's id.</returns>
    public static async Task<string> Drift(ApiSite site, IOrchestrationClient client, DateTimeOffset due, CancellationToken cancellation) =>
        (await RunStart.Start(site, client, RunKind.Drift, site.Defaults, Key("scheduled drift check", due), cancellation)).Run;

    /// <summary>Starts the rehearsal of a schedule's occurrence, once: all tables, as many as fit, those rehearsed longest ago first.</summary>
    /// <param name="due">When it was to start.</param>
    /// <returns>The run's id.</returns>
    /// <exception cref="Mammoth.Migration.Errors.UsageException">There is no server to rehearse on.</exception>
    public static async Task<string> Rehearsal(ApiSite site, IOrchestrationClient client, DateTimeOffset due, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(site);
        return site.Migration.Rehearsals is null
            ? throw RehearsalServer.Missing
            : (await RunStart.Start(site, client, RunKind.Rehearsal, new MigrationOptions(), Key("scheduled rehearsal", due), cancellation)).Run;
    }

    /// <summary>Starts the maintenance of a schedule's occurrence: files to which nothing refers are deleted. It is no run: the log tells what it did.</summary>
    /// <param name="due">When it was to start.</param>
    /// <returns>The id of its orchestration; null where it is under way already.</returns>
    public static async Task<string?> Maintenance(IOrchestrationClient client, DateTimeOffset due, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(client);
        string id = string.Create(CultureInfo.InvariantCulture, $"maintenance-{due.UtcDateTime:yyyyMMddTHHmmss}");
        try
        {
            if (await client.Status(id, cancellation) is not null)
            {
                return null;
            }

            await client.Start<CleanWarehouse>(id, new CleanWarehouse.Input(Orphans.SafeAge), cancellation);
            return id;
        }
        catch (InstanceConflictException)
        {
            return null;
        }
    }

    private static string Key(string of, DateTimeOffset due) => string.Create(CultureInfo.InvariantCulture, $"{of} {due.UtcDateTime:yyyy-MM-ddTHH:mm:ss}");
}
