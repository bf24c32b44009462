using Mammoth.Orchestrations.Local;
using Mammoth.Orchestrations.Runtime;
using Mammoth.Tests.Runtime.Probes;

namespace Mammoth.Tests.Runtime;

/// <summary>Random programs with children are cancelled or terminated at random moments, some across a restart: no child lives on, and no history is torn.</summary>
public sealed class CancelledProgramTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public static TheoryData<int> Seeds => [.. Enumerable.Range(1, 10)];

    [Theory]
    [MemberData(nameof(Seeds))]
    public async Task A_cancelled_tree_ends_whole(int seed)
    {
        var random = new Random(seed);
        var program = Interpreter.Generate(random, 60);
        using var journal = new LocalJournal();
        var options = new LocalOptions { Flush = false, KeepTurns = true };
        bool restarts = random.Next(2) == 0;
        await using (var host = await journal.Open(options))
        {
            await host.Start<Interpreter>("program", new Interpreter.State(program), Cancellation);
            await Task.Delay(random.Next(60), Cancellation);
            try
            {
                await host.Cancel("program", Cancellation);
            }
            catch (InstanceNotFoundException)
            {
                // It had ended by itself.
            }

            if (!restarts)
                await host.WaitForEnd("program", Cancellation).WaitAsync(TimeSpan.FromSeconds(60), Cancellation);
        }

        await using (var again = await journal.Open(options))
        {
            var end = await again.WaitForEnd("program", Cancellation).WaitAsync(TimeSpan.FromSeconds(60), Cancellation);
            Assert.True(end.State == InstanceState.Completed ? Payload.To<long>(end.Output!.Value) == Interpreter.Expected(program) : end.Failure?.IsCancelled == true, $"{end.State} {end.Failure?.Message}");
            while ((await again.List("program.", Cancellation)).Any(s => !s.HasEnded))
                await Task.Delay(20, Cancellation).WaitAsync(TimeSpan.FromSeconds(60), Cancellation);
        }

        Assert.True(ReplayCheck.Run(journal.Path, Registrations.Registry()) > 0);
    }

    [Theory]
    [MemberData(nameof(Seeds))]
    public async Task A_terminated_tree_stays_ended_over_a_restart_and_its_id_can_be_used_again(int seed)
    {
        var random = new Random(seed * 31);
        var program = Interpreter.Generate(random, 60);
        using var journal = new LocalJournal();
        await using (var host = await journal.Open())
        {
            await host.Start<Interpreter>("program", new Interpreter.State(program), Cancellation);
            await Task.Delay(random.Next(40), Cancellation);
            try
            {
                await host.Terminate("program", "Enough.", Cancellation);
            }
            catch (InstanceNotFoundException)
            {
                // It had ended by itself.
            }
        }

        await using var again = await journal.Open();
        Assert.All(await again.List("program", Cancellation), s => Assert.True(s.HasEnded));
        await again.Start<SumOfDoubles>("program", 10, Cancellation);
        Assert.Equal(110, await again.WaitForCompletion<int>("program", Cancellation));
        Assert.Single(await again.List("program", Cancellation));
    }
}
