namespace Mammoth.Migration.Runs;

/// <summary>How far one table came.</summary>
public enum TableState
{
    /// <summary>Copied, staged and proven; not visible yet.</summary>
    Staged,

    /// <summary>Its snapshot was lost before it was done: it starts again under the next one.</summary>
    SnapshotLost,

    /// <summary>Another table failed first and the run stops on errors.</summary>
    Skipped,

    /// <summary>Something that may pass outlasted all retries: it starts again when the run goes on.</summary>
    Interrupted,

    Failed,
}

/// <summary>What became of one table, small enough for a history.</summary>
/// <param name="Table">Its index in the plan of its epoch.</param>
/// <param name="Staged">The location of its <see cref="Staging.StagedTable"/>, where it is staged.</param>
/// <param name="Code">The error's short stable word.</param>
/// <param name="Error">What went wrong and the way out, where it failed or was interrupted.</param>
public sealed record TableOutcome(int Table, TableState State, int Epoch, string? Staged = null, string? Error = null, string? Code = null)
{
    /// <summary>No later epoch has to do with it.</summary>
    public bool IsFinal => State is TableState.Staged or TableState.Failed;
}
