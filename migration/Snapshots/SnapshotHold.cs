using System.Diagnostics;
using System.Text.RegularExpressions;
using Mammoth.Iceberg.IO;
using Mammoth.Migration.Errors;
using Mammoth.Migration.Plans;
using Mammoth.Migration.Reports;
using Mammoth.Migration.Runs;
using Mammoth.Postgres.Errors;
using Mammoth.Postgres.Sessions;

namespace Mammoth.Migration.Snapshots;

/// <summary>
/// An epoch's snapshot: taken once, made known by a file in the run's folder, held in shifts (<see cref="Holding"/>) until another file releases it. Files, since
/// its holders and those who read may be processes apart.
/// </summary>
public static partial class SnapshotHold
{
    private static readonly TimeSpan Poll = TimeSpan.FromMilliseconds(200);

    /// <summary>So long a holder believes that a store it can't reach will be there again; a snapshot is worth some patience.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(20);

    /// <summary>So long a shift is that shares its worker with the other holder: the next may come to lie on another.</summary>
    private static readonly TimeSpan Crowded = TimeSpan.FromMinutes(1);

    /// <summary>Holds the epoch's snapshot for one shift: takes it, or takes it over from those who hold it, and keeps it until released or relieved.</summary>
    /// <exception cref="SnapshotLostException">It was taken before, and nobody holds it any more.</exception>
    public static async Task<ShiftEnd> Run(MigrationSite site, string run, HolderShift shift, CancellationToken cancellation)
    {
        RunFolder folder = site.Folder(run);
        RunRecord record = await RunRecord.Read(site, run, cancellation);
        HeldSnapshot? taken = await Taking(folder, shift, cancellation);
        if (taken is null && !shift.IsFirst)
        {
            return ShiftEnd.Released;
        }

        await using Held source = await Hold(site, record, run, shift, taken, cancellation);
        SnapshotHolder holder = source.Holder;
        string token = taken?.Token ?? holder.Token;
        using IDisposable? lent = source.Readers is { } own ? site.Lend(own, token) : null;
        SnapshotHolders.Announcement announced = await SnapshotHolders.Announce(folder, site.Io, shift, site.Worker, holder.Token, cancellation);
        try
        {
            if (taken is null && !await MakeKnown(folder, new HeldSnapshot(shift.Epoch, token, holder.Visible, holder.Lsn, holder.TakenAt), cancellation))
            {
                // An earlier attempt of this very call was first.
                return ShiftEnd.Lost;
            }

            if (taken is null)
            {
                site.Progress.Report(new ProgressEvent.SnapshotTaken(shift.Epoch, holder.TakenAt));
            }

            return await UntilOver(site, run, holder, shift, announced, cancellation);
        }
        finally
        {
            await announced.Leave();
        }
    }

    /// <summary>Waits until the epoch's snapshot is held.</summary>
    /// <exception cref="SnapshotLostException">It was released without having been held: its holder failed.</exception>
    public static async Task<HeldSnapshot> Await(MigrationSite site, string run, int epoch, CancellationToken cancellation)
    {
        RunFolder folder = site.Folder(run);
        while (true)
        {
            if (await folder.TryRead<HeldSnapshot>(folder.Fixed(Taken(epoch)), cancellation) is { } held)
            {
                return held;
            }

            if (await folder.Exists(folder.Fixed(Released(epoch)), cancellation))
            {
                throw new SnapshotLostException($"The snapshot of epoch {epoch} was given up before it was held.");
            }

            await Task.Delay(Poll, cancellation);
        }
    }

    /// <summary>Lets the epoch's holder go.</summary>
    public static async Task Release(MigrationSite site, string run, int epoch, CancellationToken cancellation)
    {
        RunFolder folder = site.Folder(run);
        try
        {
            await folder.Write(folder.Fixed(Released(epoch)), new { epoch }, cancellation);
        }
        catch (PreconditionFailedException)
        {
            // Released before.
        }
    }

    /// <summary>The snapshots a run has read, in order.</summary>
    public static async Task<IReadOnlyList<HeldSnapshot>> All(MigrationSite site, string run, CancellationToken cancellation)
    {
        RunFolder folder = site.Folder(run);
        var all = new List<HeldSnapshot>();

        // An epoch whose snapshot could not be taken has none: the later ones count all the same.
        await foreach (FileEntry file in site.Io.List(folder.Fixed("snapshots/"), cancellation))
        {
            string name = file.Location[(file.Location.LastIndexOf('/') + 1)..];
            if (file.Location == folder.Fixed($"snapshots/{name}") && TakenName().IsMatch(name))
            {
                all.Add(await folder.Read<HeldSnapshot>(file.Location, cancellation));
            }
        }

        all.Sort((a, b) => a.Epoch.CompareTo(b.Epoch));
        return all;
    }

