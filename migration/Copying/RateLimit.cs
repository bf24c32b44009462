using System.Collections.Concurrent;

namespace Mammoth.Migration.Copying;

/// <summary>
/// Bounds how many bytes are taken a second, over all who take: a bucket that fills at the rate and may be overdrawn by one taking, which then waits until it is paid
/// for. What was not taken is kept for a quarter of a second.
/// </summary>
public sealed class RateLimit(long bytesPerSecond, TimeProvider time)
{
    private static readonly TimeSpan Kept = TimeSpan.FromSeconds(0.25);

    private readonly Lock _gate = new();
    private readonly long _start = time.GetTimestamp();
    private TimeSpan _paid = -Kept;

    /// <summary>Takes so many bytes, and waits until they are due.</summary>
    public Task Take(long bytes, CancellationToken cancellation)
    {
        TimeSpan wait;
        lock (_gate)
        {
            TimeSpan now = time.GetElapsedTime(_start);
            _paid = (_paid < now - Kept ? now - Kept : _paid) + TimeSpan.FromSeconds((double)bytes / bytesPerSecond);
            wait = _paid - now;
        }

        return wait > TimeSpan.Zero ? Task.Delay(wait, time, cancellation) : Task.CompletedTask;
    }
}

/// <summary>The rate limits of a process, one for each rate that its runs ask for.</summary>
public sealed class RateLimits(TimeProvider time)
{
    private readonly ConcurrentDictionary<long, RateLimit> _limits = new();

    /// <param name="bytesPerSecond">Null: no limit.</param>
    public Task Take(long? bytesPerSecond, long bytes, CancellationToken cancellation) =>
        bytesPerSecond is { } rate ? _limits.GetOrAdd(rate, r => new RateLimit(r, time)).Take(bytes, cancellation) : Task.CompletedTask;
}
