using System.Diagnostics;
using Mammoth.Migration.Plans;
using Mammoth.Migration.Runs;
using Mammoth.Migration.Snapshots;
using Mammoth.Postgres.Errors;
using Mammoth.Postgres.Sessions;
using Mammoth.Tests.Fixtures;
using Mammoth.Tests.Migrations;

namespace Mammoth.Tests.Snapshots;

/// <summary>Shifts of holders, without an orchestration around them.</summary>
public sealed class SnapshotHoldTests(PostgresFixture postgres)
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_shift_that_is_over_stays_while_nobody_else_holds_the_snapshot()
    {
        using var warehouse = new MigrationWarehouse();
        (MigrationSite site, string run) = await Begin(warehouse);
        Task<ShiftEnd> first = SnapshotHold.Run(site, run, new HolderShift(1, 1, 0, TimeSpan.FromSeconds(1)), Cancellation);
        string token = (await HeldSnapshot.Await(site, run, 1, Cancellation)).Token;
        var since = Stopwatch.StartNew();
        lock (warehouse.Store.Listed)
            warehouse.Store.Listed.Clear();
        await Task.Delay(TimeSpan.FromSeconds(3), Cancellation);
        Assert.False(first.IsCompleted, "It left, and nobody was there.");
        lock (warehouse.Store.Listed)
            Assert.InRange(warehouse.Store.Listed.Count, 1, since.Elapsed.TotalSeconds + 2);

        Task<ShiftEnd> second = SnapshotHold.Run(site, run, new HolderShift(1, 2, 0), Cancellation);
        Assert.Equal(ShiftEnd.Over, await first.WaitAsync(TimeSpan.FromSeconds(30), Cancellation));
        await using (var reader = await site.Read(run, token, Cancellation))
            Assert.Equal(token.Split('@')[1], reader.Token.Split('@')[1]);

        // Its seat's next shift takes the snapshot over from the other seat's.
        Task<ShiftEnd> third = SnapshotHold.Run(site, run, new HolderShift(1, 1, 1), Cancellation);
        await SnapshotRelease.Give(site, run, 1, Cancellation);
        Assert.Equal([ShiftEnd.Released, ShiftEnd.Released], await Task.WhenAll(second, third));
    }

    [Fact]
    public async Task Who_reads_goes_to_whoever_held_the_snapshot_last_and_asks_no_holder_that_is_known_to_have_left()
    {
        using var warehouse = new MigrationWarehouse();
        (MigrationSite site, string run) = await Begin(warehouse);
        var over = TimeSpan.FromMilliseconds(1);
        Task<ShiftEnd> first = SnapshotHold.Run(site, run, new HolderShift(1, 1, 0, over), Cancellation);
        string token = (await HeldSnapshot.Await(site, run, 1, Cancellation)).Token;
        Assert.Equal([token], await Tried());

        Task<ShiftEnd> second = SnapshotHold.Run(site, run, new HolderShift(1, 2, 0), Cancellation);
        Assert.Equal(ShiftEnd.Over, await first);
        string successor = (await SnapshotHolders.Of(site.Folder(run), site.Io, 1, Cancellation)).Single().Token;
        await Gone(token);
        Assert.Equal([token, successor], await Tried());
        Assert.Equal([successor], await Tried());

        Task<ShiftEnd> third = SnapshotHold.Run(site, run, new HolderShift(1, 2, 1), Cancellation);
        Assert.Equal(ShiftEnd.Relieved, await second);
        string last = (await SnapshotHolders.Of(site.Folder(run), site.Io, 1, Cancellation)).Single().Token;
        await Gone(successor);
        Assert.Equal([successor, last], await Tried());
        Assert.Equal([last], await Tried());
        await SnapshotRelease.Give(site, run, 1, Cancellation);
        Assert.Equal(ShiftEnd.Released, await third);
        await Gone(last);
        await Assert.ThrowsAsync<SnapshotGoneException>(Tried);

        // A server's process sees a moment later that its client has left.
        async Task Gone(string held)
        {
            for (int i = 0; ; i++)
            {
                try
                {
                    await using SnapshotReader reader = await SnapshotReader.Open(site.Source, held, Cancellation);
                }
                catch (SnapshotGoneException)
                {
                    return;
                }

                Assert.True(i < 200, "the snapshot of a holder that has left is still there");
                await Task.Delay(50, Cancellation);
            }
        }

        async Task<string[]> Tried()
        {
            var tried = new List<string>();
            await SnapshotHolders.Take(
                site,
                run,
                token,
                async held =>
                {
                    tried.Add(held);
                    await using SnapshotReader reader = await SnapshotReader.Open(site.Source, held, Cancellation);
                    return tried;
                },
                Cancellation);
            return [.. tried];
        }
    }

    [Fact]
    public async Task A_successor_that_comes_when_the_snapshot_is_released_and_its_holders_are_gone_has_lost_nothing()
    {
        using var warehouse = new MigrationWarehouse();
        (MigrationSite site, string run) = await Begin(warehouse);
        Task<ShiftEnd> first = SnapshotHold.Run(site, run, new HolderShift(1, 1, 0), Cancellation);
        await HeldSnapshot.Await(site, run, 1, Cancellation);
        await SnapshotRelease.Give(site, run, 1, Cancellation);
        Assert.Equal(ShiftEnd.Released, await first);
        Assert.Equal(ShiftEnd.Released, await SnapshotHold.Run(site, run, new HolderShift(1, 1, 1), Cancellation));
    }

    [Fact]
    public async Task A_shift_whose_predecessors_are_all_gone_tells_the_loss()
    {
        using var warehouse = new MigrationWarehouse();
        (MigrationSite site, string run) = await Begin(warehouse);
        using (var dies = CancellationTokenSource.CreateLinkedTokenSource(Cancellation))
        {
            Task<ShiftEnd> first = SnapshotHold.Run(site, run, new HolderShift(1, 1, 0), dies.Token);
            await HeldSnapshot.Await(site, run, 1, Cancellation);
            await dies.CancelAsync();
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => first);
        }

        foreach (HolderShift later in (HolderShift[])[new(1, 1, 0), new(1, 1, 1), new(1, 2, 0)])
            await Assert.ThrowsAsync<Mammoth.Migration.Errors.SnapshotLostException>(() => SnapshotHold.Run(site, run, later, Cancellation));
    }

    [Fact]
    public async Task A_second_holder_of_a_snapshot_that_is_never_taken_is_released()
    {
        using var warehouse = new MigrationWarehouse();
        (MigrationSite site, string run) = await Begin(warehouse);
        Task<ShiftEnd> second = SnapshotHold.Run(site, run, new HolderShift(1, 2, 0), Cancellation);
        await SnapshotRelease.Give(site, run, 1, Cancellation);
        Assert.Equal(ShiftEnd.Released, await second.WaitAsync(TimeSpan.FromSeconds(30), Cancellation));
    }

    [Fact]
    public async Task An_epoch_without_a_snapshot_hides_none_that_came_later()
    {
        using var warehouse = new MigrationWarehouse();
        (MigrationSite site, string run) = await Begin(warehouse);
        RunFolder folder = site.Folder(run);
        foreach (int epoch in (int[])[1, 3, 12])
            await folder.Write(folder.Fixed($"snapshots/{epoch}.json"), new HeldSnapshot(epoch, $"token-{epoch}", "1:1:", null, DateTimeOffset.UnixEpoch), Cancellation);
        await SnapshotRelease.Give(site, run, 2, Cancellation);

        // As an earlier version left them.
        await folder.Write(folder.Fixed("snapshots/2-released.json"), new { epoch = 2 }, Cancellation);
        await folder.Write(folder.Fixed("snapshots/held/12-1-00000-x.json"), new SnapshotHolders.Notice(12, 1, 0, "worker", "token", DateTimeOffset.UnixEpoch), Cancellation);
        Assert.Equal([1, 3, 12], (await HeldSnapshot.All(site, run, Cancellation)).Select(s => s.Epoch));
    }

    private async Task<(MigrationSite Site, string Run)> Begin(MigrationWarehouse warehouse)
    {
        string source = await postgres.CreateDatabaseAsync("shifts", Cancellation);
        MigrationSite site = await warehouse.Site(source, Cancellation);
        site = new MigrationSite(site.Source, site.Io, site.Catalog, site.Progress) { Holding = new Holding(2, TimeSpan.FromMinutes(5)) };
        var record = new RunRecord(RunRecord.NewId(DateTimeOffset.UtcNow), new MigrationOptions { Slots = 1 }, site.SourceName, DateTimeOffset.UtcNow);
        await RunRecord.Begin(site, record, Cancellation);
        return (site, record.RunId);
    }
}
