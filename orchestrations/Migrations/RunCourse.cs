using Mammoth.Orchestrations.Runtime;

namespace Mammoth.Orchestrations.Migrations;

/// <summary>Shows where a run stands, and waits where it can't go on for now.</summary>
internal sealed class RunCourse(OrchestrationContext context)
{
    private readonly List<string> plans = [];
    private RunPhase phase;
    private int epoch;
    private int interruptions;

    /// <summary>A new snapshot is to be taken.</summary>
    public void Begin(int number)
    {
        epoch = number;
        Show(RunPhase.TakingSnapshot);
    }

    /// <summary>The tables of a plan are copied.</summary>
    public void Copy(string plan)
    {
        plans.Add(plan);
        Show(RunPhase.Copying);
    }

    public void Show(RunPhase current)
    {
        phase = current;
        Show(interruption: null);
    }

    /// <summary>Makes a call as often as it takes; after each transient failure that outlasted its retries the run waits to be told.</summary>
    public async Task<T> Outlast<T>(Func<Task<T>> call)
    {
        while (true)
        {
            Failure failure;
            try
            {
                return await call();
            }
            catch (FailureException e) when (e.Failure.Transient)
            {
                failure = e.Failure;
            }

            await Interrupt(failure);
        }
    }

    /// <summary>Shows why the run can't go on, and waits until it is told to.</summary>
    public async Task Interrupt(Failure failure)
    {
        interruptions++;
        Show(new Interruption(interruptions, failure.Message, FailureText.WayOutOf(failure)));
        while ((await context.Next<GoOn>()).Number < interruptions)
        {
            // Meant for an earlier interruption, by somebody who did not know that it was over.
        }

        Show(interruption: null);
    }

    private void Show(Interruption? interruption) => context.SetStatus(new RunStanding(phase, epoch, [.. plans], interruption, interruptions));
}
