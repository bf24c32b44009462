using Mammoth.Functions.Http;
using Microsoft.Azure.Functions.Worker;
using Microsoft.DurableTask.Client;

namespace Mammoth.Functions.Timers;

/// <summary>
/// What happens by itself. Each has its schedule in a setting (six fields, UTC), and is off where <c>AzureWebJobs.&lt;function&gt;.Disabled</c> says so:
/// an empty schedule would be an error of the whole function.
/// </summary>
public sealed class ScheduleFunctions(ApiHost host)
{
    [Function("MigrateOnSchedule")]
    public Task MigrateOnSchedule([TimerTrigger("%MAMMOTH_SCHEDULE%")] TimerInfo timer, [DurableClient] DurableTaskClient client, CancellationToken cancellation) =>
        host.MigrateOnSchedule(client, cancellation);

    [Function("VerifyOnSchedule")]
    public Task VerifyOnSchedule([TimerTrigger("%MAMMOTH_VERIFICATION_SCHEDULE%")] TimerInfo timer, [DurableClient] DurableTaskClient client, CancellationToken cancellation) =>
        host.VerifyOnSchedule(client, cancellation);

    [Function("DetectDriftOnSchedule")]
    public Task DetectDriftOnSchedule([TimerTrigger("%MAMMOTH_DRIFT_SCHEDULE%")] TimerInfo timer, [DurableClient] DurableTaskClient client, CancellationToken cancellation) =>
        host.DetectDriftOnSchedule(client, cancellation);

    [Function("MaintainOnSchedule")]
    public Task MaintainOnSchedule([TimerTrigger("%MAMMOTH_MAINTENANCE_SCHEDULE%")] TimerInfo timer, [DurableClient] DurableTaskClient client, CancellationToken cancellation) =>
        host.MaintainOnSchedule(client, cancellation);

    [Function("RehearseOnSchedule")]
    public Task RehearseOnSchedule([TimerTrigger("%MAMMOTH_REHEARSAL_SCHEDULE%")] TimerInfo timer, [DurableClient] DurableTaskClient client, CancellationToken cancellation) =>
        host.RehearseOnSchedule(client, cancellation);
}
