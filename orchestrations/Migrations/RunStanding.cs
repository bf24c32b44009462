namespace Mammoth.Orchestrations.Migrations;

/// <summary>What is being done in a run.</summary>
public enum RunPhase
{
    TakingSnapshot,
    Planning,
    Copying,
    Publishing,

    /// <summary>It was cancelled: what was not published is deleted.</summary>
    Sweeping,
    Done,
}

/// <summary>Where a run stands: the custom status of <see cref="MigrateDatabase"/>.</summary>
/// <param name="Epoch">Which snapshot it is at, from 1.</param>
/// <param name="PlanFolders">Where the plans lie: the first epoch's, which has all tables, and those of the latest epochs, which leave out what is done.</param>
/// <param name="Interruption">Why it can't go on for now, or null where it does.</param>
/// <param name="Interruptions">How many there were.</param>
public sealed record RunStanding(RunPhase Phase, int Epoch, IReadOnlyList<string> PlanFolders, Interruption? Interruption = null, int Interruptions = 0);
