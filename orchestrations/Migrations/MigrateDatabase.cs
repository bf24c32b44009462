using System.Globalization;
using Mammoth.Migration.Errors;
using Mammoth.Migration.Plans;
using Mammoth.Migration.Snapshots;
using Mammoth.Orchestrations.Runtime;

namespace Mammoth.Orchestrations.Migrations;

/// <summary>
/// A full migration: hold a snapshot, plan, copy and prove every table, publish all at once, report. Where the snapshot is lost
/// (its holder's process died), tables not finished start again under a new one. What may pass interrupts the run, which then waits for
/// <see cref="GoOn"/>; what can't pass ends it. Continues as new with each epoch, so that its history stays short however often it begins again.
/// </summary>
public sealed class MigrateDatabase : LoopingOrchestration<MigrateDatabase, MigrateDatabase.Input, MigrateDatabase.Result>
{
    /// <summary>Tables of one child orchestration: keeps each history short, however many tables there are.</summary>
    private const int GroupSize = 100;

    /// <summary>Groups whose locations are handed to one <see cref="FoldOutcomes"/>.</summary>
    private const int GroupsPerFold = 60;

    /// <summary>Snapshots a run may lose in a row, without one table getting done, before it is interrupted.</summary>
    private const int FruitlessEpochs = 20;

    /// <param name="Slots">Copies at a time.</param>
    public sealed record Input(string Run, OnError OnError, int Slots)
    {
        /// <summary>How the snapshot is held.</summary>
        public Holding Holding { get; init; } = Holding.ByOne;

        /// <summary>A snapshot that is so old is given up; null: none is.</summary>
        public TimeSpan? MaxSnapshotAge { get; init; }

        /// <summary>Which snapshot the turn takes, from 1.</summary>
        public int Epoch { get; init; } = 1;

        /// <summary>Where the outcomes of earlier epochs are recorded, or null.</summary>
        public string? Recorded { get; init; }

        /// <summary>Tables finished in earlier epochs.</summary>
        public int Staged { get; init; }

        /// <summary>Epochs in a row without one table getting done.</summary>
        public int Vain { get; init; }

        /// <summary>The epoch before was interrupted, and the run told to go on.</summary>
        public bool WentOn { get; init; }

        /// <summary>Where the plans of earlier epochs lie, as the status shows them.</summary>
        public IReadOnlyList<string> Plans { get; init; } = [];

        /// <summary>Interruptions so far.</summary>
        public int Interruptions { get; init; }
    }

    /// <param name="Report">The report's location.</param>
    public sealed record Result(string Report, bool Succeeded, bool Published);

