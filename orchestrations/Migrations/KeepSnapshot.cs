using Mammoth.Migration.Snapshots;
using Mammoth.Orchestrations.Runtime;

namespace Mammoth.Orchestrations.Migrations;

/// <summary>
/// One of the holders of an epoch's snapshot, in shifts: a successor starts while the one before it still holds, which leaves once it is relieved. Continues as new
/// after <see cref="ShiftsPerTurn"/> shifts; the last of a turn ends without a successor, since no call may be open then, and the other holder bridges the gap: the
/// second's turns end half a turn after the first's, and a shift does not end like that while nobody else holds the snapshot.
/// </summary>
public sealed class KeepSnapshot : LoopingOrchestration<KeepSnapshot, KeepSnapshot.Input, Nothing>
{
    private const int ShiftsPerTurn = 50;

    /// <summary>Before a shift whose predecessor lost its session.</summary>
    private static readonly TimeSpan Breath = TimeSpan.FromSeconds(1);

    /// <param name="Seat">Which of the holders, from 1.</param>
    /// <param name="Shift">How long a shift is; null: as long as it takes.</param>
    /// <param name="First">The turn's first shift.</param>
    public sealed record Input(string Run, int Epoch, int Seat, TimeSpan? Shift, int First = 0);

    public override async Task<Next<Input, Nothing>> Run(OrchestrationContext context, Input input)
    {
        // The second holder's first turn is half as long.
        int end = input.First + (input.First == 0 && input.Seat > 1 ? ShiftsPerTurn / 2 : ShiftsPerTurn);
        for (int number = input.First; number < end; number++)
        {
            bool last = number == end - 1;
            Task<HoldSnapshot.Result> holding = Hold(context, input, number, last);
            while (!last && input.Shift is { } length && await Task.WhenAny(holding, context.Sleep(length)) != holding)
            {
                number++;
                last = number == end - 1;
                Task<HoldSnapshot.Result> successor = Hold(context, input, number, last);
                await holding;
                holding = successor;
            }

            ShiftEnd ended = (await holding).End;
            if (ended == ShiftEnd.Released)
            {
                return Done(default);
            }

            if (ended == ShiftEnd.Lost)
            {
                await context.Sleep(Breath);
            }
        }

        return Again(input with { First = end });
    }

    private static Task<HoldSnapshot.Result> Hold(OrchestrationContext context, Input input, int number, bool last) =>
        HoldSnapshot.Call(context, new(input.Run, new HolderShift(input.Epoch, input.Seat, number, last ? input.Shift : null)), Retries.Lasting);
}
