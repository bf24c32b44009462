using Mammoth.Migration.Plans;
using Mammoth.Migration.Reports;

namespace Mammoth.Cli.Rendering;

/// <summary>Where one table stands.</summary>
internal enum TablePhase
{
    Waiting,
    Copying,
    Verifying,
    Done,
    Failed,
}

/// <summary>One table while it is copied.</summary>
internal sealed class TableProgress(TablePlan plan)
{
    private readonly Rate rate = new(TimeSpan.FromSeconds(10));

    public TablePlan Plan => plan;

    public TablePhase Phase { get; set; }

    public long Rows { get; private set; }

    /// <summary>Bytes of binary COPY so far.</summary>
    public long Bytes { get; private set; }

    public TableReport? Result { get; private set; }

    /// <summary>An estimate: the wire form of a row is not as long as its heap form.</summary>
    public long BytesLeft => Phase is TablePhase.Waiting or TablePhase.Copying ? Math.Max(0, plan.Bytes - Bytes) : 0;

    public double Fraction => Phase is TablePhase.Waiting or TablePhase.Copying ? plan.Bytes == 0 ? 0 : Math.Min(0.99, (double)Bytes / plan.Bytes) : 1;

    public void Copied(DateTimeOffset now, long rows, long bytes)
    {
        if (Phase == TablePhase.Waiting)
        {
            Phase = TablePhase.Copying;
            rate.Mark(now, 0, 0);
        }

        Rows += rows;
        Bytes += bytes;
        rate.Mark(now, Rows, Bytes);
    }

    public void Restart()
    {
        Phase = TablePhase.Waiting;
        (Rows, Bytes) = (0, 0);
    }

    public void Done(TableReport result)
    {
        Result = result;
        Phase = result.Outcome == Outcome.Failed ? TablePhase.Failed : TablePhase.Done;
        Rows = result.Rows;
    }

    public double RowsPerSecond(DateTimeOffset now) => rate.RowsPerSecond(now);

    public double BytesPerSecond(DateTimeOffset now) => rate.BytesPerSecond(now);

    /// <summary>Null while there is nothing to reckon it by.</summary>
    public TimeSpan? TimeLeft(DateTimeOffset now) =>
        Phase == TablePhase.Copying && BytesPerSecond(now) is > 0 and var speed ? TimeSpan.FromSeconds(BytesLeft / speed) : null;
}
