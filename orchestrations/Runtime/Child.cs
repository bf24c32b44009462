using System.Runtime.CompilerServices;

namespace Mammoth.Orchestrations.Runtime;

/// <summary>A child orchestration that was started and is waited for later: <c>await child</c>.</summary>
public sealed class Child<TOut>
{
    private readonly OrchestrationContext context;

    internal Child(OrchestrationContext context, string instanceId, Task<TOut> result)
    {
        this.context = context;
        InstanceId = instanceId;
        Result = result;
    }

    public string InstanceId { get; }

    public Task<TOut> Result { get; }

    public TaskAwaiter<TOut> GetAwaiter() => Result.GetAwaiter();

    /// <summary>Sends the child an event; nothing happens when it has ended.</summary>
    public void Send<TEvent>(TEvent payload)
        where TEvent : IEvent => context.Send(InstanceId, payload);

    /// <summary>Asks the child to end (see <see cref="OrchestrationContext.IsCancelled"/>).</summary>
    public void Cancel() => context.Cancel(InstanceId);
}
