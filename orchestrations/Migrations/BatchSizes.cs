using Mammoth.Migration.Copying;
using Mammoth.Orchestrations.Runtime;

namespace Mammoth.Orchestrations.Migrations;

/// <summary>
/// The tuner: how many bytes of its source one copy of a table takes, found from what the copies before it cost. One for each table of a warehouse.
/// </summary>
/// <remarks>The rules and the simulation they come from are in <c>docs/decisions/0010-how-much-one-copy-takes.md</c>.</remarks>
/// <param name="Bytes">Of the source; 0: nothing is known yet.</param>
/// <param name="MillisecondsPerMegabyte">A moving average.</param>
/// <param name="Errors">Failed tries a copy, a moving average.</param>
/// <param name="Copies">How many were measured.</param>
public sealed record BatchSizes(double Bytes, double MillisecondsPerMegabyte, double Errors, int Copies) : IEntity
{
    /// <summary>The share of the newest copy in the averages.</summary>
    private const double Newest = 0.7;

    private const double Megabyte = 1 << 20;
    private const double Shortest = 10_000;
    private const double Aim = 20_000;
    private const double Longest = 30_000;
    private const double Growth = 4;

    public BatchSizes()
        : this(0, 0, 0, 0)
    {
    }

    /// <summary>What was learnt elsewhere, where nothing is known here.</summary>
    public BatchSizes Begin(BatchSizes? remembered) => Copies > 0 ? this : remembered ?? this;

    /// <summary>How many bytes of the source take so long, as far as is known.</summary>
    public double BytesOf(TimeSpan time) => MillisecondsPerMegabyte > 0 ? time.TotalMilliseconds / MillisecondsPerMegabyte * Megabyte : 0;

    /// <summary>After some copies, in the order in which they ended.</summary>
    public BatchSizes After(IReadOnlyList<CopyMeasure> copies, BatchBounds bounds)
    {
        ArgumentNullException.ThrowIfNull(copies);
        BatchSizes sizes = this;
        foreach (CopyMeasure copy in copies)
        {
            sizes = sizes.Next(copy, bounds);
        }

        return sizes;
    }

    private BatchSizes Next(CopyMeasure copy, BatchBounds bounds)
    {
        double pace = copy.Milliseconds / (Math.Max(1, copy.SourceBytes) / Megabyte);
        double milliseconds = Copies == 0 ? pace : Average(MillisecondsPerMegabyte, pace);
        double errors = Average(Errors, copy.Errors);
        double bytes = bounds.Within(Bytes);
        double expected = milliseconds * bytes / Megabyte;
        double factor =
            copy.Errors > 0 && copy.Errors > 1.5 * Errors ? 0.8
            : copy.Memory > 0.8 ? 0.7
            : expected > Longest ? Math.Max(0.5, Aim / expected)
            : expected < Shortest && errors < 0.01 && copy.Memory < 0.5 ? Math.Min(Growth, Aim / expected)
            : 1;
        return new(bounds.Within(bytes * factor), milliseconds, errors, Copies + 1);
    }

    private static double Average(double before, double now) => (Newest * now) + ((1 - Newest) * before);
}

/// <summary>Between what a copy's bytes of the source may be.</summary>
/// <param name="Least">One chunk.</param>
public sealed record BatchBounds(double Least, double Most)
{
    internal double Within(double bytes) => Math.Clamp(bytes, Least, Math.Max(Least, Most));
}
