using System.Diagnostics;
using Mammoth.Iceberg.IO;
using Mammoth.Migration.Errors;
using Mammoth.Migration.Plans;
using Mammoth.Migration.Reports;
using Mammoth.Migration.Runs;
using Mammoth.Postgres.Sessions;

namespace Mammoth.Migration.Snapshots;

/// <summary>
/// An epoch's snapshot: taken once, made known by a file in the run's folder, held until another file releases it. Files, since the
/// holder and those who read may be processes apart.
/// </summary>
public static class SnapshotHold
{
    private static readonly TimeSpan Poll = TimeSpan.FromMilliseconds(200);

    /// <summary>So long a holder believes that a store it can't reach will be there again; a snapshot is worth some patience.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(20);

    /// <summary>Takes the snapshot and holds it until it is released.</summary>
    /// <returns>How long it was held.</returns>
    /// <exception cref="SnapshotLostException">It was lost, or had been taken before by a holder that is gone.</exception>
    public static async Task<TimeSpan> Run(MigrationSite site, string run, int epoch, CancellationToken cancellation)
    {
        RunFolder folder = site.Folder(run);
        if (await folder.Exists(folder.Fixed(Taken(epoch)), cancellation))
        {
            throw Lost(epoch);
        }

        var held = Stopwatch.StartNew();
        RunRecord record = await RunRecord.Read(site, run, cancellation);
        await using Held source = await Take(site, record, cancellation);
        SnapshotHolder holder = source.Holder;
        var snapshot = new HeldSnapshot(epoch, holder.Token, holder.Visible, holder.Lsn, holder.TakenAt);
        using IDisposable? lent = source.Readers is { } own ? site.Lend(own) : null;
        try
        {
            await folder.Write(folder.Fixed(Taken(epoch)), snapshot, cancellation);
        }
        catch (PreconditionFailedException)
        {
            throw Lost(epoch);
        }

        site.Progress.Report(new ProgressEvent.SnapshotTaken(epoch, holder.TakenAt));
        await UntilReleased(folder, holder, epoch, cancellation);
        return held.Elapsed;
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
        for (int epoch = 1; await folder.TryRead<HeldSnapshot>(folder.Fixed(Taken(epoch)), cancellation) is { } held; epoch++)
        {
            all.Add(held);
        }

        return all;
    }

    private static async Task<Held> Take(MigrationSite site, RunRecord record, CancellationToken cancellation)
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
            OnWaiter = waiter =>
            {
                bool yields = record.Options.OnLockWaiter == OnLockWaiter.Yield;
                site.Progress.Report(new ProgressEvent.Warning(
                    $"{waiter.Statement ?? waiter.Mode} (process {waiter.ProcessId}) waits behind the lock on {waiter.Table?.ToString() ?? "a table"}, and the application behind it; "
                    + (yields ? "the locks are given up." : "it goes on when the tables are copied (--on-lock-waiter yield gives up the locks instead).")));
                return yields ? yield() : Task.CompletedTask;
            },
        };
        SnapshotHolder? holder = null;
        try
        {
            holder = await SnapshotHolder.Open(site.Source, options, cancellation);

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

    private static async Task UntilReleased(RunFolder folder, SnapshotHolder holder, int epoch, CancellationToken cancellation)
    {
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellation, holder.Lost);
        try
        {
            var unheard = Stopwatch.StartNew();
            while (!await IsReleased(folder, epoch, unheard, either.Token))
            {
                await Task.Delay(Poll, either.Token);
            }
        }
        catch (OperationCanceledException) when (holder.Lost.IsCancellationRequested && !cancellation.IsCancellationRequested)
        {
            throw new SnapshotLostException($"The snapshot of epoch {epoch} was lost: {holder.LostBecause?.Message}", holder.LostBecause);
        }
    }

    private static async Task<bool> IsReleased(RunFolder folder, int epoch, Stopwatch unheard, CancellationToken cancellation)
    {
        try
        {
            bool released = await folder.Exists(folder.Fixed(Released(epoch)), cancellation);
            unheard.Restart();
            return released;
        }
        catch (Exception e) when (unheard.Elapsed < Patience && SourceErrors.Translate(e) is { IsTransient: true })
        {
            return false;
        }
    }

    private static SnapshotLostException Lost(int epoch) => new($"The snapshot of epoch {epoch} went with the process that held it.");

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
