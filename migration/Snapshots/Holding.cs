namespace Mammoth.Migration.Snapshots;

/// <summary>
/// How a run's snapshot is kept: by how many holders at a time, and in what shifts. One process needs one holder, for as long as it takes. Where workers come and
/// go, there are two on different ones, and each is relieved before its worker would end it.
/// </summary>
/// <param name="Holders">Holders at a time.</param>
/// <param name="Shift">After this long a holder's successor takes the snapshot over from those who hold it, and the holder leaves once it has; null: never.</param>
public sealed record Holding(int Holders, TimeSpan? Shift)
{
    /// <summary>One holder until the end.</summary>
    public static Holding ByOne { get; } = new(1, null);
}
