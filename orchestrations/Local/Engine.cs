using System.Text.Json;
using Mammoth.Iceberg.Faults;
using Mammoth.Orchestrations.Runtime;
using Microsoft.Extensions.Logging;

namespace Mammoth.Orchestrations.Local;

/// <summary>Lets instances step: hands over a delivery, journals the calls it led to, carries them out. All of it on the loop's thread.</summary>
internal sealed class Engine : IDisposable
{
    private readonly Dictionary<string, Instance> live = new(StringComparer.Ordinal);
    private readonly Queue<Instance> ready = new();
    private readonly HashSet<Instance> queued = [];
    private readonly Registry registry;
    private readonly LocalOptions options;
    private readonly ILogger logger;
    private readonly ActivityRuns activities;
    private readonly Timers timers;

    internal Engine(Journal journal, Registry registry, LocalOptions options)
    {
        Journal = journal;
        this.registry = registry;
        this.options = options;
        logger = options.Loggers.CreateLogger("Mammoth.Orchestrations");
        Loop = new Loop(journal, options, Step);
        activities = new ActivityRuns(registry, Loop, options, Answer);
        timers = new Timers(options.Time, Loop, key => Answer(key, DeliveryKind.Result, "null"));
    }

    internal Loop Loop { get; }

    internal Journal Journal { get; }

    internal ActivityRuns Activities => activities;

    /// <summary>What changed in an instance; raised after the commit.</summary>
    internal event Action<InstanceRow>? Changed;

    internal Instance? Live(string id) => live.GetValueOrDefault(id);

    internal IEnumerable<Instance> LiveTree(string id) => [.. live.Values.Where(i => i.Id == id || i.Id.StartsWith(id + ".", StringComparison.Ordinal))];

    /// <summary>Brings back all instances that have not ended.</summary>
    internal void Resume()
    {
        foreach (var row in Journal.Unfinished().ToArray())
            live.Add(row.Id, new Instance(row));
        foreach (var instance in live.Values.ToArray())
        {
            var deliveries = Journal.Deliveries(instance.Row).ToArray();
            instance.LastSequence = deliveries[^1].Sequence;
            foreach (var delivery in deliveries.Where(d => d.Sequence > instance.Row.Cursor))
                instance.Waiting.Enqueue(delivery);
            if (instance.Row.Cursor > 0)
                Restore(instance, deliveries);
            Ready(instance);
        }
    }

    /// <summary>A new instance. An ended one of that id, and its children, are forgotten.</summary>
    internal void Start(string id, string name, string input, ParentCall? parent)
    {
        if (parent is null)
            Forget(id);
        var now = options.Time.GetUtcNow();
        var row = new InstanceRow { Id = id, Name = name, State = InstanceState.Running, Turn = 0, Start = Guid.NewGuid().ToString("N"), Parent = parent, Created = now, Updated = now };
        var instance = new Instance(row);
        live.Add(id, instance);
        Save(instance, row);
        Append(instance, DeliveryKind.Start, 0, "", input);
    }

    /// <summary>Journals something for an instance, to be handed over in its turn.</summary>
    internal void Append(Instance instance, DeliveryKind kind, int call, string name, string payload)
    {
        var delivery = new Delivery(++instance.LastSequence, kind, call, name, payload, options.Time.GetUtcNow());
        Journal.Save(instance.Row, delivery);
        instance.Waiting.Enqueue(delivery);
        Ready(instance);
    }

    /// <summary>Ends an instance and answers the call it was made by.</summary>
    internal void End(Instance instance, InstanceState state, string? output, Failure? failure)
    {
        string? failed = failure is null ? null : Payload.Of(failure).GetRawText();
        live.Remove(instance.Id);
        Save(instance, instance.Row with { State = state, Output = output, Failure = failed });
        if (instance.Row.Parent is { } parent && Live(parent.Id) is { } caller && caller.Row.Execution == parent.Execution)
            Append(caller, failed is null ? DeliveryKind.Result : DeliveryKind.Failure, parent.Number, "", failed ?? output!);
        Loop.After(() => activities.Cancel(instance.Id));
    }

    internal void SetState(Instance instance, InstanceState state)
    {
        Save(instance, instance.Row with { State = state });
        Ready(instance);
    }

    public void Dispose()
    {
        timers.Dispose();
        activities.Dispose();
        Loop.Dispose();
    }

    private void Ready(Instance instance)
    {
        if (instance.Waiting.Count > 0 && instance.Row.State == InstanceState.Running && queued.Add(instance))
            ready.Enqueue(instance);
    }

    private void Save(Instance instance, InstanceRow row)
    {
        bool visible = instance.Row.State != row.State || instance.Row.Custom != row.Custom || instance.Row.Turn != row.Turn || row.Cursor == 0;
        row = visible ? row with { Updated = options.Time.GetUtcNow() } : row;
        instance.Row = row;
        Journal.Save(row);
        if (visible)
            Loop.After(() => Changed?.Invoke(row));
    }

    private void Answer(CallKey key, DeliveryKind kind, string payload)
    {
        if (Live(key.Id) is { } instance && instance.Row.Execution == key.Execution && instance.Port?.Awaits(key.Number) == true)
            Append(instance, kind, key.Number, "", payload);
    }

    private bool Step()
    {
        while (ready.TryDequeue(out var instance))
        {
            queued.Remove(instance);
            if (instance.Row.State != InstanceState.Running || !instance.Waiting.TryDequeue(out var delivery))
                continue;
            Step(instance, delivery);
            Ready(instance);
            return true;
        }

        return false;
    }

