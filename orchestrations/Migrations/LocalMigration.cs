using System.Text.Json;
using Mammoth.Iceberg.Faults;
using Mammoth.Iceberg.IO;
using Mammoth.Migration.Errors;
using Mammoth.Migration.Reports;
using Mammoth.Migration.Runs;
using Mammoth.Orchestrations.Local;
using Mammoth.Orchestrations.Runtime;

namespace Mammoth.Orchestrations.Migrations;

/// <summary>
/// Runs migrations in this process. Each run has a journal of its own in the state folder until it has ended: a run that was
/// killed goes on from there.
/// </summary>
public sealed class LocalMigration(MigrationSite site, string stateFolder, LocalOptions? options = null)
{
    /// <summary>Runs of this source into this warehouse that have not ended, the latest first.</summary>
    public IReadOnlyList<RunRecord> Unfinished() => Unfinished(stateFolder, site.SourceName);

    /// <summary>The same, for whoever has no warehouse yet.</summary>
    /// <param name="sourceName">The source without its secrets.</param>
    public static IReadOnlyList<RunRecord> Unfinished(string stateFolder, string sourceName)
    {
        if (!Directory.Exists(stateFolder))
        {
            return [];
        }

        return
        [
            .. Directory.EnumerateFiles(stateFolder, "*.json")
                .Select(ReadMarker)
                .Where(r => r.Source == sourceName)
                .OrderByDescending(r => r.RunId, StringComparer.Ordinal),
        ];
    }

    /// <summary>Gives up a run, of this folder's or another machine's: nobody goes on with it any more.</summary>
    /// <exception cref="UsageException">There is no such run, or it has ended.</exception>
    /// <exception cref="RunUnderWayException">Somebody works at it elsewhere.</exception>
    /// <exception cref="JournalException">Somebody works at it on this machine.</exception>
    public static async Task GiveUp(IFileIO io, string root, string stateFolder, string run, CancellationToken cancellation)
    {
        string marker = Path.Combine(stateFolder, $"{run}.json");
        if (!File.Exists(marker))
        {
            await EndedRun.GiveUp(io, root, run, isLeft: false, TimeProvider.System, cancellation);
            return;
        }

        string journal = Path.Combine(stateFolder, $"{run}.db");
        using var hold = JournalLock.Take(journal);
        await EndedRun.GiveUp(io, root, run, isLeft: true, TimeProvider.System, cancellation);
        TakeBack(hold, marker, journal);
    }

    /// <summary>Runs a new run, or goes on with one that was begun.</summary>
    /// <exception cref="RunUnderWayException">Another run has the warehouse.</exception>
    /// <exception cref="RunInterruptedException">It can't go on for now; run again, it goes on where it was.</exception>
    /// <exception cref="MammothException">The run failed before there was anything to report.</exception>
    /// <exception cref="Mammoth.Postgres.Errors.SourceConnectionException">The source can't be connected to; nothing was begun, and nothing that was begun ended.</exception>
    /// <exception cref="OperationCanceledException">It was asked to stop; run again, it goes on.</exception>
    public async Task<RunReport> Run(RunRecord record, CancellationToken cancellation)
    {
        PrivateFolder.Create(stateFolder);
        string marker = Path.Combine(stateFolder, $"{record.RunId}.json");
        string journal = Path.Combine(stateFolder, $"{record.RunId}.db");
        bool isNew = !File.Exists(marker);
        if (isNew)
        {
            if (await RunRecord.TryRead(site, record.RunId, cancellation) is not null)
            {
                // Its commit is decided and its files may be published: going through it again could take them for leftovers.
                throw new UsageException($"Run {record.RunId} has ended, or is under way on another machine.", "Leave --run-id out, or name a new one.");
            }
        }

        await site.Reach(cancellation);

        // Before the marker: one whose journal is nobody's was killed, whenever that was.
        using var hold = JournalLock.Take(journal);
        if (isNew)
        {
            // Before the claim: killed in between, the same command finds which run it is that has the warehouse.
            await WriteMarker(marker, record, cancellation);
            await Failpoints.RunMarked.Pass();
        }

        await using RunClaim claim = await Claim(record.RunId, isNew ? () => TakeBack(hold, marker, journal) : null, cancellation);
        await Failpoints.RunClaimed.Pass();
        RunRecord begun = await RunRecord.Begin(site, record, cancellation);
        await Failpoints.RunBegun.Pass();
        if (begun.Source != record.Source || Text(begun) != Text(record))
        {
            throw new UsageException($"Run {record.RunId} was begun with another source or other options.", "Give the same ones to go on with it, or leave --run-id out for a new run.");
        }

        // The snapshot's holder and whoever waits for it take a place each beside the copies.
        int slots = begun.Options.Slots;
        LocalOptions local = (options ?? new LocalOptions()) with { MaxActivities = slots + 2 };
        MigrateDatabase.Result result;
        try
        {
            await using LocalHost host = await LocalHost.Open(journal, hold, new Registry().AddMigrations(site), local, cancellation);
            claim.Keep();
            result = await GoOn(host, begun, cancellation);
        }
        catch (FailureException e) when (e.Failure.IsCancelled)
        {
            throw new OperationCanceledException("The run was cancelled.", e);
        }
        catch (FailureException e)
        {
            Forget(marker, journal);
            await Withdraw(begun.RunId);
            throw new RunFailedException(e.Failure.Message, FailureText.WayOutOf(e.Failure), e);
        }

        RunReport report = await site.Folder(begun.RunId).Read<RunReport>(result.Report, cancellation);
        await Failpoints.RunEnded.Pass();
        Forget(marker, journal);
        return report;
    }

