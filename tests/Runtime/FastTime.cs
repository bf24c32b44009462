namespace Mammoth.Tests.Runtime;

/// <summary>Time that runs faster, so that a retry's minutes are seconds: clock and timers agree.</summary>
internal sealed class FastTime(int times) : TimeProvider
{
    private readonly DateTimeOffset start = DateTimeOffset.UtcNow;
    private readonly long began = TimeProvider.System.GetTimestamp();

    public override DateTimeOffset GetUtcNow() => start + (TimeProvider.System.GetElapsedTime(began) * times);

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) =>
        new Timer(TimeProvider.System.CreateTimer(callback, state, Shorter(dueTime), Shorter(period)), this);

    private TimeSpan Shorter(TimeSpan time) => time == Timeout.InfiniteTimeSpan ? time : time / times;

    private sealed class Timer(ITimer inner, FastTime time) : ITimer
    {
        public bool Change(TimeSpan dueTime, TimeSpan period) => inner.Change(time.Shorter(dueTime), time.Shorter(period));

        public void Dispose() => inner.Dispose();

        public ValueTask DisposeAsync() => inner.DisposeAsync();
    }
}
