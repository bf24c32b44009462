using System.Text.Json;
using Mammoth.Orchestrations.Runtime;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Mammoth.Tests.Runtime;

/// <summary>
/// A port as Durable Functions' worker has it, and the local runtime has not: continuations come back through a synchronization context of the host,
/// a cancelled timer throws, and answers may be there at once.
/// </summary>
internal sealed class QueuedPort : SynchronizationContext, IOrchestrationPort
{
    private readonly Queue<(SendOrPostCallback Callback, object? State)> queue = new();
    private readonly Dictionary<string, TaskCompletionSource<JsonElement>> open = [];

    public string InstanceId => "queued";

    public DateTimeOffset UtcNow { get; set; } = new(2024, 1, 1, 0, 0, 0, TimeSpan.Zero);

    public bool IsReplaying => false;

    public ILogger Logger { get; init; } = NullLogger.Instance;

    /// <summary>What the orchestration asked for, in order.</summary>
    internal List<string> Asked { get; } = [];

    /// <summary>Whether each call of the port came under the host's own synchronization context.</summary>
    internal bool AlwaysOnHost { get; private set; } = true;

    public Guid NewGuid() => new(Asked.Count + 1, 0, 0, new byte[8]);

    public Task<JsonElement> CallActivity(string name, JsonElement input) => Open($"activity {name}");

    public Task<JsonElement> CallOrchestration(string name, JsonElement input, string instanceId) => Open($"child {name} {instanceId}");

    public Task<JsonElement> CallEntity(EntityId id, string operation, JsonElement args) => Open($"entity {operation}");

    public void SignalEntity(EntityId id, string operation, JsonElement args) => Note($"signal {operation}");

    public Task Timer(DateTimeOffset due, CancellationToken cancel)
    {
        string name = $"timer {(due - UtcNow).TotalSeconds}";
        var timer = Open(name);
        cancel.Register(() => open[name].TrySetCanceled(cancel));
        return timer;
    }

    public Task<JsonElement> NextEvent(string name) => Open($"event {name}");

    public void SendEvent(string instanceId, string name, JsonElement payload) => Note($"send {name} to {instanceId}");

    public void SetStatus(JsonElement status) => Note($"status {status.GetRawText()}");

    public override void Post(SendOrPostCallback d, object? state)
    {
        lock (queue)
            queue.Enqueue((d, state));
    }

    public override SynchronizationContext CreateCopy() => this;

    /// <summary>Does something as the host, and all that follows from it.</summary>
    internal T Do<T>(Func<T> action)
    {
        var before = Current;
        SetSynchronizationContext(this);
        try
        {
            var result = action();
            while (queue.TryDequeue(out var work))
                work.Callback(work.State);
            return result;
        }
        finally
        {
            SetSynchronizationContext(before);
        }
    }

    internal void Answer(string what, object? value) => Do(() =>
    {
        open[what].SetResult(Payload.Of(value));
        return true;
    });

    internal void Fail(string what, Exception exception) => Do(() =>
    {
        open[what].SetException(exception);
        return true;
    });

    private Task<JsonElement> Open(string what)
    {
        Note(what);
        open[what] = new TaskCompletionSource<JsonElement>();
        return open[what].Task;
    }

    private void Note(string what)
    {
        AlwaysOnHost &= Current == this;
        Asked.Add(what);
    }
}
