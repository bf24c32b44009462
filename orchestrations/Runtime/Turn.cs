using System.Text.Json;

namespace Mammoth.Orchestrations.Runtime;

/// <summary>
/// One run of an orchestration over a port, from its input to its end or to continue-as-new. It hands the port's answers to the code one by one,
/// inline, and after each of them looks whether the code waits for something that is not the port's.
/// </summary>
public sealed class Turn
{
    internal const string CancelEvent = "$cancel";

    private readonly IOrchestrationPort port;
    private readonly Registry registry;
    private readonly SynchronizationContext? host = SynchronizationContext.Current;
    private readonly TurnScope scope = new();
    private readonly TaskCompletionSource<TurnOutcome> outcome = new();
    private readonly List<TurnWait> waits = [];
    private readonly List<string> children = [];
    private readonly Dictionary<string, Mailbox> mailboxes = new(StringComparer.OrdinalIgnoreCase);
    private TurnOutcome? finished;
    private int openCalls;
    private int depth;

    private Turn(IOrchestrationPort port, Registry registry)
    {
        this.port = port;
        this.registry = registry;
        Logger = new ReplaySafeLogger(port);
    }

    internal IOrchestrationPort Port
    {
        get
        {
            scope.Enter();
            return port;
        }
    }

    /// <summary>The port, for what runs on the host's side of a call.</summary>
    internal IOrchestrationPort HostPort => port;

    internal ReplaySafeLogger Logger { get; }

    internal bool IsCancelled { get; private set; }

    /// <summary>Calls and timers so far.</summary>
    internal int Steps { get; private set; }

    /// <summary>
    /// Starts the turn. The task ends with the turn, on the port's thread: calls still open are waited for, timers are not.
    /// It never throws: a foreign await, a leftover call at continue-as-new and all else that goes wrong is a <see cref="TurnOutcome.Failed"/>.
    /// </summary>
    public static Task<TurnOutcome> Start(IOrchestrationPort port, string name, JsonElement input, Registry registry)
    {
        if (registry.CreateOrchestration(name) is not { } orchestration)
            return Task.FromResult<TurnOutcome>(new TurnOutcome.Failed(Registry.Unknown("orchestration", name)));
        var turn = new Turn(port, registry);
        _ = turn.ListenForCancel();
        turn.Deliver(() => _ = turn.Drive(orchestration, input));
        return turn.outcome.Task;
    }

    internal Task<JsonElement> Call(bool cleanup, string? child, Func<Task<JsonElement>> start)
    {
        scope.Enter();
        if (finished is not null)
            throw new InvalidOperationException("The orchestration has ended; it can't make another call.");
        if (IsCancelled && !cleanup)
            return Task.FromException<JsonElement>(Cancelled());
        openCalls++;
        Steps++;
        if (child is not null)
            children.Add(child);
        var source = new TaskCompletionSource<JsonElement>();
        OnHost(() => _ = Forward(start(), child, source));
        return source.Task;
    }

    internal Task<JsonElement> CallEntity(EntityId id, string operation, JsonElement args) =>
        Call(cleanup: true, null, () => port.CallEntity(id, operation, args));

    internal void SignalEntity(EntityId id, string operation, JsonElement args)
    {
        scope.Enter();
        OnHost(() => port.SignalEntity(id, operation, args));
    }

    internal void SendEvent(string instanceId, string name, JsonElement payload)
    {
        scope.Enter();
        OnHost(() => port.SendEvent(instanceId, name, payload));
    }

    internal Task Sleep(DateTimeOffset due, bool cleanup, CancellationToken cancel)
    {
        scope.Enter();
        if (IsCancelled && !cleanup)
            return Task.FromException(Cancelled());
        if (cancel.IsCancellationRequested)
            return Task.FromCanceled(cancel);
        if (due <= port.UtcNow)
            return Task.CompletedTask;
        var wait = new TurnWait(cleanup);
        waits.Add(wait);
        Steps++;
        OnHost(() => _ = Forward(port.Timer(due, wait.Host.Token), wait));
        if (cancel.CanBeCanceled)
            cancel.Register(() => End(wait, w => w.Source.TrySetCanceled(cancel)));
        return wait.Source.Task;
    }

    /// <exception cref="InvalidOperationException">Another wait for that name is open.</exception>
    internal Task<JsonElement> NextEvent(string name, bool cleanup)
    {
        scope.Enter();
        if (!mailboxes.TryGetValue(name, out var box))
            mailboxes.Add(name, box = new Mailbox(name));
        if (IsCancelled && !cleanup)
            return Task.FromException<JsonElement>(Cancelled());
        if (box.Waiter is not null)
            throw new InvalidOperationException($"The orchestration waits for the event {name} twice at a time; one waiter a name.");
        if (box.Untaken.TryDequeue(out var payload))
            return Task.FromResult(payload);
        var wait = new TurnWait(cleanup);
        waits.Add(box.Waiter = wait);
        if (!box.Listening)
        {
            box.Listening = true;
            OnHost(() => _ = Listen(box));
        }

        return wait.Source.Task;
    }