    public override async Task<Next<Input, Result>> Run(OrchestrationContext context, Input input)
    {
        var course = new RunCourse(context, input.Plans, input.Interruptions);
        PublishRun.Result published;
        try
        {
            Epoch done = await RunEpoch(context, input, course);
            string? recorded = await Fold(context, input, done.Recorded, course);
            bool isTooSlow = done is { Aged: true, Lost: true, Staged: 0 };
            if (isTooSlow && (input.Staged == 0 || input.OnError == OnError.Stop))
            {
                throw new FailureException(new("SnapshotTooOld", $"{GivenUp(input)} Not one table was finished by then, and under another snapshot it would not be otherwise: allow a greater age (--max-snapshot-age), or more copies at a time (--slots)."));
            }

            int vain = done.Staged > 0 ? 0 : input.Vain + 1;
            if ((isTooSlow ? true : Decide(input, done, vain)) is not { } publish)
            {
                vain = await Pause(done, vain, course);

                // What is cancelled is swept, which only this turn would do.
                context.ThrowIfCancelled();
                return Again(input with
                {
                    Epoch = input.Epoch + 1,
                    Recorded = recorded,
                    Staged = input.Staged + done.Staged,
                    Vain = vain,
                    WentOn = done.Interrupted is not null,
                    Plans = course.Plans,
                    Interruptions = course.Interruptions,
                });
            }

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
        return new Result(published.Report, published.Succeeded, published.Published);
    }

    /// <returns>Whether to publish: no table failed, or the run goes on where one does; null: another epoch is needed.</returns>
    private static bool? Decide(Input input, Epoch done, int vain) => done switch
    {
        { Failed: true } when input.OnError == OnError.Stop => false,
        { Interrupted: null, Lost: false } => true,

        // Interrupted again, and of all tables only of those: they must not hold up the others for ever.
        { Interrupted: not null, IsRecorded: true, Lost: false } when input.OnError == OnError.Continue && input.WentOn && vain > 0 => true,
        _ => null,
    };

    /// <summary>Before another epoch: waits where the run can't go on for now.</summary>
    /// <returns>How many epochs in a row were in vain.</returns>
    private static async Task<int> Pause(Epoch done, int vain, RunCourse course)
    {
        if (done.Interrupted is { } failure)
        {
            if (!done.Waited)
            {
                await course.Interrupt(failure);
            }

            return vain;
        }

        if (vain < FruitlessEpochs)
        {
            return vain;
        }

        await course.Interrupt(new(nameof(SnapshotLostException), $"The source's snapshot was lost {FruitlessEpochs} times without one table getting done. What ends the connection? Look at the server's log, idle timeouts and proxies between."));
        return 0;
    }

    /// <summary>In parts: the paths of very many groups would be too large a payload.</summary>
    private static async Task<string?> Fold(OrchestrationContext context, Input input, IReadOnlyList<string> groups, RunCourse course)
    {
        string? recorded = input.Recorded;
        foreach (string[] part in groups.Chunk(GroupsPerFold))
        {
            string? previous = recorded;
            recorded = await course.Outlast(() => FoldOutcomes.Call(context, new(input.Run, previous, part), Retries.Lasting));
        }

        return recorded;
    }

    private static async Task<Epoch> RunEpoch(OrchestrationContext context, Input input, RunCourse course)
    {
        int epoch = input.Epoch;
        course.Begin(epoch);
        Child<Nothing>[] holders = [.. Enumerable.Range(1, input.Holding.Holders).Select(seat => KeepSnapshot.Start(context, new(input.Run, epoch, seat, input.Holding.Shift)))];
        Task<AwaitSnapshot.Result> held = AwaitSnapshot.Call(context, new(input.Run, epoch), Retries.Lasting);
        Epoch done;
        bool waited;
        try
        {
            done = await UnderSnapshot(context, input, course, holders[0].Result, held);
        }
        finally
        {
            waited = await Release(context, input, course, holders);
            await Ended(held);
        }

        return done with { Waited = waited };
    }

    private static async Task<Epoch> UnderSnapshot(OrchestrationContext context, Input input, RunCourse course, Task<Nothing> holder, Task<AwaitSnapshot.Result> held)
    {
        try
        {
            if (await Task.WhenAny(holder, held) == holder)
            {
                // It ends before its snapshot is known only where it fails.
                await holder;
            }

            AwaitSnapshot.Result snapshot = await held;
            Task? old = input.MaxSnapshotAge is { } age ? context.Sleep(age) : null;
            course.Show(RunPhase.Planning);
            MakePlan.Result plan = await MakePlan.Call(context, new(input.Run, input.Epoch, snapshot.Token, input.Recorded), Retries.Lasting);
            course.Copy(plan.Folder);
            Task<IReadOnlyList<MigrateTables.Result>> groups = MigrateGroups(context, input, snapshot.Token, plan);
            bool aged = old is not null && await Task.WhenAny(groups, old) == old;
            if (aged)
            {
                // What is being read is read to its end; then nobody holds the snapshot any more, and what is left is as if it was lost.
                await Ended(ReleaseSnapshot.Call(context, new(input.Run, input.Epoch, GivenUp(input)), Retries.Lasting));
            }

            return Epoch.Of(await groups) with { Aged = aged };
        }
        catch (FailureException e) when (e.Failure.Type == nameof(SnapshotLostException))
        {
            return new([], 0, Failed: false, Lost: true, Interrupted: null, IsRecorded: true);
        }
        catch (FailureException e) when (e.Failure.Transient)
        {
            return new([], 0, Failed: false, Lost: false, e.Failure, IsRecorded: false);
        }
    }

    /// <summary>Lets the holders go, and waits until they have gone. Where the release can't be written until somebody has done something, the run waits for that.</summary>
    /// <returns>Whether the run has waited.</returns>
    private static async Task<bool> Release(OrchestrationContext context, Input input, RunCourse course, IReadOnlyList<Child<Nothing>> holders)
    {
        bool waited = false;
        bool isReleased = false;
        while (!isReleased)
        {
            try
            {
                await ReleaseSnapshot.Call(context.Cleanup, new(input.Run, input.Epoch), Retries.Lasting);
                isReleased = true;
            }
            catch (FailureException e) when (e.Failure.NeedsSomebody && !context.IsCancelled)
            {
                // Those who look for the release would look for ever.
                await course.Interrupt(e.Failure);
                waited = true;
            }
            catch (FailureException)
            {
                // Where it mattered it is thrown otherwise.
                break;
            }
        }

        foreach (Child<Nothing> holder in holders)
        {
            if (!isReleased)
            {
                holder.Cancel();
            }

            await Ended(holder.Result);
        }

        return waited;
    }

    private static Task<IReadOnlyList<MigrateTables.Result>> MigrateGroups(OrchestrationContext context, Input input, string token, MakePlan.Result plan)
    {
        bool failed = false;
        bool hopeless = false;
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
                        new(input.Run, input.Epoch, token, plan.Folder, from, Math.Min(GroupSize, plan.Tables - from), input.Slots, input.OnError, Skip: hopeless || (failed && input.OnError == OnError.Stop)));
                }
                catch (FailureException e) when (e.Failure.Transient)
                {
                    // What became of its tables is recorded nowhere: they have their turn in the next epoch, the other groups' stand.
                    result = new(null, 0, Failed: false, Lost: false, e.Failure);
                }

                failed |= result.Failed;
                hopeless |= result is { Interrupted: not null, Staged: 0 };
                return result;
            });
    }

    private static string GivenUp(Input input) => string.Create(
        CultureInfo.InvariantCulture,
        $"Snapshot {input.Epoch} was given up when it was {input.MaxSnapshotAge:g} old (--max-snapshot-age), for the source's vacuum.");

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
        /// <summary>Its snapshot was given up for its age.</summary>
        public bool Aged { get; init; }

        /// <summary>The run has waited within it already, and was told to go on.</summary>
        public bool Waited { get; init; }

        public static Epoch Of(IReadOnlyList<MigrateTables.Result> groups) => new(
            [.. groups.Select(g => g.Outcomes).OfType<string>()],
            groups.Sum(g => g.Staged),
            groups.Any(g => g.Failed),
            groups.Any(g => g.Lost),
            groups.Select(g => g.Interrupted).FirstOrDefault(f => f is not null),
            groups.All(g => g.Outcomes is not null));
    }
}
