namespace Mammoth.Migration.Reports;

/// <summary>Where a run stands, as seen by a person watching it. Not part of its state: a host may drop it.</summary>
public interface IProgressSink
{
    void Report(ProgressEvent progress);
}

/// <summary>Something that happened in a run.</summary>
public abstract record ProgressEvent
{
    private ProgressEvent()
    {
    }

    /// <summary>A snapshot is held.</summary>
    public sealed record SnapshotTaken(int Epoch, DateTimeOffset TakenAt) : ProgressEvent;

    /// <summary>The plan is made.</summary>
    public sealed record Planned(Plans.MigrationPlan Plan) : ProgressEvent;

    /// <summary>Rows and bytes of binary COPY that came in since the last such event of the table.</summary>
    public sealed record Copied(int Table, long Rows, long Bytes) : ProgressEvent;

    /// <summary>What was copied of a table is void: it starts again for this reason.</summary>
    public sealed record Restarted(int Table, string Reason) : ProgressEvent;

    public sealed record Verifying(int Table) : ProgressEvent;

    /// <summary>A table is done, unpublished as yet.</summary>
    public sealed record TableDone(int Table, TableReport Result) : ProgressEvent;

    public sealed record Publishing : ProgressEvent;

    /// <summary>Something a person should know now.</summary>
    /// <param name="Run">The run that it is about, where it is about one; <see cref="Runs.RunWarnings"/> keeps those.</param>
    public sealed record Warning(string Message, string? Run = null) : ProgressEvent;
}
