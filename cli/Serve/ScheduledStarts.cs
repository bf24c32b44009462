using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Mammoth.Cli.Serve;

/// <summary>Begins something whenever its schedule says so. What falls into a time when the server is down is left out.</summary>
/// <param name="what">What is begun: a noun.</param>
/// <param name="begin">Begins it, for the time it was due; gives the run's id, or null where nothing was begun.</param>
internal sealed class ScheduledStarts(Schedule schedule, string what, Func<DateTimeOffset, CancellationToken, Task<string?>> begin, TimeProvider time, ILogger<ScheduledStarts> logger) : BackgroundService
{
    /// <summary>The longest single wait: a timer can't be set for more than some weeks, and the clock may be put right meanwhile.</summary>
    private static readonly TimeSpan Longest = TimeSpan.FromHours(1);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        DateTimeOffset last = time.GetUtcNow();
        while (schedule.After(last) is { } due)
        {
            while (due - time.GetUtcNow() is var wait && wait > TimeSpan.Zero)
                await Task.Delay(wait < Longest ? wait : Longest, time, stoppingToken);

            last = due;
            await BeginAsync(due, stoppingToken);
        }
    }

    private async Task BeginAsync(DateTimeOffset due, CancellationToken cancellationToken)
    {
        try
        {
            string? run = await begin(due, cancellationToken);
            if (run is not null && logger.IsEnabled(LogLevel.Information))
                logger.LogInformation("Run {Run}, a {What}, is under way, as the schedule says.", run, what);
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            // One night that fails must not end the nights to come.
            logger.LogError(e, "The {What} scheduled for {Due:u} could not be begun.", what, due);
        }
    }
}
