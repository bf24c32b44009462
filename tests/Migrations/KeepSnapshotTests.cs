using Mammoth.Migration.Snapshots;
using Mammoth.Orchestrations.Local;
using Mammoth.Orchestrations.Runtime;
using Mammoth.Tests.Runtime;
using Steps = Mammoth.Orchestrations.Migrations;

namespace Mammoth.Tests.Migrations;

/// <summary>Two seats through several turns of shifts, the holders themselves being counters.</summary>
public sealed class KeepSnapshotTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Through_all_turns_somebody_holds_the_snapshot_and_the_seats_turns_do_not_end_together()
    {
        var room = new Room();
        using var journal = new LocalJournal();
        await using LocalHost host = await journal.Open(
            new LocalOptions { Flush = false, MaxActivities = 8, ReplayAlways = true },
            new Registry().AddOrchestration<Steps.KeepSnapshot>().AddActivity(() => new HoldSnapshot(room)));
        foreach (int seat in (int[])[1, 2])
            await host.Start<Steps.KeepSnapshot>($"seat-{seat}", new Steps.KeepSnapshot.Input("run", 1, seat, TimeSpan.FromMilliseconds(20)), Cancellation);
        while (!room.Lasts.Contains((1, 99)) || !room.Lasts.Contains((2, 124)))
            await Task.Delay(20, Cancellation);
        room.Release();
        foreach (int seat in (int[])[1, 2])
            await host.WaitForCompletion<Nothing>($"seat-{seat}", Cancellation).WaitAsync(TimeSpan.FromMinutes(1), Cancellation);

        Assert.True(room.Fewest >= 1, "For a moment nobody held it.");
        Assert.Equal([(1, 49), (1, 99)], room.Lasts.Where(l => l is { Seat: 1, Shift: < 120 }).Order());
        Assert.Equal([(2, 24), (2, 74), (2, 124)], room.Lasts.Where(l => l is { Seat: 2, Shift: < 140 }).Order());
    }

    /// <summary>Who holds, and who is to end without a successor.</summary>
    private sealed class Room
    {
        private readonly Dictionary<int, int> holding = new() { [1] = 0, [2] = 0 };
        private readonly Dictionary<int, int> latest = new() { [1] = -1, [2] = -1 };
        private readonly HashSet<(int Seat, int Shift)> lasts = [];
        private readonly Lock gate = new();
        private bool released;

        public int Fewest { get; private set; } = int.MaxValue;

        public IReadOnlyList<(int Seat, int Shift)> Lasts
        {
            get
            {
                lock (gate)
                    return [.. lasts];
            }
        }

        public void Release()
        {
            lock (gate)
                released = true;
        }

        public void Enter(HolderShift shift)
        {
            lock (gate)
            {
                holding[shift.Seat]++;
                latest[shift.Seat] = Math.Max(latest[shift.Seat], shift.Number);
                if (shift.Most is not null)
                    lasts.Add((shift.Seat, shift.Number));
            }
        }

        /// <summary>As a holder leaves: relieved, over while the other seat holds, or released.</summary>
        public ShiftEnd? TryLeave(HolderShift shift, bool isOver)
        {
            lock (gate)
            {
                ShiftEnd? end = released ? ShiftEnd.Released
                    : latest[shift.Seat] > shift.Number ? ShiftEnd.Relieved
                    : isOver && holding[3 - shift.Seat] > 0 ? ShiftEnd.Over
                    : null;
                if (end is not null)
                {
                    holding[shift.Seat]--;
                    if (!released)
                        Fewest = Math.Min(Fewest, holding[1] + holding[2]);
                }

                return end;
            }
        }
    }

    private sealed class HoldSnapshot(Room room) : Activity<HoldSnapshot, Steps.HoldSnapshot.Input, Steps.HoldSnapshot.Result>
    {
        public override async Task<Steps.HoldSnapshot.Result> Run(ActivityContext context, Steps.HoldSnapshot.Input input)
        {
            room.Enter(input.Shift);
            var since = System.Diagnostics.Stopwatch.StartNew();
            while (true)
            {
                if (room.TryLeave(input.Shift, since.Elapsed >= input.Shift.Most) is { } end)
                    return new(end);
                await Task.Delay(5, context.Cancellation);
            }
        }
    }
}
