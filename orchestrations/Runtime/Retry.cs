namespace Mammoth.Orchestrations.Runtime;

/// <summary>How often a call is tried when it fails with a transient failure, and how long the orchestration waits in between.</summary>
/// <param name="Attempts">All tries, the first one included.</param>
/// <param name="First">The wait after the first failure.</param>
/// <param name="Backoff">The factor from one wait to the next.</param>
/// <param name="Longest">No wait is longer; five minutes where not given.</param>
public sealed record Retry(int Attempts, TimeSpan First, double Backoff = 2, TimeSpan? Longest = null)
{
    /// <summary>The wait after the <paramref name="attempt"/>th failure, from 1. Without jitter: replays must wait alike.</summary>
    public TimeSpan Wait(int attempt)
    {
        double longest = (Longest ?? TimeSpan.FromMinutes(5)).TotalMilliseconds;
        return TimeSpan.FromMilliseconds(Math.Min(longest, First.TotalMilliseconds * Math.Pow(Backoff, attempt - 1)));
    }
}
