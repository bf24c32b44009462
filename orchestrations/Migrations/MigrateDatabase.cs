using Mammoth.Migration.Errors;
using Mammoth.Migration.Plans;
using Mammoth.Orchestrations.Runtime;

namespace Mammoth.Orchestrations.Migrations;

/// <summary>
/// A full migration: hold a snapshot, plan, copy and prove every table, publish all at once, report. Where the snapshot is lost
/// (its holder's process died), tables not finished start again under a new one.
/// </summary>
public sealed class MigrateDatabase : Orchestration<MigrateDatabase, MigrateDatabase.Input, MigrateDatabase.Result>
{
    /// <summary>Tables of one child orchestration: keeps each history short, however many tables there are.</summary>
    private const int GroupSize = 100;

    /// <summary>Snapshots a run may lose before it gives up; each loss that finished no table counts.</summary>
    private const int FruitlessEpochs = 20;

    /// <param name="Slots">Copies at a time.</param>
    public sealed record Input(string Run, OnError OnError, int Slots);

    /// <param name="Report">The report's location.</param>
    public sealed record Result(string Report, bool Succeeded, bool Published);

    public override async Task<Result> Run(OrchestrationContext context, Input input)
    {
        var recorded = new List<string>();
        var plans = new List<string>();
        bool stopped = false;
        int fruitless = 0;
        for (int epoch = 1; ; epoch++)
        {
            Epoch done = await RunEpoch(context, input, epoch, recorded, plans);
            recorded.AddRange(done.Recorded);
            stopped |= done.Failed && input.OnError == OnError.Stop;
            if (!done.Lost || stopped)
            {
                break;
            }

            fruitless = done.Staged > 0 ? 0 : fruitless + 1;
            if (fruitless >= FruitlessEpochs)
            {
                throw new FailureException(new(nameof(SnapshotLostException), $"The source's snapshot was lost {FruitlessEpochs} times without one table getting done. What ends the connection? Look at the server's log, idle timeouts and proxies between."));
            }
        }

        context.SetStatus(new RunStanding(RunPhase.Publishing, plans.Count, plans));
        PublishRun.Result published = await PublishRun.Call(context, new(input.Run, recorded, Publish: !stopped), Retries.Lasting);
        context.SetStatus(new RunStanding(RunPhase.Done, plans.Count, plans));
        return new(published.Report, published.Succeeded, published.Published);
    }

    private static async Task<Epoch> RunEpoch(OrchestrationContext context, Input input, int epoch, List<string> recorded, List<string> plans)
    {
        context.SetStatus(new RunStanding(RunPhase.TakingSnapshot, epoch, plans));
        Task<HoldSnapshot.Result> hold = HoldSnapshot.Call(context, new(input.Run, epoch));
        try
        {
            AwaitSnapshot.Result snapshot = await AwaitSnapshot.Call(context, new(input.Run, epoch));
            context.SetStatus(new RunStanding(RunPhase.Planning, epoch, plans));
            MakePlan.Result plan = await MakePlan.Call(context, new(input.Run, epoch, snapshot.Token, recorded), Retries.Lasting);
            plans.Add(plan.Folder);
            context.SetStatus(new RunStanding(RunPhase.Copying, epoch, plans));
            int groups = (plan.Tables + GroupSize - 1) / GroupSize;
            bool failed = false;
            IReadOnlyList<MigrateTables.Result> results = await context.Window(
                [.. Enumerable.Range(0, groups)],
                width: 2,
                async group =>
                {
                    int from = group * GroupSize;
                    MigrateTables.Result result = await MigrateTables.Call(
                        context,
                        new(input.Run, epoch, snapshot.Token, plan.Folder, from, Math.Min(GroupSize, plan.Tables - from), input.Slots, input.OnError, Skip: failed && input.OnError == OnError.Stop));
                    failed |= result.Failed;
                    return result;
                });
            return new([.. results.Select(r => r.Outcomes)], results.Sum(r => r.Staged), results.Any(r => r.Failed), results.Any(r => r.Lost));
        }
        catch (FailureException e) when (e.Failure.Type == nameof(SnapshotLostException))
        {
            return new([], 0, Failed: false, Lost: true);
        }
        finally
        {
            await ReleaseSnapshot.Call(context.Cleanup, new(input.Run, epoch), Retries.Lasting);
            await Ended(hold);
        }
    }

    /// <summary>How the holder ended does not matter any more: what was read under its snapshot stands.</summary>
    private static async Task Ended(Task hold)
    {
        try
        {
            await hold;
        }
        catch (FailureException)
        {
            // Reported by AwaitSnapshot, where it mattered.
        }
    }

    private sealed record Epoch(IReadOnlyList<string> Recorded, int Staged, bool Failed, bool Lost);
}
