using Azure.Core;
using Azure.Core.Pipeline;

namespace Mammoth.Iceberg.IO;

/// <summary>
/// Azure's own retries (exponential, with jitter), and a circuit in them: once a store has given nothing but failures for twice as long as a request is patient, each request is sent once, so that
/// whoever asks hears of it at once. Any other answer closes the circuit again.
/// </summary>
internal sealed class AzureCircuit : RetryPolicy
{
    private const long LeastPatience = 5_000;

    /// <summary>Milliseconds.</summary>
    private readonly long _patience;

    /// <summary>By <see cref="Environment.TickCount64"/>; 0: it answers.</summary>
    private long _failingSince;

    public AzureCircuit(RetryOptions options)
        : base(options.MaxRetries, DelayStrategy.CreateExponentialDelayStrategy(options.Delay, options.MaxDelay)) =>
        _patience = Math.Max(LeastPatience, 2 * Enumerable.Range(0, options.MaxRetries).Sum(i => (long)Math.Min(options.Delay.TotalMilliseconds * Math.Pow(2, i), options.MaxDelay.TotalMilliseconds)));

    protected override bool ShouldRetry(HttpMessage message, Exception? exception) => base.ShouldRetry(message, exception) && IsClosed(message);

    protected override async ValueTask<bool> ShouldRetryAsync(HttpMessage message, Exception? exception) => await base.ShouldRetryAsync(message, exception).ConfigureAwait(false) && IsClosed(message);

    protected override void OnRequestSent(HttpMessage message) => Note(message);

    protected override ValueTask OnRequestSentAsync(HttpMessage message)
    {
        Note(message);
        return ValueTask.CompletedTask;
    }

    private static bool Failed(HttpMessage message) => !message.HasResponse || message.Response.Status is 408 or 429 or >= 500;

    private void Note(HttpMessage message)
    {
        if (!Failed(message))
            Volatile.Write(ref _failingSince, 0);
        else
            Interlocked.CompareExchange(ref _failingSince, Math.Max(1, Environment.TickCount64), 0);
    }

    private bool IsClosed(HttpMessage message) => !Failed(message) || Volatile.Read(ref _failingSince) is var since && (since == 0 || Environment.TickCount64 - since <= _patience);
}
