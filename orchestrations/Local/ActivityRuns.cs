using System.Text.Json;
using Mammoth.Iceberg.Faults;
using Mammoth.Orchestrations.Runtime;
using Microsoft.Extensions.Logging;

namespace Mammoth.Orchestrations.Local;

/// <summary>A call of one turn, told from all others.</summary>
internal readonly record struct CallKey(string Id, string Execution, int Number);

/// <summary>
/// The activities at work, a bounded number at a time. Called from the loop's thread only; they themselves run on the pool, and some of their work on threads of its own.
/// </summary>
internal sealed class ActivityRuns : IDisposable
{
    private readonly Dictionary<CallKey, CancellationTokenSource> running = [];
    private readonly Registry registry;
    private readonly Loop loop;
    private readonly Action<CallKey, DeliveryKind, string> answered;
    private readonly SemaphoreSlim slots;
    private readonly ILogger logger;
    private readonly Func<string, JsonElement, Func<Task<JsonElement>>, Task<JsonElement>>? deliver;
    private bool stopping;
    private TaskCompletionSource? idle;

    /// <param name="answered">Runs on the loop with each answer.</param>
    internal ActivityRuns(Registry registry, Loop loop, LocalOptions options, Action<CallKey, DeliveryKind, string> answered)
    {
        this.registry = registry;
        this.loop = loop;
        this.answered = answered;
        slots = new SemaphoreSlim(options.MaxActivities);
        deliver = options.Deliver;
        logger = options.Loggers.CreateLogger("Mammoth.Activities");

        // Activities may block (what writes on a disk, what asks a store); the pool, which grows by one or two a second, would hold up the loop and the timers.
        ThreadPool.GetMinThreads(out int workers, out int io);
        ThreadPool.SetMinThreads(Math.Max(workers, options.MaxActivities + Environment.ProcessorCount), io);
    }

    internal void Start(CallKey key, Call call)
    {
        if (stopping || running.ContainsKey(key))
            return;
        var cancel = new CancellationTokenSource();
        running.Add(key, cancel);
        _ = Run(key, call, cancel.Token);
    }

    /// <summary>Asks an instance's activities to stop.</summary>
    internal void Cancel(string id)
    {
        foreach (var (key, cancel) in running.ToArray())
            if (key.Id == id)
                cancel.Cancel();
    }

    /// <summary>Asks all to stop and starts no more.</summary>
    /// <returns>When the last one has stopped.</returns>
    internal Task Stop()
    {
        stopping = true;
        idle = new(TaskCreationOptions.RunContinuationsAsynchronously);
        if (running.Count == 0)
            idle.SetResult();
        foreach (var cancel in running.Values.ToArray())
            cancel.Cancel();
        return idle.Task;
    }

    public void Dispose() => slots.Dispose();

    private async Task Run(CallKey key, Call call, CancellationToken cancellation)
    {
        await Task.CompletedTask.ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
        var kind = DeliveryKind.Failure;
        string payload;
        try
        {
            await slots.WaitAsync(cancellation).ConfigureAwait(false);
            try
            {
                Task<JsonElement> Work() => registry.RunActivity(call.Name, call.Json, key.Id, logger, cancellation);
                var result = await (deliver is null ? Work() : deliver(call.Name, call.Json, Work)).ConfigureAwait(false);
                await Failpoints.ActivityDone.Pass();
                (kind, payload) = (DeliveryKind.Result, result.GetRawText());
            }
            finally
            {
                slots.Release();
            }
        }
        catch (Exception e)
        {
            payload = Payload.Of(registry.FailureOf(e)).GetRawText();
        }

        loop.Post(() => Answer(key, kind, payload));
    }

    private void Answer(CallKey key, DeliveryKind kind, string payload)
    {
        if (running.Remove(key, out var cancel))
            cancel.Dispose();

        // What failed while stopping may have failed because of it: it runs again next time.
        if (!stopping || kind == DeliveryKind.Result)
            answered(key, kind, payload);
        if (stopping && running.Count == 0)
            loop.After(() => idle!.TrySetResult());
    }
}
