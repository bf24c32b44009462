using System.Text.Json;
using Mammoth.Iceberg.IO;
using Mammoth.Migration.Errors;

namespace Mammoth.Migration.Runs;

/// <summary>A run that came to its end without a report: it failed before there was anything to tell, was cancelled, or was given up. What it left is nobody's.</summary>
/// <param name="At">When, UTC.</param>
/// <param name="GivenUp">Somebody decided that nobody is to go on with it.</param>
public sealed record EndedRun(DateTimeOffset At, bool GivenUp = false)
{
    internal const string FileName = "ended.json";

    /// <summary>Writes it down that a run has failed or was cancelled. Again is as good as once.</summary>
    public static Task Mark(MigrationSite site, string run, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(site);
        return Write(site.Io, site.Root, run, new(DateTimeOffset.UtcNow), cancellation);
    }

    /// <summary>Gives up a run that was begun and has not ended.</summary>
    /// <param name="isLeft">It is certain that nobody works at it, although its claim may not have run out.</param>
    /// <exception cref="UsageException">There is no such run, or it has ended.</exception>
    /// <exception cref="RunUnderWayException">Somebody works at it.</exception>
    public static async Task GiveUp(IFileIO io, string root, string run, bool isLeft, TimeProvider time, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(io);
        ArgumentNullException.ThrowIfNull(time);
        var folder = new RunFolder(io, root, run);
        if (!await folder.Exists(folder.Fixed(RunRecord.FileName), cancellation))
        {
            throw new UsageException($"There is no run {run} in this warehouse.", "`mammoth clean` names the runs that have not ended.");
        }

        if (await folder.Exists(folder.Fixed(FileName), cancellation) || await Publishing.RunReports.Find(folder, io, cancellation) is not null)
        {
            throw new UsageException($"Run {run} has ended.", "There is nothing to give up: `mammoth clean` finds what it may have left.");
        }

        if (!isLeft && await CurrentRun.Find(io, root, cancellation) is { } claim && claim.Run == run && claim.End > time.GetUtcNow())
        {
            throw new RunUnderWayException(claim);
        }

        await Write(io, root, run, new(time.GetUtcNow(), GivenUp: true), cancellation);
    }

    /// <summary>Whether a run is known to have ended so.</summary>
    public static Task<bool> Is(MigrationSite site, string run, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(site);
        RunFolder folder = site.Folder(run);
        return folder.Exists(folder.Fixed(FileName), cancellation);
    }

    /// <exception cref="UsageException">The run was given up.</exception>
    public static async Task Refuse(MigrationSite site, string run, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(site);
        RunFolder folder = site.Folder(run);
        if (await folder.TryRead<EndedRun>(folder.Fixed(FileName), cancellation) is { GivenUp: true } ended)
        {
            throw new UsageException(
                $"Run {run} was given up on {ended.At.UtcDateTime:yyyy-MM-dd} (mammoth clean --give-up): its files may be gone.", "Begin a new one, by the same command with a --run-id that is new.");
        }
    }

    private static async Task Write(IFileIO io, string root, string run, EndedRun ended, CancellationToken cancellation)
    {
        try
        {
            await io.Write(new RunFolder(io, root, run).Fixed(FileName), JsonSerializer.SerializeToUtf8Bytes(ended, RunFolder.Json), WriteCondition.IfAbsent, cancellation);
        }
        catch (PreconditionFailedException)
        {
            // It had ended before.
        }
    }
}
