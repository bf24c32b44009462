using Mammoth.Migration.Errors;
using Mammoth.Migration.Plans;
using Mammoth.Migration.Snapshots;
using Mammoth.Orchestrations.Runtime;

namespace Mammoth.Orchestrations.Migrations;

/// <summary>
/// A full migration: hold a snapshot, plan, copy and prove every table, publish all at once, report. Where the snapshot is lost
/// (its holder's process died), tables not finished start again under a new one. What may pass interrupts the run, which then waits for
/// <see cref="GoOn"/>; what can't pass ends it.
/// </summary>
public sealed class MigrateDatabase : Orchestration<MigrateDatabase, MigrateDatabase.Input, MigrateDatabase.Result>
{
    /// <summary>Tables of one child orchestration: keeps each history short, however many tables there are.</summary>
    private const int GroupSize = 100;

    /// <summary>Snapshots a run may lose in a row, without one table getting done, before it is interrupted.</summary>
    private const int FruitlessEpochs = 20;

    /// <param name="Slots">Copies at a time.</param>
    public sealed record Input(string Run, OnError OnError, int Slots)
    {
        /// <summary>How the snapshot is held.</summary>
        public Holding Holding { get; init; } = Holding.ByOne;
    }

    /// <param name="Report">The report's location.</param>
    public sealed record Result(string Report, bool Succeeded, bool Published);

    public override async Task<Result> Run(OrchestrationContext context, Input input)
    {
        var course = new RunCourse(context);
        PublishRun.Result published;
        try
        {
            var recorded = new List<string>();
            bool publish = await RunEpochs(context, input, recorded, course);
            course.Show(RunPhase.Publishing);
            published = await course.Outlast(() => PublishRun.Call(context, new(input.Run, recorded, publish), Retries.Lasting));
        }
        catch (OperationCanceledException)
        {
            course.Show(RunPhase.Sweeping);
            await Sweep(context, input);
            throw;
        }
        catch (FailureException e)
        {
            string? swept = await Sweep(context, input);
            throw swept is null ? e : new FailureException(e.Failure with { Message = $"{e.Failure.Message.TrimEnd('.')}. {swept}" }, e);
        }

        await Sweep(context, input);
        course.Show(RunPhase.Done);
        return new(published.Report, published.Succeeded, published.Published);
    }

    /// <returns>Whether to publish: no table failed, or the run goes on where one does.</returns>
    private static async Task<bool> RunEpochs(OrchestrationContext context, Input input, List<string> recorded, RunCourse course)
    {
        int vain = 0;
        bool wentOn = false;
        for (int epoch = 1; ; epoch++)
        {
            Epoch done = await RunEpoch(context, input, epoch, recorded, course);
            recorded.AddRange(done.Recorded);
            vain = done.Staged > 0 ? 0 : vain + 1;
            if (done.Failed && input.OnError == OnError.Stop)
            {
                return false;
            }

            if (done.Interrupted is null && !done.Lost)
            {
                return true;
            }

            if (done.Interrupted is { } failure)
            {
                if (input.OnError == OnError.Continue && done.IsRecorded && wentOn && vain > 0)
                {
                    // Again, and of all tables only of those: they must not hold up the others for ever.
                    return true;
                }

                await course.Interrupt(failure);
                wentOn = true;
                continue;
            }

            wentOn = false;
            if (vain >= FruitlessEpochs)
            {
                vain = 0;
                await course.Interrupt(new(nameof(SnapshotLostException), $"The source's snapshot was lost {FruitlessEpochs} times without one table getting done. What ends the connection? Look at the server's log, idle timeouts and proxies between."));
            }
        }
    }

