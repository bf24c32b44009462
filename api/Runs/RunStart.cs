using Mammoth.Api.Problems;
using Mammoth.Migration.Plans;
using Mammoth.Migration.Runs;
using Mammoth.Orchestrations.Drift;
using Mammoth.Orchestrations.Inspections;
using Mammoth.Orchestrations.Migrations;
using Mammoth.Orchestrations.Recovery;
using Mammoth.Orchestrations.Runtime;
using Mammoth.Orchestrations.Verifications;

namespace Mammoth.Api.Runs;

/// <summary>Starts runs, for those who ask over HTTP and for timers.</summary>
internal static class RunStart
{
    /// <param name="key">Asked again with the same, it is the same run; null: a new run.</param>
    /// <exception cref="ProblemException">Another migration is under way, or the key was used for something else.</exception>
    public static async Task<RunEntry> Start(ApiSite site, IOrchestrationClient client, RunKind kind, MigrationOptions options, string? key, CancellationToken cancellation)
    {
        await site.Starting.WaitAsync(cancellation);
        try
        {
            string run = await StartRequest.Run(site, kind, options, key, cancellation);
            RunEntry entry = await RunIndex.Find(site.Migration, run, cancellation) ?? new RunEntry(run, kind, site.Time.GetUtcNow(), site.Migration.SourceName, options);
            if (await client.Status(run, cancellation) is null && !await HasEnded(site, entry, cancellation))
            {
                await Begin(site, client, entry, cancellation);
            }

            return entry;
        }
        finally
        {
            site.Starting.Release();
        }
    }

    /// <summary>A run that this host's journal has forgotten is not run again.</summary>
    private static async Task<bool> HasEnded(ApiSite site, RunEntry entry, CancellationToken cancellation) =>
        entry.Kind == RunKind.Migration && await RunReports.Find(site, entry.Run, cancellation) is not null;

    private static async Task Begin(ApiSite site, IOrchestrationClient client, RunEntry entry, CancellationToken cancellation)
    {
        if (entry.Kind == RunKind.Migration && await CurrentRun.Claim(site.Migration, entry.Run, site.Time, (run, c) => HasEnded(site, client, run, c), cancellation) is { } other)
        {
            throw ProblemException.Conflict("run-under-way", $"{other}; one migration runs at a time.", "Wait for it, or cancel it: one of the command mammoth migrate is stopped where it runs.", other.Run);
        }

        await RunIndex.Add(site.Migration, entry, cancellation);
        try
        {
            await Begin(client, site.Migration, entry, cancellation);
        }
        catch (InstanceConflictException)
        {
            // The same request came twice at the same time: it is the same run.
        }
    }

    private static async Task Begin(IOrchestrationClient client, MigrationSite site, RunEntry entry, CancellationToken cancellation)
    {
        switch (entry.Kind)
        {
            case RunKind.Migration:
                await RunRecord.Begin(site, new RunRecord(entry.Run, entry.Options, entry.Source, entry.Requested), cancellation);
                await client.Start<MigrateDatabase>(entry.Run, new MigrateDatabase.Input(entry.Run, entry.Options.OnError, entry.Options.Slots) { Holding = site.Holding, MaxSnapshotAge = entry.Options.MaxSnapshotAge }, cancellation);
                break;
            case RunKind.DryRun:
                await client.Start<InspectDatabase>(entry.Run, new InspectDatabase.Input(entry.Run), cancellation);
                break;
            case RunKind.Drift:
                await client.Start<DetectDrift>(entry.Run, new DetectDrift.Input(entry.Run), cancellation);
                break;
            case RunKind.Rehearsal:
                await client.Start<RehearseRecovery>(entry.Run, new RehearseRecovery.Input(entry.Run), cancellation);
                break;
            default:
                await client.Start<VerifyWarehouse>(entry.Run, new VerifyWarehouse.Input(entry.Run), cancellation);
                break;
        }
    }

    /// <summary>Whether a migration is over; null where this host does not know it, nor what it reported.</summary>
    private static async Task<bool?> HasEnded(ApiSite site, IOrchestrationClient client, string run, CancellationToken cancellation) =>
        await client.Status(run, cancellation) is { } status ? status.HasEnded
            : await RunReports.Find(site, run, cancellation) is not null ? true
            : null;
}
