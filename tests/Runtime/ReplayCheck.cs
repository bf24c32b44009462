using Mammoth.Orchestrations.Local;
using Mammoth.Orchestrations.Runtime;
using Microsoft.Extensions.Logging.Abstractions;

namespace Mammoth.Tests.Runtime;

/// <summary>
/// Runs the code of every turn in a journal again over each beginning of its history: it must ask for the same calls at the same place, and end as it ended.
/// For journals that were written with <see cref="LocalOptions.KeepTurns"/> and are closed.
/// </summary>
internal static class ReplayCheck
{
    /// <returns>How many beginnings were run.</returns>
    internal static int Run(string path, Registry registry)
    {
        using var journal = Journal.Open(path, flush: false);
        int runs = 0;
        foreach (var row in journal.List("").ToArray())
            for (int turn = 0; turn <= row.Turn; turn++)
                runs += Run(journal, row with { Turn = turn }, last: turn == row.Turn, registry);
        return runs;
    }

    private static int Run(Journal journal, InstanceRow row, bool last, Registry registry)
    {
        var deliveries = journal.Deliveries(row).Where(d => !last || d.Sequence <= row.Cursor).ToArray();
        for (int beginning = 1; beginning <= deliveries.Length; beginning++)
        {
            var port = Instance.Replay(journal, row with { Cursor = beginning }, registry, NullLogger.Instance);
            Assert.Null(port.Mismatch);
            if (beginning < deliveries.Length && last)
                Assert.Null(port.Outcome);
            if (beginning == deliveries.Length && last && row.State >= InstanceState.Completed)
                Assert.Equal(row.Output ?? row.Failure, port.Outcome switch
                {
                    TurnOutcome.Done done => done.Output.GetRawText(),
                    TurnOutcome.Failed failed => Payload.Of(failed.Failure).GetRawText(),
                    _ => null,
                });
        }

        return deliveries.Length;
    }
}
