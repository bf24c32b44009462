using Mammoth.Api;
using Mammoth.Api.Runs;
using Mammoth.Functions.Durable;
using Mammoth.Functions.Settings;
using Mammoth.Orchestrations.Runtime;
using Microsoft.DurableTask.Client;
using Microsoft.Extensions.Logging;

namespace Mammoth.Functions.Http;

/// <summary>The API and the timers over the client that a function is handed.</summary>
public sealed class ApiHost(AppSite site, Registry registry, ILoggerFactory loggers)
{
    private readonly ApiSite _site = new(site.Migration, site.Defaults, TimeProvider.System, loggers);

    public MammothApi Over(DurableTaskClient client) => new(_site, new DurableClient(client, registry));

    public Task MigrateOnSchedule(DurableTaskClient client, CancellationToken cancellation) =>
        ScheduledRuns.Migration(_site, new DurableClient(client, registry), Due(), cancellation);

    public Task VerifyOnSchedule(DurableTaskClient client, CancellationToken cancellation) =>
        ScheduledRuns.Verification(_site, new DurableClient(client, registry), Due(), cancellation);

    public Task DetectDriftOnSchedule(DurableTaskClient client, CancellationToken cancellation) =>
        ScheduledRuns.Drift(_site, new DurableClient(client, registry), Due(), cancellation);

    public Task MaintainOnSchedule(DurableTaskClient client, CancellationToken cancellation) =>
        ScheduledRuns.Maintenance(new DurableClient(client, registry), Due(), cancellation);

    public Task RehearseOnSchedule(DurableTaskClient client, CancellationToken cancellation) =>
        ScheduledRuns.Rehearsal(_site, new DurableClient(client, registry), Due(), cancellation);

    /// <summary>The minute: a timer that comes twice in one starts one run.</summary>
    private DateTimeOffset Due()
    {
        DateTimeOffset now = _site.Time.GetUtcNow();
        return now.AddTicks(-(now.Ticks % TimeSpan.TicksPerMinute));
    }
}
