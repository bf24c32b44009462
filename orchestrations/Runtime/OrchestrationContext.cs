using System.Runtime.ExceptionServices;
using System.Text.Json;
using Microsoft.Extensions.Logging;

namespace Mammoth.Orchestrations.Runtime;

/// <summary>What an orchestration may know, ask and wait for. Everything here gives the same on every replay.</summary>
public sealed class OrchestrationContext
{
    /// <summary>Characters of JSON; Durable Functions takes 16 KB of UTF-16 and fails the turn over more.</summary>
    public const int StatusLimit = 8_000;

    private readonly Turn turn;
    private readonly bool cleanup;

    internal OrchestrationContext(Turn turn, bool cleanup)
    {
        this.turn = turn;
        this.cleanup = cleanup;
        Cleanup = cleanup ? this : new OrchestrationContext(turn, cleanup: true);
    }

    public string InstanceId => turn.Port.InstanceId;

    /// <summary>Never decreases; not for measuring.</summary>
    public DateTimeOffset UtcNow => turn.Port.UtcNow;

    public bool IsReplaying => turn.Port.IsReplaying;

    /// <summary>Silent while replaying.</summary>
    public ILogger Logger => turn.Logger;

    /// <summary>
    /// Whether the orchestration was asked to end. From then on its waits throw <see cref="OperationCanceledException"/>, new calls too,
    /// and its children are asked as well. Calls already made are answered. What has to be tidied up is called with <see cref="Cleanup"/>.
    /// </summary>
    public bool IsCancelled => turn.IsCancelled;

    /// <summary>This context, deaf to cancellation.</summary>
    public OrchestrationContext Cleanup { get; }

    /// <exception cref="OperationCanceledException">The orchestration was cancelled.</exception>
    public void ThrowIfCancelled()
    {
        if (IsCancelled && !cleanup)
            throw Turn.Cancelled();
    }

    /// <summary>Calls and timers of this turn so far, also those that were tries: by these its history grows.</summary>
    public int Steps => turn.Steps;

    public Guid NewGuid() => turn.Port.NewGuid();

    /// <summary>Shows where the work stands.</summary>
    /// <exception cref="FailureException">The status is longer than <see cref="StatusLimit"/>.</exception>
    public void SetStatus<T>(T status)
    {
        var payload = Payload.Of(status);
        int length = payload.GetRawText().Length;
        if (length > StatusLimit)
            throw new FailureException(new("StatusTooLong", $"The custom status has {length:N0} characters; {StatusLimit:N0} is the limit. Show counts, and write lists to storage."));
        turn.Port.SetStatus(payload);
    }

    /// <summary>Waits, durably.</summary>
    public Task Sleep(TimeSpan duration, CancellationToken cancel = default) => turn.Sleep(turn.Port.UtcNow + duration, cleanup, cancel);

    /// <summary>Waits until then or a little longer, durably; a time that has passed is no wait.</summary>
    public Task SleepUntil(DateTimeOffset due, CancellationToken cancel = default) => turn.Sleep(due, cleanup, cancel);

    public EntityReference<T> Entity<T>(string key)
        where T : class, IEntity, new() => new(turn, new EntityId(typeof(T).Name, key));

    /// <summary>The next event of that type, first in first out; one that came earlier was kept.</summary>
    public async Task<T> Next<T>()
        where T : IEvent => Payload.To<T>(await turn.NextEvent(typeof(T).Name, cleanup));

    /// <summary>The next event of that type, or null when none came in time.</summary>
    public async Task<T?> Next<T>(TimeSpan within)
        where T : class, IEvent
    {
        var next = turn.NextEvent(typeof(T).Name, cleanup);
        if (next.IsCompleted)
            return Payload.To<T>(await next);
        using var abandon = new CancellationTokenSource();
        var timer = Sleep(within, abandon.Token);
        if (await Task.WhenAny(next, timer) == next)
        {
            abandon.Cancel();
            return Payload.To<T>(await next);
        }

        turn.Abandon(typeof(T).Name);
        await timer;
        return null;
    }

    /// <summary>Sends an event to an instance; nothing happens when it is absent or has ended.</summary>
    public void Send<T>(string instanceId, T payload)
        where T : IEvent => turn.SendEvent(instanceId, typeof(T).Name, Payload.Of(payload));

    /// <summary>Asks an instance to end.</summary>
    public void Cancel(string instanceId) => turn.SendEvent(instanceId, Turn.CancelEvent, Payload.Null);

    /// <summary>
    /// Starts a call for each item, at most <paramref name="width"/> at a time, and gives the results in the order of the items.
    /// After a failure no more are started, those open are waited for, and the first failure is thrown.
    /// </summary>
    public async Task<IReadOnlyList<TResult>> Window<T, TResult>(IReadOnlyList<T> items, int width, Func<T, Task<TResult>> start)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(width, 1);
        var results = new TResult[items.Count];
        int next = 0;
        ExceptionDispatchInfo? first = null;

        async Task Lane()
        {
            while (next < items.Count && first is null)
            {
                int i = next++;
                try
                {
                    ThrowIfCancelled();
                    results[i] = await start(items[i]);
                }
                catch (Exception e)
                {
                    first ??= ExceptionDispatchInfo.Capture(e);
                }
            }
        }

        var lanes = new List<Task>();
        for (int i = 0; i < width && next < items.Count; i++)
            lanes.Add(Lane());
        await Task.WhenAll(lanes);
        first?.Throw();
        return results;
    }

    /// <inheritdoc cref="Window{T, TResult}(IReadOnlyList{T}, int, Func{T, Task{TResult}})"/>
    public Task Window<T>(IReadOnlyList<T> items, int width, Func<T, Task> start) => Window(items, width, async item =>
    {
        await start(item);
        return default(Nothing);
    });

    internal Task<JsonElement> CallActivity(string name, JsonElement input, Retry? retry) =>
        Try(name, retry, attempt => turn.Call(cleanup, null, () => turn.HostPort.CallActivity(name, Payload.Of(new ActivityCall(attempt, input)))));

    internal Task<JsonElement> CallOrchestration(string name, JsonElement input, Retry? retry) =>
        Try(name, retry, _ => CallChild(name, input, ChildId()));

    internal Child<TOut> StartOrchestration<TOut>(string name, JsonElement input)
    {
        string id = ChildId();
        return new(this, id, Result());

        async Task<TOut> Result() => Payload.To<TOut>(await CallChild(name, input, id));
    }

    /// <summary>A tree of orchestrations is found by the prefix of its ids.</summary>
    private string ChildId() => $"{InstanceId}.{NewGuid().ToString("N")[..8]}";

    private Task<JsonElement> CallChild(string name, JsonElement input, string id) =>
        turn.Call(cleanup, id, () => turn.HostPort.CallOrchestration(name, input, id));

    private async Task<JsonElement> Try(string name, Retry? retry, Func<int, Task<JsonElement>> call)
    {
        for (int attempt = 1; ; attempt++)
        {
            try
            {
                return await call(attempt);
            }
            catch (FailureException e) when (retry is not null && attempt < retry.Attempts && e.Failure is { Transient: true, NeedsSomebody: false })
            {
                Logger.LogWarning("{Name} failed ({Attempt} of {Attempts}), trying again: {Message}", name, attempt, retry.Attempts, e.Failure.Message);
                await Sleep(retry.Wait(attempt));
            }
        }
    }
}
