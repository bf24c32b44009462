using System.Text.Json;
using Mammoth.Iceberg.Faults;
using Mammoth.Iceberg.IO;
using Mammoth.Migration.Publishing;

namespace Mammoth.Migration.Runs;

/// <summary>
/// Which migration has the warehouse: one small file, written conditionally, so that of many processes that ask at the same time one begins. It is renewed by whoever
/// works at the run (<see cref="RunClaim"/>); what is not renewed runs out. Whether a run is over, a host that knows it says better than the file.
/// </summary>
public static class CurrentRun
{
    private const string FileName = ".current";

    /// <summary>Makes a run the current one.</summary>
    /// <param name="hasEnded">Whether another run is over; null where that one is not known here: then it is over when its claim has run out.</param>
    /// <returns>Null where it is; else the run in the way.</returns>
    public static async Task<ClaimedRun?> Claim(MigrationSite site, string run, TimeProvider time, Func<string, CancellationToken, Task<bool?>> hasEnded, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(site);
        ArgumentNullException.ThrowIfNull(time);
        ArgumentNullException.ThrowIfNull(hasEnded);
        while (true)
        {
            DateTimeOffset now = time.GetUtcNow();
            FileContent? content = await site.Io.Read(Location(site), cancellation);
            ClaimedRun? last = Read(content);
            bool hasRunOut = last is null || last.End <= now;
            if (last?.Run == run && !hasRunOut)
            {
                return null;
            }

            if (last is not null && last.Run != run && !(await hasEnded(last.Run, cancellation) ?? hasRunOut))
            {
                return last;
            }

            if (await TryWrite(site, content, ClaimedRun.New(run, now, now + ClaimedRun.Beginning), cancellation))
            {
                return null;
            }

            // Somebody else was faster: it is theirs, unless it is over already.
        }
    }

    /// <summary>The claim as it was written last, whether it still holds or not; null where there never was one.</summary>
    public static async Task<ClaimedRun?> Find(IFileIO io, string root, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(io);
        return Read(await io.Read(Location(root), cancellation));
    }

    /// <summary>Whether a run is known to be over by what lies in the warehouse: its report, or that it ended without one; null where there is neither.</summary>
    public static async Task<bool?> HasReported(MigrationSite site, string run, CancellationToken cancellation) =>
        await RunReports.Find(site, run, cancellation) is not null || await EndedRun.Is(site, run, cancellation) ? true : null;

    /// <summary>Renews a run's claim when a third of it is over.</summary>
    /// <param name="atOnce">Even where it is not: it shows that this process works at it now, and when it would run out.</param>
    /// <returns>Null where it is the run's; else the run that has it.</returns>
    internal static async Task<ClaimedRun?> Renew(MigrationSite site, string run, TimeProvider time, bool atOnce, CancellationToken cancellation)
    {
        DateTimeOffset now = time.GetUtcNow();
        FileContent? content = await site.Io.Read(Location(site), cancellation);
        ClaimedRun? last = Read(content);
        if (last is not null && last.Run != run && last.End > now && await HasReported(site, last.Run, cancellation) is null)
        {
            return last;
        }

        bool isFresh = last?.Run == run && last.Until - now > ClaimedRun.Lease * 0.7;
        if (!isFresh || atOnce)
        {
            ClaimedRun next = ClaimedRun.New(run, last?.Run == run ? last.At : now, now + ClaimedRun.Lease);

            // Where it was changed meanwhile, that was for the same run, or the next renewal sees for which.
            await TryWrite(site, content, next, cancellation);
        }

        return null;
    }

    /// <summary>Gives a claim back that this process renewed last.</summary>
    internal static async Task Free(MigrationSite site, string run, CancellationToken cancellation)
    {
        FileContent? content = await site.Io.Read(Location(site), cancellation);
        if (Read(content) is { } last && last.Run == run && last.IsOfThisProcess)
        {
            await TryWrite(site, content, last with { Until = DateTimeOffset.MinValue }, cancellation);
        }
    }

    // No run's id begins with a dot.
    private static string Location(MigrationSite site) => Location(site.Root);

    private static string Location(string root) => $"{root.TrimEnd('/')}/_mammoth/runs/{FileName}";

    private static ClaimedRun? Read(FileContent? content) => content is null
        ? null
        : JsonSerializer.Deserialize<ClaimedRun>(content.Bytes.Span, RunFolder.Json) ?? throw new InvalidDataException($"The warehouse's {FileName} names no run.");

    private static async Task<bool> TryWrite(MigrationSite site, FileContent? content, ClaimedRun claim, CancellationToken cancellation)
    {
        byte[] bytes = JsonSerializer.SerializeToUtf8Bytes(claim, RunFolder.Json);
        try
        {
            await Failpoints.ClaimWrite.Around(() => site.Io.Write(Location(site), bytes, content is null ? WriteCondition.IfAbsent : WriteCondition.IfUnchanged(content.ETag), cancellation));
            return true;
        }
        catch (PreconditionFailedException)
        {
            return false;
        }
    }
}
