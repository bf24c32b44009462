namespace Mammoth.Orchestrations.Local;

/// <summary>Wakes the loop when a durable timer is due, never before. Called from the loop's thread only.</summary>
internal sealed class Timers : IDisposable
{
    private static readonly TimeSpan LongestWait = TimeSpan.FromDays(1);

    private readonly PriorityQueue<CallKey, DateTimeOffset> queue = new();
    private readonly TimeProvider time;
    private readonly ITimer timer;
    private readonly Action<CallKey> due;

    /// <param name="due">Runs on the loop.</param>
    internal Timers(TimeProvider time, Loop loop, Action<CallKey> due)
    {
        this.time = time;
        this.due = due;
        timer = time.CreateTimer(_ => loop.Post(Fire), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    internal void Add(CallKey key, DateTimeOffset at)
    {
        queue.Enqueue(key, at);
        Arm();
    }

    public void Dispose() => timer.Dispose();

    private void Fire()
    {
        var now = time.GetUtcNow();
        while (queue.TryPeek(out var key, out var at) && at <= now)
        {
            queue.Dequeue();
            due(key);
        }

        Arm();
    }

    private void Arm()
    {
        if (!queue.TryPeek(out _, out var at))
            return;
        var wait = at - time.GetUtcNow();

        // A millisecond more: the system's timers round down.
        wait = wait <= TimeSpan.Zero ? TimeSpan.Zero : wait < LongestWait ? wait + TimeSpan.FromMilliseconds(1) : LongestWait;
        timer.Change(wait, Timeout.InfiniteTimeSpan);
    }
}
