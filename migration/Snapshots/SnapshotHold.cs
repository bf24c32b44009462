using Mammoth.Migration.Errors;
using Mammoth.Migration.Reports;
using Mammoth.Migration.Runs;
using Mammoth.Postgres.Errors;
using Mammoth.Postgres.Sessions;

namespace Mammoth.Migration.Snapshots;

/// <summary>
/// An epoch's snapshot: taken once (<see cref="HeldSnapshot"/>), held in shifts (<see cref="Holding"/>) until it is released (<see cref="SnapshotRelease"/>). Its holders
/// and those who read may be processes apart: what they know of each other are files in the run's folder.
/// </summary>
public static class SnapshotHold
{
    /// <summary>Holds the epoch's snapshot for one shift: takes it, or takes it over from those who hold it, and keeps it until released or relieved.</summary>
    /// <exception cref="SnapshotLostException">It was taken before, and nobody holds it any more.</exception>
    public static async Task<ShiftEnd> Run(MigrationSite site, string run, HolderShift shift, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(site);
        ArgumentNullException.ThrowIfNull(shift);
        RunFolder folder = site.Folder(run);
        RunRecord record = await RunRecord.Read(site, run, cancellation);
        HeldSnapshot? taken = shift.IsFirst ? await HeldSnapshot.TryRead(folder, shift.Epoch, cancellation) : await HeldSnapshot.TryAwait(folder, shift.Epoch, cancellation);
        if (taken is null && !shift.IsFirst)
        {
            return ShiftEnd.Released;
        }

        if (taken is null)
        {
            site.Unrelease(run, shift.Epoch);
        }

        await using HolderSessions? sessions = taken is null ? await HolderSessions.Open(site, record, null, cancellation) : await TakeOver(site, record, taken, cancellation);
        if (sessions is null)
        {
            return ShiftEnd.Released;
        }

        SnapshotHolder holder = sessions.Holder;
        string token = taken?.Token ?? holder.Token;
        using IDisposable? lent = sessions.Readers is { } own ? site.Lend(own, token) : null;
        HolderAnnouncement announced = await HolderAnnouncement.Make(folder, site.Io, shift, site.Worker, holder.Token, cancellation);
        try
        {
            if (taken is null)
            {
                if (!await new HeldSnapshot(shift.Epoch, token, holder.Visible, holder.Lsn, holder.TakenAt).MakeKnown(folder, cancellation))
                {
                    // An earlier attempt of this very call was first.
                    return ShiftEnd.Lost;
                }

                site.Progress.Report(new ProgressEvent.SnapshotTaken(shift.Epoch, holder.TakenAt));
            }

            return await new ShiftWatch(site, run, shift, holder, announced).UntilOver(cancellation);
        }
        finally
        {
            await announced.Leave();
        }
    }

    /// <summary>Null where the snapshot was released, and those who held it went, meanwhile.</summary>
    private static async Task<HolderSessions?> TakeOver(MigrationSite site, RunRecord record, HeldSnapshot taken, CancellationToken cancellation)
    {
        try
        {
            return await SnapshotHolders.Take(site, record.RunId, taken.Token, token => HolderSessions.Open(site, record, token, cancellation), cancellation);
        }
        catch (SnapshotGoneException)
        {
            return await SnapshotRelease.IsGiven(site.Folder(record.RunId), taken.Epoch, cancellation)
                ? null
                : throw new SnapshotLostException($"The snapshot of epoch {taken.Epoch} went with the process that held it.");
        }
    }
}
