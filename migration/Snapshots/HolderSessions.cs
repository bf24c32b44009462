using Mammoth.Migration.Plans;
using Mammoth.Migration.Runs;
using Mammoth.Postgres.Errors;
using Mammoth.Postgres.Sessions;

namespace Mammoth.Migration.Snapshots;

/// <summary>The sessions of one shift: the holder's, and those it lends to reads in its process; their locks are given up where somebody waits behind them and the run says so.</summary>
internal sealed class HolderSessions : IAsyncDisposable
{
    private readonly MigrationSite _site;
    private readonly RunRecord _record;
    private SnapshotHolder? _holder;
    private volatile bool _yields;

    private HolderSessions(MigrationSite site, RunRecord record) => (_site, _record) = (site, record);

    public SnapshotHolder Holder => _holder!;

    /// <summary>Null where reads have connections of their own, under a budget.</summary>
    public SnapshotReaders? Readers { get; private set; }

    /// <param name="token">From whom to take the snapshot over; null: a new one.</param>
    /// <exception cref="SnapshotGoneException">That one does not hold it any more.</exception>
    public static async Task<HolderSessions> Open(MigrationSite site, RunRecord record, string? token, CancellationToken cancellation)
    {
        var sessions = new HolderSessions(site, record);
        try
        {
            await sessions.Open(token, cancellation);
            return sessions;
        }
        catch
        {
            await sessions.DisposeAsync();
            throw;
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (Readers is not null)
        {
            await Readers.DisposeAsync();
        }

        if (_holder is not null)
        {
            await _holder.DisposeAsync();
        }
    }

    private async Task Open(string? token, CancellationToken cancellation)
    {
        SnapshotOptions options = Options();
        _holder = token is null ? await SnapshotHolder.Open(_site.Source, options, cancellation) : await Succeed(token, options, cancellation);
        if (_site.Budget is null)
        {
            await ConnectionRoom.Check(_holder, _record.Options.Slots, cancellation);

            // The readers' locks are taken now: later they would queue behind whoever waits for ours. Under a budget they would be connections of one
            // process that all others lack.
            Readers = await SnapshotReaders.Open(_site.Source, _holder.Token, _record.Options.Slots, options, cancellation);
        }

        if (_yields)
        {
            // Somebody came while they were opened.
            await Yield();
        }
    }

    private SnapshotOptions Options() => new()
    {
        Lock = !_record.Options.NoLock,
        Include = new TableChoice(_record.Options).Has,
        OnWaiter = OnWaiter,
    };

    /// <summary>Takes a snapshot over with locks of its own; where those can't be had, since somebody waits for the tables, without: what is read is compared by file node.</summary>
    private async Task<SnapshotHolder> Succeed(string token, SnapshotOptions options, CancellationToken cancellation)
    {
        try
        {
            return await SnapshotHolder.Succeed(_site.Source, token, options, cancellation);
        }
        catch (TableLockException e)
        {
            await RunWarnings.Tell(_site, _record.RunId, $"A holder of the snapshot was relieved by one without locks: {e.Message}");
            return await SnapshotHolder.Succeed(_site.Source, token, options with { Lock = false }, cancellation);
        }
    }

    private async Task OnWaiter(LockWaiter waiter)
    {
        bool yields = _record.Options.OnLockWaiter == OnLockWaiter.Yield;
        Task told = RunWarnings.Tell(
            _site,
            _record.RunId,
            $"{waiter.Statement ?? waiter.Mode} (process {waiter.ProcessId}) waits behind the lock on {waiter.Table?.ToString() ?? "a table"}, and the application behind it; "
            + (yields ? "the locks are given up." : "it goes on when the tables are copied (--on-lock-waiter yield gives up the locks instead)."));
        if (yields)
        {
            // Before the warning is kept: an application waits for this.
            _yields = true;
            await Yield();
        }

        await told;
    }

    private async Task Yield()
    {
        if (_holder is not null)
        {
            await _holder.Yield();
        }

        if (Readers is not null)
        {
            await Readers.Yield();
        }
    }
}