    /// <summary>The snapshot as it was taken; where this shift is to take it, or it was released, null.</summary>
    private static async Task<HeldSnapshot?> Taking(RunFolder folder, HolderShift shift, CancellationToken cancellation)
    {
        while (true)
        {
            if (await folder.TryRead<HeldSnapshot>(folder.Fixed(Taken(shift.Epoch)), cancellation) is { } held)
            {
                return held;
            }

            if (shift.IsFirst || await folder.Exists(folder.Fixed(Released(shift.Epoch)), cancellation))
            {
                return null;
            }

            await Task.Delay(Poll, cancellation);
        }
    }

    /// <returns>Whether it was not known yet.</returns>
    private static async Task<bool> MakeKnown(RunFolder folder, HeldSnapshot snapshot, CancellationToken cancellation)
    {
        try
        {
            await folder.Write(folder.Fixed(Taken(snapshot.Epoch)), snapshot, cancellation);
            return true;
        }
        catch (PreconditionFailedException)
        {
            return false;
        }
    }

    private static async Task<Held> Hold(MigrationSite site, RunRecord record, string run, HolderShift shift, HeldSnapshot? taken, CancellationToken cancellation)
    {
        if (taken is null)
        {
            return await Hold(site, record, null, cancellation);
        }

        try
        {
            return await SnapshotHolders.Take(site, run, taken.Token, token => Hold(site, record, token, cancellation), cancellation);
        }
        catch (SnapshotGoneException)
        {
            throw Lost(shift.Epoch);
        }
    }

    /// <param name="token">From whom to take the snapshot over; null: a new one.</param>
    private static async Task<Held> Hold(MigrationSite site, RunRecord record, string? token, CancellationToken cancellation)
    {
        NamePattern[] include = [.. record.Options.Include.Select(p => new NamePattern(p))];
        NamePattern[] exclude = [.. record.Options.Exclude.Select(p => new NamePattern(p))];
        bool asked = false;
        Func<Task> yield = () =>
        {
            asked = true;
            return Task.CompletedTask;
        };
        var options = new SnapshotOptions
        {
            Lock = !record.Options.NoLock,
            Include = name => (include.Length == 0 || include.Any(p => p.Matches(name))) && !exclude.Any(p => p.Matches(name)),
            OnWaiter = async waiter =>
            {
                bool yields = record.Options.OnLockWaiter == OnLockWaiter.Yield;
                Task told = RunWarnings.Tell(
                    site,
                    record.RunId,
                    $"{waiter.Statement ?? waiter.Mode} (process {waiter.ProcessId}) waits behind the lock on {waiter.Table?.ToString() ?? "a table"}, and the application behind it; "
                    + (yields ? "the locks are given up." : "it goes on when the tables are copied (--on-lock-waiter yield gives up the locks instead)."));
                if (yields)
                {
                    // Before the warning is kept: an application waits for this.
                    await yield();
                }

                await told;
            },
        };
        SnapshotHolder? holder = null;
        try
        {
            holder = token is null ? await SnapshotHolder.Open(site.Source, options, cancellation) : await Succeed(site, record.RunId, token, options, cancellation);
            if (site.Budget is null)
            {
                await CheckRoom(holder, record.Options.Slots, cancellation);
            }

            // The readers' locks are taken now: later they would queue behind whoever waits for ours. Under a budget they would be connections of one
            // process that all others lack.
            SnapshotReaders? readers = site.Budget is null ? await SnapshotReaders.Open(site.Source, holder.Token, record.Options.Slots, options, cancellation) : null;
            SnapshotHolder held = holder;
            yield = async () =>
            {
                await held.Yield();
                if (readers is not null)
                {
                    await readers.Yield();
                }
            };
            if (asked)
            {
                await yield();
            }

            return new Held(holder, readers);
        }
        catch
        {
            if (holder is not null)
            {
                await holder.DisposeAsync();
            }

            throw;
        }
    }

    /// <summary>A limit that can't be kept is told at once: waiting for connections to become free would not help.</summary>
    private static async Task CheckRoom(SnapshotHolder holder, int slots, CancellationToken cancellation)
    {
        int needed = slots + (holder.IsLocking ? 2 : 1);
        if (await holder.ConnectionLimit(cancellation) is { } limit && limit < needed)
        {
            throw new SourceRefusedException(
                $"This role may have {limit} connections to this database at a time (CONNECTION LIMIT), and this run needs {needed}: {slots} to copy, and {needed - slots} to hold the snapshot{(holder.IsLocking ? " and the locks" : "")}.",
                $"Use fewer at a time (--slots), or raise the CONNECTION LIMIT of the role and the database to {needed} or more; pg_dump, for the schema, takes one beside them.");
        }
    }

