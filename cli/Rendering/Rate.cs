namespace Mammoth.Cli.Rendering;

/// <summary>Rows and bytes a second over the last seconds: what a person sees now, and what the time left is reckoned by.</summary>
internal sealed class Rate(TimeSpan window)
{
    private readonly Queue<(DateTimeOffset At, long Rows, long Bytes)> marks = new();
    private (DateTimeOffset At, long Rows, long Bytes) last;

    /// <summary>Totals as of <paramref name="at"/>.</summary>
    public void Mark(DateTimeOffset at, long rows, long bytes)
    {
        // One mark in a quarter second is enough, however often it is reported.
        if (marks.Count == 0 || at - last.At >= TimeSpan.FromMilliseconds(250))
        {
            marks.Enqueue((at, rows, bytes));
            last.At = at;
        }

        last = last with { Rows = rows, Bytes = bytes };
        while (marks.Count > 2 && at - marks.Peek().At > window)
            marks.Dequeue();
    }

    public double RowsPerSecond(DateTimeOffset now) => marks.Count == 0 ? 0 : (last.Rows - marks.Peek().Rows) / Seconds(now);

    public double BytesPerSecond(DateTimeOffset now) => marks.Count == 0 ? 0 : (last.Bytes - marks.Peek().Bytes) / Seconds(now);

    private double Seconds(DateTimeOffset now) => Math.Max(0.25, (now - marks.Peek().At).TotalSeconds);
}
