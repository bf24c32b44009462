using Mammoth.Orchestrations.Runtime;

namespace Mammoth.Orchestrations.Migrations;

/// <summary>Shows where a run stands, and waits where it can't go on for now.</summary>
/// <param name="plans">Where the plans of earlier turns lie.</param>
/// <param name="interruptions">How many there were in earlier turns.</param>
internal sealed class RunCourse(OrchestrationContext context, IReadOnlyList<string> plans, int interruptions)
{
    /// <summary>Plans that are shown: the first and the latest.</summary>
    private const int MostPlans = 10;

    private RunPhase phase;
    private int epoch;

    public IReadOnlyList<string> Plans { get; private set; } = plans;

    public int Interruptions { get; private set; } = interruptions;

    /// <summary>A new snapshot is to be taken.</summary>
    public void Begin(int number)
    {
        epoch = number;
        Show(RunPhase.TakingSnapshot);
    }

    /// <summary>The tables of a plan are copied.</summary>
    public void Copy(string plan)
    {
        Plans = Plans.Count < MostPlans ? [.. Plans, plan] : [Plans[0], .. Plans.Skip(2), plan];
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
        Interruptions++;
        Show(new Interruption(Interruptions, failure.Message, FailureText.WayOutOf(failure)));
        while ((await context.Next<GoOn>()).Number < Interruptions)
        {
            // Meant for an earlier interruption, by somebody who did not know that it was over.
        }

        Show(interruption: null);
    }

    private void Show(Interruption? interruption) => context.SetStatus(new RunStanding(phase, epoch, Plans, interruption, Interruptions));
}