    /// <summary>Starts the run, or tells it to go on, and waits until it has ended or is interrupted again.</summary>
    private static async Task<MigrateDatabase.Result> GoOn(LocalHost host, RunRecord run, CancellationToken cancellation)
    {
        InstanceStatus? status = await host.Status(run.RunId, cancellation);
        RunStanding? last = status?.CustomAs<RunStanding>();
        if (status is null)
        {
            await host.Start<MigrateDatabase>(run.RunId, new MigrateDatabase.Input(run.RunId, run.Options.OnError, run.Options.Slots) { MaxSnapshotAge = run.Options.MaxSnapshotAge }, cancellation);
        }
        else if (last?.Interruption is { } before && !status.HasEnded)
        {
            await host.Raise(run.RunId, new GoOn(before.Number), cancellation);
        }

        using var over = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        Task<MigrateDatabase.Result> end = host.WaitForCompletion<MigrateDatabase.Result>(run.RunId, over.Token);
        Task<Interruption?> interruption = NextInterruption(host, run.RunId, last?.Interruptions ?? 0, over.Token);
        bool ended = await Task.WhenAny(end, interruption) == end;
        if (!ended && await interruption is { } found)
        {
            await Abandon(end, over);
            string wayOut = found.WayOut?.Replace("Run the same command again.", "", StringComparison.Ordinal).Trim() ?? "";
            throw new RunInterruptedException(
                $"Run {run.RunId} can't go on for now: {found.Message}",
                $"{wayOut} Run the same command again to resume it, when the cause has passed: tables already finished are kept.".TrimStart());
        }

        try
        {
            return await end;
        }
        finally
        {
            await Abandon(interruption, over);
        }
    }

    /// <returns>Null where the runtime came to an end of its own.</returns>
    private static async Task<Interruption?> NextInterruption(LocalHost host, string run, int after, CancellationToken cancellation)
    {
        await foreach (InstanceStatus status in host.Observe(run, cancellation))
        {
            if (status.InstanceId == run && !status.HasEnded && status.CustomAs<RunStanding>()?.Interruption is { } interruption && interruption.Number > after)
            {
                return interruption;
            }
        }

        return null;
    }

    private static async Task Abandon(Task wait, CancellationTokenSource over)
    {
        await over.CancelAsync();

        // It ends as it likes: nobody asks any more.
        await Task.WhenAny(wait);
    }

    private static string Text(RunRecord record) => JsonSerializer.Serialize(record.Options, RunFolder.Json);

    private static RunRecord ReadMarker(string marker)
    {
        try
        {
            RunRecord? record = JsonSerializer.Deserialize<RunRecord>(File.ReadAllBytes(marker), RunFolder.Json);
            return record is { RunId: not null, Options: not null, Source: not null } ? record : throw new JsonException("it names no run");
        }
        catch (JsonException e)
        {
            throw new MammothException($"The marker of a run under way, {marker}, can't be read: {e.Message}", "Move it away; where its run is to be gone on with, use the version of Mammoth that began it.", e);
        }
    }

    /// <param name="takeBack">What a new run did so far, where another one has the warehouse.</param>
    private async Task<RunClaim> Claim(string run, Action? takeBack, CancellationToken cancellation)
    {
        try
        {
            return await RunClaim.Take(site, run, IsLeft, cancellation);
        }
        catch (RunUnderWayException)
        {
            takeBack?.Invoke();
            throw;
        }
    }

    /// <summary>Whole or not at all: a torn marker would hide its run.</summary>
    private static async Task WriteMarker(string marker, RunRecord record, CancellationToken cancellation)
    {
        string torn = $"{marker}.tmp";
        try
        {
            await Failpoints.MarkerWrite.Pass();
            await File.WriteAllBytesAsync(torn, JsonSerializer.SerializeToUtf8Bytes(record, RunFolder.Json), cancellation);
            File.Move(torn, marker);
        }
        catch (IOException e) when (DiskFull.Is(e))
        {
            File.Delete(torn);
            throw JournalException.OfFullDisk(marker, e);
        }
    }

    /// <summary>Whether a run is one of this folder's that was killed: its journal is nobody's.</summary>
    private bool IsLeft(string run) => File.Exists(Path.Combine(stateFolder, $"{run}.json")) && JournalLock.IsFree(Path.Combine(stateFolder, $"{run}.db"));

    /// <summary>A run that was refused before it copied anything leaves nothing behind, as long as the storage lets it.</summary>
    private async Task Withdraw(string run)
    {
        try
        {
            await RunRecord.Withdraw(site, run, CancellationToken.None);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or Azure.RequestFailedException)
        {
            // What ended the run is told; a record too many does no harm.
        }
    }

    private static void TakeBack(JournalLock hold, string marker, string journal)
    {
        hold.Dispose();
        Forget(marker, journal);
    }

    /// <summary>The journal of a run that has ended tells nothing that its report does not.</summary>
    private static void Forget(string marker, string journal)
    {
        File.Delete(marker);
        foreach (string file in Directory.EnumerateFiles(Path.GetDirectoryName(journal)!, $"{Path.GetFileName(journal)}*"))
        {
            File.Delete(file);
        }
    }
}