    /// <summary>Gives up waiting for an event; the next one stays for a later wait.</summary>
    internal void Abandon(string name)
    {
        if (mailboxes.TryGetValue(name, out var box) && box.Waiter is { } wait)
            End(wait, w => w.Source.TrySetCanceled());
    }

    private static Exception Raise(Failure failure)
    {
        var exception = new FailureException(failure);
        return failure.IsCancelled ? new OperationCanceledException(failure.Message, exception) : exception;
    }

    internal static OperationCanceledException Cancelled() => new("The orchestration was cancelled.");

    private async Task Drive(Orchestration orchestration, JsonElement input)
    {
        TurnOutcome result;
        try
        {
            result = await orchestration.RunTurn(new OrchestrationContext(this, cleanup: false), input);
            if (result is TurnOutcome.Again && IsCancelled)
                result = new TurnOutcome.Failed(registry.FailureOf(Cancelled()));
            else if (result is TurnOutcome.Again && openCalls > 0)
                result = new TurnOutcome.Failed(new("OpenCalls", $"The orchestration wanted to continue as new with {openCalls} calls still open. Await them first."));
        }
        catch (Exception e)
        {
            result = new TurnOutcome.Failed(registry.FailureOf(e));
        }

        if (result is TurnOutcome.Again)
        {
            foreach (var box in mailboxes.Values)
                while (box.Untaken.TryDequeue(out var payload))
                    SendEvent(port.InstanceId, box.Name, payload);
        }

        finished = result;
        foreach (var wait in waits.ToArray())
            End(wait, w => w.Source.TrySetCanceled());
    }

    private async Task ListenForCancel()
    {
        await port.NextEvent(CancelEvent);
        Deliver(Cancel);
    }

    private void Cancel()
    {
        IsCancelled = true;
        foreach (string child in children)
            SendEvent(child, CancelEvent, Payload.Null);
        foreach (var wait in waits.ToArray())
            if (!wait.Cleanup)
                End(wait, w => w.Source.TrySetException(Cancelled()));
    }

    private async Task Forward(Task<JsonElement> answer, string? child, TaskCompletionSource<JsonElement> source)
    {
        JsonElement value = default;
        Exception? error = null;
        try
        {
            value = await answer;
        }
        catch (Exception e)
        {
            error = Raise(e is FailureException failed ? failed.Failure : Failure.Decode(e.Message));
        }

        Deliver(() =>
        {
            openCalls--;
            if (child is not null)
                children.Remove(child);
            if (error is null)
                source.SetResult(value);
            else
                source.SetException(error);
        });
    }

    private async Task Forward(Task timer, TurnWait wait)
    {
        try
        {
            await timer;
        }
        catch (OperationCanceledException)
        {
            return;
        }

        Deliver(() => End(wait, w => w.Source.TrySetResult(Payload.Null)));
    }

    private async Task Listen(Mailbox box)
    {
        var payload = await port.NextEvent(box.Name);
        Deliver(() =>
        {
            box.Listening = false;
            if (box.Waiter is { } wait)
                End(wait, w => w.Source.TrySetResult(payload));
            else
                box.Untaken.Enqueue(payload);
        });
    }

    private void End(TurnWait wait, Action<TurnWait> complete)
    {
        if (!waits.Remove(wait))
            return;
        foreach (var box in mailboxes.Values)
            if (box.Waiter == wait)
                box.Waiter = null;
        OnHost(wait.Host.Cancel);
        wait.Dispose();
        complete(wait);
    }

    /// <summary>Runs what belongs to the host under the host's own synchronization context, so that its awaits come back there.</summary>
    private void OnHost(Action action)
    {
        var current = SynchronizationContext.Current;
        SynchronizationContext.SetSynchronizationContext(host);
        try
        {
            action();
        }
        finally
        {
            SynchronizationContext.SetSynchronizationContext(current);
        }
    }

    /// <summary>Hands one answer to the code, which runs inline until it waits again.</summary>
    private void Deliver(Action answer)
    {
        if (outcome.Task.IsCompleted)
            return;
        var current = SynchronizationContext.Current;
        SynchronizationContext.SetSynchronizationContext(scope);
        depth++;
        try
        {
            answer();
        }
        finally
        {
            depth--;
            SynchronizationContext.SetSynchronizationContext(current);
        }

        if (depth == 0)
            Settle();
    }

    private void Settle()
    {
        if (scope.Foreign || (finished is null && openCalls + waits.Count == 0))
            outcome.TrySetResult(new TurnOutcome.Failed(ForeignAwait));
        else if (finished is not null && openCalls == 0)
            outcome.TrySetResult(finished);
    }

    private static Failure ForeignAwait { get; } = new(
        "ForeignAwait",
        "The orchestration awaited something that is not its context's (a delay, I/O, another thread, or ConfigureAwait). Move it into an activity.");
}
