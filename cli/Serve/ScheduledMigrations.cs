using Mammoth.Api;
using Mammoth.Api.Runs;
using Mammoth.Orchestrations.Runtime;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Mammoth.Cli.Serve;

/// <summary>Begins a migration whenever the schedule says so. What falls into a time when the server is down is left out.</summary>
internal sealed class ScheduledMigrations(Schedule schedule, ApiSite site, IOrchestrationClient client, ILogger<ScheduledMigrations> logger) : BackgroundService
{
    /// <summary>The longest single wait: a timer can't be set for more than some weeks, and the clock may be put right meanwhile.</summary>
    private static readonly TimeSpan Longest = TimeSpan.FromHours(1);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        DateTimeOffset last = site.Time.GetUtcNow();
        while (schedule.After(last) is { } due)
        {
            while (due - site.Time.GetUtcNow() is var wait && wait > TimeSpan.Zero)
                await Task.Delay(wait < Longest ? wait : Longest, site.Time, stoppingToken);

            last = due;
            await BeginAsync(due, stoppingToken);
        }
    }

    private async Task BeginAsync(DateTimeOffset due, CancellationToken cancellationToken)
    {
        try
        {
            string? run = await ScheduledRuns.Migration(site, client, due, cancellationToken);
            if (run is not null && logger.IsEnabled(LogLevel.Information))
                logger.LogInformation("Run {Run} is under way, as the schedule says.", run);
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            // One night that fails must not end the nights to come.
            logger.LogError(e, "The migration scheduled for {Due:u} could not be begun.", due);
        }
    }
}
