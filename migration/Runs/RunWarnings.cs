using Mammoth.Migration.Reports;

namespace Mammoth.Migration.Runs;

/// <summary>Something a person should know of a run, whatever becomes of it.</summary>
/// <param name="Time">UTC.</param>
public sealed record RunWarning(DateTimeOffset Time, string Message);

/// <summary>
/// A run's warnings, in its folder: whoever watches a worker's progress is told too, but in a cloud nobody does. A small file each, never written again, and
/// at most <see cref="Most"/> of them.
/// </summary>
public static class RunWarnings
{
    /// <summary>How many are kept of a run; the last of them says that there were more.</summary>
    public const int Most = 32;

    /// <summary>Letters of a message: what others' statements say is quoted in it.</summary>
    private const int Longest = 2000;

    private const string Folder = "warnings/";

    /// <summary>A warning is not worth more of a run's time.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    /// <summary>Tells whoever watches, and keeps them. It never fails: what can't be kept is told of, and the run goes on.</summary>
    public static async Task Tell(MigrationSite site, string run, params IReadOnlyList<string> messages)
    {
        ArgumentNullException.ThrowIfNull(site);
        ArgumentNullException.ThrowIfNull(messages);
        foreach (string message in messages)
        {
            site.Progress.Report(new ProgressEvent.Warning(message, run));
        }

        if (messages.Count == 0)
        {
            return;
        }

        using var patience = new CancellationTokenSource(Patience);
        try
        {
            await Keep(site, run, messages, patience.Token);
        }
        catch (Exception e)
        {
            // Whatever it is: a warning fails no run.
            site.Progress.Report(new ProgressEvent.Warning($"A warning of the run could not be kept in the warehouse: {e.Message}", run));
        }
    }

    /// <summary>The same, unless this worker has told it of the run before.</summary>
    public static Task TellOnce(MigrationSite site, string run, string message)
    {
        ArgumentNullException.ThrowIfNull(site);
        return site.IsNew(run, message) ? Tell(site, run, message) : Task.CompletedTask;
    }

    /// <summary>The locations of a run's warnings, in order of their time.</summary>
    public static async Task<IReadOnlyList<string>> Of(MigrationSite site, string run, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(site);
        List<string> locations = await site.Io.List(site.Folder(run).Fixed(Folder), cancellation).Select(f => f.Location).Where(l => l.EndsWith(".json", StringComparison.Ordinal)).ToListAsync(cancellation);
        locations.Sort(StringComparer.Ordinal);
        return locations;
    }

    /// <summary>A run's warnings, in order of their time.</summary>
    public static async Task<IReadOnlyList<RunWarning>> Read(MigrationSite site, string run, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(site);
        var warnings = new List<RunWarning>();
        foreach (string location in await Of(site, run, cancellation))
        {
            warnings.Add(await site.Folder(run).Read<RunWarning>(location, cancellation));
        }

        return warnings;
    }

    private static async Task Keep(MigrationSite site, string run, IReadOnlyList<string> messages, CancellationToken cancellation)
    {
        RunFolder folder = site.Folder(run);
        int kept = (await Of(site, run, cancellation)).Count;
        foreach (string message in messages.Take(Most - kept))
        {
            DateTimeOffset now = DateTimeOffset.UtcNow;
            string text = ++kept == Most ? "More warnings came than are kept of a run: the others are in the log only."
                : message.Length > Longest ? $"{message[..(char.IsHighSurrogate(message[Longest - 1]) ? Longest - 1 : Longest)]}…"
                : message;
            await folder.Write(folder.Fresh($"{Folder}{now:yyyyMMdd'T'HHmmssfffffff}-{kept:00}"), new RunWarning(now, text), cancellation);
        }
    }
}
