namespace Mammoth.Migration.Snapshots;

/// <summary>A holder's turn at an epoch's snapshot.</summary>
/// <param name="Epoch">Which of the run's snapshots, from 1.</param>
/// <param name="Seat">Which of the holders at a time, from 1. The first shift of seat 1 takes the snapshot, all others take it over.</param>
/// <param name="Number">The seat's shifts, from 0.</param>
/// <param name="Most">After this long it ends without a successor at its seat; null: not by itself.</param>
public sealed record HolderShift(int Epoch, int Seat, int Number, TimeSpan? Most = null)
{
    /// <summary>Whether it is for this one to take the snapshot.</summary>
    internal bool IsFirst => Seat == 1 && Number == 0;
}

/// <summary>Why a shift ended.</summary>
public enum ShiftEnd
{
    /// <summary>The snapshot is no longer needed.</summary>
    Released,

    /// <summary>A successor holds it.</summary>
    Relieved,

    /// <summary>It was as long as it was to be.</summary>
    Over,

    /// <summary>Its session ended; another holder may still have the snapshot.</summary>
    Lost,
}