    private static async Task<Epoch> RunEpoch(OrchestrationContext context, Input input, int epoch, List<string> recorded, RunCourse course)
    {
        course.Begin(epoch);
        Task<Nothing>[] holders = [.. Enumerable.Range(1, input.Holding.Holders).Select(seat => KeepSnapshot.Call(context, new(input.Run, epoch, seat, input.Holding.Shift)))];
        Task<AwaitSnapshot.Result> held = AwaitSnapshot.Call(context, new(input.Run, epoch), Retries.Lasting);
        try
        {
            if (await Task.WhenAny(holders[0], held) == holders[0])
            {
                // It ends before its snapshot is known only where it fails.
                await holders[0];
            }

            AwaitSnapshot.Result snapshot = await held;
            course.Show(RunPhase.Planning);
            MakePlan.Result plan = await MakePlan.Call(context, new(input.Run, epoch, snapshot.Token, recorded), Retries.Lasting);
            course.Copy(plan.Folder);
            return Epoch.Of(await MigrateGroups(context, input, epoch, snapshot.Token, plan));
        }
        catch (FailureException e) when (e.Failure.Type == nameof(SnapshotLostException))
        {
            return new([], 0, Failed: false, Lost: true, Interrupted: null, IsRecorded: true);
        }
        catch (FailureException e) when (e.Failure.Transient)
        {
            return new([], 0, Failed: false, Lost: false, e.Failure, IsRecorded: false);
        }
        finally
        {
            await Ended(ReleaseSnapshot.Call(context.Cleanup, new(input.Run, epoch), Retries.Lasting));
            foreach (Task<Nothing> holder in holders)
            {
                await Ended(holder);
            }

            await Ended(held);
        }
    }

    private static Task<IReadOnlyList<MigrateTables.Result>> MigrateGroups(OrchestrationContext context, Input input, int epoch, string token, MakePlan.Result plan)
    {
        bool failed = false;
        int groups = (plan.Tables + GroupSize - 1) / GroupSize;
        return context.Window(
            [.. Enumerable.Range(0, groups)],
            width: 2,
            async group =>
            {
                int from = group * GroupSize;
                MigrateTables.Result result;
                try
                {
                    result = await MigrateTables.Call(
                        context,
                        new(input.Run, epoch, token, plan.Folder, from, Math.Min(GroupSize, plan.Tables - from), input.Slots, input.OnError, Skip: failed && input.OnError == OnError.Stop));
                }
                catch (FailureException e) when (e.Failure.Transient)
                {
                    // What became of its tables is recorded nowhere: they have their turn in the next epoch, the other groups' stand.
                    result = new(null, 0, Failed: false, Lost: false, e.Failure);
                }

                failed |= result.Failed;
                return result;
            });
    }

    /// <summary>Waits for a call whose failure does not matter any more: what was read under the snapshot stands.</summary>
    private static async Task Ended(Task call)
    {
        try
        {
            await call;
        }
        catch (FailureException)
        {
            // Where it mattered it was thrown already.
        }
    }

    /// <returns>What was done about the files of a run that failed; null where there were none.</returns>
    private static async Task<string?> Sweep(OrchestrationContext context, Input input)
    {
        try
        {
            SweepRun.Result swept = await SweepRun.Call(context.Cleanup, new(input.Run), Retries.Patient);
            return swept.Kept ?? (swept.Files > 0 ? "The run has ended; what it had written and not published was deleted." : null);
        }
        catch (FailureException e)
        {
            return $"The run has ended; what it had written and not published could not be deleted: {e.Failure.Message}";
        }
    }

    /// <param name="IsRecorded">What became of each table is recorded.</param>
    private sealed record Epoch(IReadOnlyList<string> Recorded, int Staged, bool Failed, bool Lost, Failure? Interrupted, bool IsRecorded)
    {
        public static Epoch Of(IReadOnlyList<MigrateTables.Result> groups) => new(
            [.. groups.Select(g => g.Outcomes).OfType<string>()],
            groups.Sum(g => g.Staged),
            groups.Any(g => g.Failed),
            groups.Any(g => g.Lost),
            groups.Select(g => g.Interrupted).FirstOrDefault(f => f is not null),
            groups.All(g => g.Outcomes is not null));
    }
}
