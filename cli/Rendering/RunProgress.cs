using Mammoth.Migration.Reports;

namespace Mammoth.Cli.Rendering;

/// <summary>A run while it goes on: takes its events, from any thread, and tells where it stands.</summary>
internal sealed class RunProgress(TimeProvider clock) : IProgressSink
{
    private readonly Lock gate = new();
    private readonly Rate rate = new(TimeSpan.FromSeconds(10));
    private readonly List<string> warnings = [];
    private IReadOnlyList<TableProgress> tables = [];
    private long rows;
    private long bytes;

    /// <summary>Called for each event, after it was taken in, one at a time.</summary>
    public Action<ProgressEvent, RunProgress>? Changed { get; init; }

    public DateTimeOffset Now => clock.GetUtcNow();

    /// <summary>In the plan's order; empty before there is a plan.</summary>
    public IReadOnlyList<TableProgress> Tables => tables;

    /// <summary>What is being done, a few words.</summary>
    public string Stage { get; private set; } = "connecting";

    public IReadOnlyList<string> Warnings => warnings;

    public long Rows => rows;

    public long Bytes => bytes;

    public long BytesLeft => tables.Sum(t => t.BytesLeft);

    public int TablesDone => tables.Count(t => t.Phase is TablePhase.Done or TablePhase.Failed);

    public double RowsPerSecond => rate.RowsPerSecond(Now);

    public double BytesPerSecond => rate.BytesPerSecond(Now);

    public TimeSpan? TimeLeft => BytesPerSecond is > 0 and var speed && BytesLeft > 0 ? TimeSpan.FromSeconds(BytesLeft / speed) : null;

    public void Report(ProgressEvent progress)
    {
        lock (gate)
        {
            Take(progress);
            Changed?.Invoke(progress, this);
        }
    }

    /// <summary>Runs <paramref name="look"/> while no event comes in between.</summary>
    public T Look<T>(Func<RunProgress, T> look)
    {
        lock (gate)
        {
            return look(this);
        }
    }

    private void Take(ProgressEvent progress)
    {
        switch (progress)
        {
            case ProgressEvent.SnapshotTaken:
                Stage = "planning";
                break;
            case ProgressEvent.Planned planned:
                tables = [.. planned.Plan.Tables.Select(t => new TableProgress(t))];
                Stage = "copying";
                rate.Mark(Now, 0, 0);
                break;
            case ProgressEvent.Copied copied:
                Find(copied.Table)?.Copied(Now, copied.Rows, copied.Bytes);
                rows += copied.Rows;
                bytes += copied.Bytes;
                rate.Mark(Now, rows, bytes);
                break;
            case ProgressEvent.Restarted restarted:
                Find(restarted.Table)?.Restart();
                break;
            case ProgressEvent.Verifying verifying:
                if (Find(verifying.Table) is { } verified)
                    verified.Phase = TablePhase.Verifying;
                break;
            case ProgressEvent.TableDone done:
                Find(done.Table)?.Done(done.Result);
                if (tables.All(t => t.Phase is TablePhase.Done or TablePhase.Failed))
                    Stage = "finishing";
                break;
            case ProgressEvent.Publishing:
                Stage = "publishing";
                break;
            case ProgressEvent.Warning warning:
                warnings.Add(warning.Message);
                break;
            default:
                break;
        }
    }

    private TableProgress? Find(int index) => index >= 0 && index < tables.Count ? tables[index] : null;
}