    /// <summary>Takes a snapshot over with locks of its own; where those can't be had, since somebody waits for the tables, without: what is read is compared by file node.</summary>
    private static async Task<SnapshotHolder> Succeed(MigrationSite site, string run, string token, SnapshotOptions options, CancellationToken cancellation)
    {
        try
        {
            return await SnapshotHolder.Succeed(site.Source, token, options, cancellation);
        }
        catch (TableLockException e)
        {
            await RunWarnings.Tell(site, run, $"A holder of the snapshot was relieved by one without locks: {e.Message}");
            return await SnapshotHolder.Succeed(site.Source, token, options with { Lock = false }, cancellation);
        }
    }

    private static async Task<ShiftEnd> UntilOver(MigrationSite site, string run, SnapshotHolder holder, HolderShift shift, SnapshotHolders.Announcement announced, CancellationToken cancellation)
    {
        RunFolder folder = site.Folder(run);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellation, holder.Lost);
        try
        {
            var held = Stopwatch.StartNew();
            var unheard = Stopwatch.StartNew();
            while (true)
            {
                if (await Ended(site, folder, shift, announced, held.Elapsed, unheard, either.Token) is { } end)
                {
                    return end;
                }

                await Task.Delay(Poll, either.Token);
            }
        }
        catch (OperationCanceledException) when (holder.Lost.IsCancellationRequested && !cancellation.IsCancellationRequested)
        {
            await RunWarnings.Tell(site, run, $"A holder of the snapshot of epoch {shift.Epoch} lost its session: {holder.LostBecause?.Message}");
            return ShiftEnd.Lost;
        }
    }

    private static async Task<ShiftEnd?> Ended(MigrationSite site, RunFolder folder, HolderShift shift, SnapshotHolders.Announcement announced, TimeSpan held, Stopwatch unheard, CancellationToken cancellation)
    {
        try
        {
            bool released = await folder.Exists(folder.Fixed(Released(shift.Epoch)), cancellation);
            ShiftEnd? end = released ? ShiftEnd.Released : null;
            if (!released && await announced.Renew(cancellation) && site.Holding != Holding.ByOne)
            {
                end = EndBeside(site, shift, held, await SnapshotHolders.Of(folder, site.Io, shift.Epoch, cancellation));
            }

            unheard.Restart();
            return end;
        }
        catch (Exception e) when (unheard.Elapsed < Patience && SourceErrors.Translate(e) is { IsTransient: true })
        {
            return null;
        }
    }

    /// <summary>Whether a shift ends in view of who else holds the snapshot. While nobody else does, it stays.</summary>
    private static ShiftEnd? EndBeside(MigrationSite site, HolderShift shift, TimeSpan held, IReadOnlyList<SnapshotHolders.Notice> holders)
    {
        if (holders.Any(h => h.Seat == shift.Seat && h.Shift > shift.Number))
        {
            return ShiftEnd.Relieved;
        }

        SnapshotHolders.Notice[] others = [.. holders.Where(h => h.Seat != shift.Seat && h.Until > DateTimeOffset.UtcNow)];
        bool isCrowded = held >= Crowded && shift.Seat > 1 && others.Any(h => h.Worker == site.Worker);
        return others.Length > 0 && (held >= shift.Most || isCrowded) ? ShiftEnd.Over : null;
    }

    private static SnapshotLostException Lost(int epoch) => new($"The snapshot of epoch {epoch} went with the process that held it.");

    [GeneratedRegex(@"^\d+\.json$", RegexOptions.CultureInvariant)]
    private static partial Regex TakenName();

    private static string Taken(int epoch) => $"snapshots/{epoch}.json";

    private static string Released(int epoch) => $"snapshots/{epoch}-released.json";

    private sealed record Held(SnapshotHolder Holder, SnapshotReaders? Readers) : IAsyncDisposable
    {
        public async ValueTask DisposeAsync()
        {
            if (Readers is not null)
            {
                await Readers.DisposeAsync();
            }

            await Holder.DisposeAsync();
        }
    }
}

/// <summary>A snapshot that is or was held.</summary>
/// <param name="Token">The holder's token: what <c>pg_export_snapshot</c> gave, and a fingerprint of what it sees.</param>
/// <param name="Visible"><c>pg_current_snapshot()</c>.</param>
public sealed record HeldSnapshot(int Epoch, string Token, string Visible, string? Lsn, DateTimeOffset TakenAt);
