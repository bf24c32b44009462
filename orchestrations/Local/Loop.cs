using System.Threading.Channels;
using Mammoth.Iceberg.Faults;
using Mammoth.Iceberg.IO;
using Microsoft.Data.Sqlite;

namespace Mammoth.Orchestrations.Local;

/// <summary>
/// The one thread of the runtime: takes messages, lets instances step, commits all of it at once, and only then starts what was committed.
/// </summary>
internal sealed class Loop : IDisposable
{
    private readonly Channel<Action> messages = Channel.CreateUnbounded<Action>(new UnboundedChannelOptions { SingleReader = true });
    private readonly List<Action> effects = [];
    private readonly Journal journal;
    private readonly Func<bool> step;
    private readonly LocalOptions options;
    private readonly CancellationTokenSource broken = new();
    private Exception? fault;

    /// <param name="step">Lets one instance take one step; false where none has anything to do.</param>
    internal Loop(Journal journal, LocalOptions options, Func<bool> step)
    {
        this.journal = journal;
        this.options = options;
        this.step = step;
        Ended = Run();
    }

    /// <summary>The loop's end; it never fails.</summary>
    internal Task Ended { get; }

    /// <summary>Cancelled when the journal failed: nothing can go on.</summary>
    internal CancellationToken Broken => broken.Token;

    /// <summary>Hands a message to the loop. After its end, nothing happens.</summary>
    internal void Post(Action message) => messages.Writer.TryWrite(message);

    /// <summary>Runs on the loop, within its transaction; completes after the commit.</summary>
    internal async Task<T> Ask<T>(Func<T> question, CancellationToken cancellation = default)
    {
        var answer = new TaskCompletionSource<T>(TaskCreationOptions.RunContinuationsAsynchronously);
        bool taken = messages.Writer.TryWrite(() =>
        {
            T value;
            try
            {
                value = question();
            }
            catch (Exception e) when (e is not SqliteException)
            {
                After(() => answer.TrySetException(e));
                return;
            }

            After(() => answer.TrySetResult(value));
        });
        if (!taken)
            throw Fault();
        using var registration = broken.Token.Register(() => answer.TrySetException(Fault()));
        return await answer.Task.WaitAsync(cancellation).ConfigureAwait(false);
    }

    /// <summary>What to do once the transaction is committed. From the loop only.</summary>
    internal void After(Action effect) => effects.Add(effect);

    /// <summary>Takes no more messages; those taken are worked off.</summary>
    internal void Complete() => messages.Writer.TryComplete();

    internal Exception Fault() => fault ?? new ObjectDisposedException(nameof(LocalHost), "The local runtime was stopped.");

    public void Dispose() => broken.Dispose();

    private async Task Run()
    {
        // Off the caller's thread and away from its synchronization context: orchestrations bring their own.
        await Task.CompletedTask.ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
        try
        {
            while (await messages.Reader.WaitToReadAsync().ConfigureAwait(false))
                Work();
        }
        catch (SqliteException e)
        {
            fault = JournalException.Of(journal.Path, e);
        }
        catch (IOException e) when (DiskFull.Is(e))
        {
            fault = JournalException.OfFullDisk(journal.Path, e);
        }
        catch (Exception e)
        {
            fault = e;
        }

        Complete();
        await broken.CancelAsync().ConfigureAwait(false);
    }

    private void Work()
    {
        int limit = options.CommitEachStep ? 1 : 256;
        bool more;
        do
        {
            more = false;
            journal.Begin();
            for (int taken = 0; taken < limit && messages.Reader.TryRead(out var message); taken++)
                message();
            for (int steps = 0; steps < limit && (more = step()); steps++)
            {
                // Each step is in what step() does.
            }

            Failpoints.JournalCommit.PassNow();
            journal.Commit();
            Failpoints.JournalCommitted.PassNow();
            options.Committed?.Invoke(journal);
            var committed = effects.ToArray();
            effects.Clear();
            foreach (var effect in committed)
                effect();
        }
        while (more);
    }
}
