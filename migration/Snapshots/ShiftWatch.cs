using System.Diagnostics;
using Mammoth.Migration.Errors;
using Mammoth.Migration.Runs;
using Mammoth.Postgres.Sessions;

namespace Mammoth.Migration.Snapshots;

/// <summary>Watches a shift until it ends: released, relieved by a successor, as long as it was to be, or lost with its session.</summary>
/// <param name="announced">The shift's own file, which is kept fresh meanwhile.</param>
internal sealed class ShiftWatch(MigrationSite site, string run, HolderShift shift, SnapshotHolder holder, HolderAnnouncement announced)
{
    /// <summary>So long a holder believes that a store it can't reach will be there again; a snapshot is worth some patience.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(20);

    /// <summary>So long a shift is that shares its worker with the other holder: the next may come to lie on another.</summary>
    private static readonly TimeSpan Crowded = TimeSpan.FromMinutes(1);

    /// <summary>How often a shift looks who else holds the snapshot: a listing of the store each time.</summary>
    private static readonly TimeSpan Look = TimeSpan.FromSeconds(1);

    private readonly RunFolder _folder = site.Folder(run);
    private readonly Stopwatch _held = Stopwatch.StartNew();
    private readonly Stopwatch _unheard = Stopwatch.StartNew();
    private Stopwatch? _looked;

    public async Task<ShiftEnd> UntilOver(CancellationToken cancellation)
    {
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellation, holder.Lost);
        try
        {
            while (true)
            {
                if (await Ended(either.Token) is { } end)
                {
                    return end;
                }

                await Task.Delay(SnapshotRelease.Poll, either.Token);
            }
        }
        catch (OperationCanceledException) when (holder.Lost.IsCancellationRequested && !cancellation.IsCancellationRequested)
        {
            await RunWarnings.Tell(site, run, $"A holder of the snapshot of epoch {shift.Epoch} lost its session: {holder.LostBecause?.Message}");
            return ShiftEnd.Lost;
        }
    }

    private async Task<ShiftEnd?> Ended(CancellationToken cancellation)
    {
        if (site.HasReleased(run, shift.Epoch))
        {
            return ShiftEnd.Released;
        }

        try
        {
            ShiftEnd? end = await SnapshotRelease.IsGiven(_folder, shift.Epoch, cancellation) ? ShiftEnd.Released : null;
            if (end is null)
            {
                await announced.Renew(cancellation);
                end = await EndedByOthers(cancellation);
            }

            _unheard.Restart();
            return end;
        }
        catch (Exception e) when (_unheard.Elapsed < Patience && SourceErrors.Translate(e) is { IsTransient: true, NeedsSomebody: false })
        {
            return null;
        }
    }

    /// <summary>Whether it ends in view of who else holds the snapshot. While nobody else does, it stays.</summary>
    private async Task<ShiftEnd?> EndedByOthers(CancellationToken cancellation)
    {
        if (site.Holding == Holding.ByOne || _looked?.Elapsed < Look)
        {
            return null;
        }

        _looked = Stopwatch.StartNew();
        IReadOnlyList<SnapshotHolders.Notice> holders = await SnapshotHolders.Of(_folder, site.Io, shift.Epoch, cancellation);
        if (holders.Any(h => h.Seat == shift.Seat && h.Shift > shift.Number))
        {
            return ShiftEnd.Relieved;
        }

        SnapshotHolders.Notice[] others = [.. holders.Where(h => h.Seat != shift.Seat && h.Until > DateTimeOffset.UtcNow)];
        bool isCrowded = _held.Elapsed >= Crowded && shift.Seat > 1 && others.Any(h => h.Worker == site.Worker);
        return others.Length > 0 && (_held.Elapsed >= shift.Most || isCrowded) ? ShiftEnd.Over : null;
    }
}
