using System.Globalization;

namespace Mammoth.Migration.Runs;

/// <summary>A warehouse's claim by a run, as <see cref="CurrentRun"/> keeps it.</summary>
/// <param name="At">Since when it is the run's, UTC.</param>
/// <param name="Host">The machine that renewed it last; null: it was never renewed, or by an earlier version.</param>
/// <param name="Process">The process there.</param>
/// <param name="Until">Until when it holds without being renewed, UTC; null: a while from <paramref name="At"/>.</param>
public sealed record ClaimedRun(string Run, DateTimeOffset At, string? Host = null, int? Process = null, DateTimeOffset? Until = null)
{
    /// <summary>How long a claim holds that is renewed; every third of it, it is.</summary>
    internal static readonly TimeSpan Lease = TimeSpan.FromMinutes(1);

    /// <summary>How long a run may be on its way from its claim to its first step.</summary>
    internal static readonly TimeSpan Beginning = TimeSpan.FromMinutes(2);

    /// <summary>The clocks of two machines may differ by as much.</summary>
    private static readonly TimeSpan Skew = Lease / 4;

    /// <summary>From when on anybody may take it, unless it is renewed.</summary>
    public DateTimeOffset End => (Until ?? At + Beginning) is var until && until > DateTimeOffset.MinValue ? until + Skew : until;

    /// <summary>For people: which run, who has it, and since when.</summary>
    public override string ToString() => string.Create(
        CultureInfo.InvariantCulture,
        $"Run {Run} has been under way in this warehouse since {At.UtcDateTime:yyyy-MM-dd HH:mm:ss} UTC{(Host is null ? "" : $" (process {Process} on {Host})")}");

    internal static ClaimedRun New(string run, DateTimeOffset at, DateTimeOffset until) => new(run, at, Environment.MachineName, Environment.ProcessId, until);

    internal bool IsOfThisProcess => Host == Environment.MachineName && Process == Environment.ProcessId;
}