    private void Step(Instance instance, Delivery delivery)
    {
        if (instance.Port is null || options.ReplayAlways)
            instance.Port = Instance.Replay(Journal, instance.Row, registry, logger);
        var port = instance.Port;
        var calls = port.Mismatch is null ? port.Deliver(delivery) : [];
        var outcome = port.Outcome;
        if (outcome is TurnOutcome.Again again)
        {
            NextTurn(instance, again.Input, port, delivery, calls);
            return;
        }

        Save(instance, instance.Row with { Cursor = delivery.Sequence, Custom = port.Custom });
        if (delivery is { Kind: DeliveryKind.Event, Name: Turn.CancelEvent })
            Loop.After(() => activities.Cancel(instance.Id));
        foreach (var call in calls)
        {
            Journal.Save(instance.Row, delivery.Sequence, call);
            CarryOut(instance, call);
        }

        if (outcome is TurnOutcome.Done done)
            End(instance, InstanceState.Completed, done.Output.GetRawText(), null);
        else if (outcome is TurnOutcome.Failed failed)
            End(instance, InstanceState.Failed, null, failed.Failure);
    }

    /// <summary>Continues as new. Events that were not taken go along: those the turn handed back first, then those it never asked for, then those that just came.</summary>
    private void NextTurn(Instance instance, JsonElement input, LocalPort port, Delivery last, IReadOnlyList<Call> calls)
    {
        bool ToItself(Call call) => call.Kind == CallKind.Send && call.Target == instance.Id;
        (string Name, string Payload)[] events =
        [
            .. calls.Where(ToItself).Select(c => (c.Name, c.Payload)),
            .. port.Untaken.Select(e => (e.Name, e.Payload.GetRawText())),
            .. instance.Waiting.Where(d => d.Kind == DeliveryKind.Event).Select(d => (d.Name, d.Payload)),
        ];
        foreach (var call in calls.Where(c => !ToItself(c)))
            CarryOut(instance, call);

        if (!options.KeepTurns)
            Journal.DeleteHistory(instance.Id);
        else
            foreach (var call in calls)
                Journal.Save(instance.Row, last.Sequence, call);
        Failpoints.ContinuedAsNew.PassNow();
        instance.Waiting.Clear();
        instance.Port = null;
        instance.LastSequence = 0;
        Save(instance, instance.Row with { Turn = instance.Row.Turn + 1, Cursor = 0, Custom = port.Custom });
        Append(instance, DeliveryKind.Start, 0, "", input.GetRawText());
        foreach (var (name, payload) in events)
            Append(instance, DeliveryKind.Event, 0, name, payload);
    }

    /// <summary>What is the journal's happens at once; what has effects outside starts after the commit.</summary>
    private void CarryOut(Instance instance, Call call)
    {
        var key = instance.Key(call.Number);
        switch (call.Kind)
        {
            case CallKind.Activity:
                Loop.After(() => activities.Start(key, call));
                break;
            case CallKind.Timer:
                Loop.After(() => timers.Add(key, call.Due));
                break;
            case CallKind.Orchestration:
                Start(call.Target, call.Name, call.Payload, new ParentCall(instance.Id, instance.Row.Execution, call.Number));
                break;
            case CallKind.Send:
                if (Live(call.Target) is { } receiver)
                    Append(receiver, DeliveryKind.Event, 0, call.Name, call.Payload);
                break;
            default:
                Operate(instance, call);
                break;
        }
    }

    private void Operate(Instance instance, Call call)
    {
        var kind = DeliveryKind.Result;
        string answer;
        try
        {
            answer = Operate(call.Entity, call.Name, call.Json).GetRawText();
        }
        catch (FailureException e)
        {
            logger.LogWarning("The operation {Operation} of {Entity} failed: {Message}", call.Name, call.Target, e.Failure.Message);
            (kind, answer) = (DeliveryKind.Failure, Payload.Of(e.Failure).GetRawText());
        }

        if (call.Kind == CallKind.Entity)
            Append(instance, kind, call.Number, "", answer);
    }

    /// <summary>Runs an operation and keeps the entity's next state.</summary>
    /// <exception cref="FailureException">It failed; the state is as before.</exception>
    internal JsonElement Operate(EntityId id, string operation, JsonElement args)
    {
        string? before = Journal.EntityState(id.Name, id.Key);
        var (state, result) = registry.RunEntity(id, before is null ? null : Payload.Parse(before), operation, args);
        string? after = state?.GetRawText();
        if (after != before)
            Journal.SaveEntity(id.Name, id.Key, after);
        return result;
    }

    private void Restore(Instance instance, Delivery[] deliveries)
    {
        instance.Port = Instance.Replay(Journal, instance.Row, registry, logger);
        if (instance.Port.Mismatch is { } mismatch)
        {
            End(instance, InstanceState.Failed, null, mismatch);
            return;
        }

        var calls = Journal.Calls(instance.Row);
        var cancelled = deliveries.FirstOrDefault(d => d is { Kind: DeliveryKind.Event, Name: Turn.CancelEvent } && d.Sequence <= instance.Row.Cursor);
        var answered = deliveries.Where(d => d.Call > 0).Select(d => d.Call).ToHashSet();
        foreach (var before in calls.GroupBy(step => cancelled is null || step.Key < cancelled.Sequence).OrderByDescending(g => g.Key))
        {
            foreach (var call in before.SelectMany(step => step))
                if (call.Kind is CallKind.Activity or CallKind.Timer && instance.Port.Awaits(call.Number) && !answered.Contains(call.Number))
                    CarryOut(instance, call);
            if (before.Key && cancelled is not null)
                Loop.After(() => activities.Cancel(instance.Id));
        }
    }

    private void Forget(string id)
    {
        foreach (var old in Journal.List(id).Where(r => r.Id == id || r.Id.StartsWith(id + ".", StringComparison.Ordinal)))
            if (!live.ContainsKey(old.Id))
                Journal.Delete(old.Id);
    }
}
