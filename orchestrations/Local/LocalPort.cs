using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Mammoth.Orchestrations.Runtime;
using Microsoft.Extensions.Logging;

namespace Mammoth.Orchestrations.Local;

/// <summary>
/// The port of one turn: takes deliveries one by one and notes the calls each of them leads to. Handed a delivery with the calls the journal
/// knows for it, it replays, and notes where the code asks for something else.
/// </summary>
internal sealed class LocalPort(InstanceRow instance, Registry registry, ILogger logger) : IOrchestrationPort
{
    private readonly Dictionary<int, TaskCompletionSource<JsonElement>> pending = [];
    private readonly Dictionary<string, TaskCompletionSource<JsonElement>> waiters = new(StringComparer.OrdinalIgnoreCase);
    private readonly List<(string Name, JsonElement Payload)> untaken = [];
    private List<Call> made = [];
    private Queue<Call>? known;
    private Task<TurnOutcome>? turn;
    private int calls;
    private int ids;

    public string InstanceId => instance.Id;

    public DateTimeOffset UtcNow { get; private set; }

    public bool IsReplaying => known is not null;

    public ILogger Logger => logger;

    /// <summary>The last custom status that was set, as JSON.</summary>
    internal string? Custom { get; private set; } = instance.Custom;

    /// <summary>How the turn ended, or null while it goes on. A turn whose code is not deterministic has failed, whatever the code made of it.</summary>
    internal TurnOutcome? Outcome => Mismatch is { } failure ? new TurnOutcome.Failed(failure) : turn is { IsCompletedSuccessfully: true } ? turn.Result : null;

    /// <summary>Where the code asked for something else than the journal knows.</summary>
    internal Failure? Mismatch { get; private set; }

    /// <summary>Events that came and that nothing waited for, in order.</summary>
    internal IReadOnlyList<(string Name, JsonElement Payload)> Untaken => untaken;

    /// <summary>Whether a call is still to be answered.</summary>
    internal bool Awaits(int call) => pending.ContainsKey(call);

    /// <summary>Hands over a delivery for the first time.</summary>
    /// <returns>The calls that the code made before it waited again.</returns>
    internal IReadOnlyList<Call> Deliver(Delivery delivery)
    {
        made = [];
        HandOver(delivery);
        return made;
    }

    /// <summary>Hands over a delivery again, with the calls it led to.</summary>
    internal void Replay(Delivery delivery, IEnumerable<Call> expected)
    {
        known = new(expected);
        HandOver(delivery);
        if (known.TryDequeue(out var missing))
            Differs($"the journal has {missing}, which the code does not call any more");
        known = null;
    }

    public Guid NewGuid()
    {
        Span<byte> hash = stackalloc byte[32];
        SHA256.HashData(Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{instance.Execution}/{++ids}")), hash);
        hash[6] = (byte)((hash[6] & 0x0F) | 0x80);
        hash[8] = (byte)((hash[8] & 0x3F) | 0x80);
        return new Guid(hash[..16], bigEndian: true);
    }

    public Task<JsonElement> CallActivity(string name, JsonElement input) => Pending(CallKind.Activity, name, "", input.GetRawText());

    public Task<JsonElement> CallOrchestration(string name, JsonElement input, string instanceId) =>
        Pending(CallKind.Orchestration, name, instanceId, input.GetRawText());

    public Task<JsonElement> CallEntity(EntityId id, string operation, JsonElement args) =>
        Pending(CallKind.Entity, operation, id.ToString(), args.GetRawText());

    public void SignalEntity(EntityId id, string operation, JsonElement args) => Note(CallKind.Signal, operation, id.ToString(), args.GetRawText());

    public void SendEvent(string instanceId, string name, JsonElement payload) => Note(CallKind.Send, name, instanceId, payload.GetRawText());

    public Task Timer(DateTimeOffset due, CancellationToken cancel)
    {
        var timer = Pending(CallKind.Timer, "", "", due.ToString("O", CultureInfo.InvariantCulture));
        int number = calls;
        cancel.Register(() => pending.Remove(number));
        return timer;
    }

    public Task<JsonElement> NextEvent(string name)
    {
        int i = untaken.FindIndex(e => string.Equals(e.Name, name, StringComparison.OrdinalIgnoreCase));
        if (i >= 0)
        {
            var payload = untaken[i].Payload;
            untaken.RemoveAt(i);
            return Task.FromResult(payload);
        }

        var waiter = new TaskCompletionSource<JsonElement>();
        waiters.Add(name, waiter);
        return waiter.Task;
    }

    public void SetStatus(JsonElement status) => Custom = status.GetRawText();

    private void HandOver(Delivery delivery)
    {
        if (delivery.At > UtcNow)
            UtcNow = delivery.At;
        var payload = Payload.Parse(delivery.Payload);
        TaskCompletionSource<JsonElement>? waiter;
        switch (delivery.Kind)
        {
            case DeliveryKind.Start:
                turn = Turn.Start(this, instance.Name, payload, registry);
                break;
            case DeliveryKind.Result when pending.Remove(delivery.Call, out waiter):
                waiter.SetResult(payload);
                break;
            case DeliveryKind.Failure when pending.Remove(delivery.Call, out waiter):
                waiter.SetException(new FailureException(Payload.To<Failure>(payload)));
                break;
            case DeliveryKind.Event when waiters.Remove(delivery.Name, out waiter):
                waiter.SetResult(payload);
                break;
            case DeliveryKind.Event:
                untaken.Add((delivery.Name, payload));
                break;
            default:
                // The answer to a timer that was given up meanwhile.
                break;
        }
    }

    private Task<JsonElement> Pending(CallKind kind, string name, string target, string payload)
    {
        Note(kind, name, target, payload);
        var answer = new TaskCompletionSource<JsonElement>();
        pending.Add(calls, answer);
        return answer.Task;
    }

    private void Note(CallKind kind, string name, string target, string payload)
    {
        var call = new Call(++calls, kind, name, target, payload);
        if (known is null)
            made.Add(call);
        else if (!known.TryDequeue(out var expected))
            Differs($"the code calls {call}, which the journal does not have");
        else if (expected != call)
            Differs(expected.ToString() == call.ToString() ? $"the code calls {call} with {call.Payload}, the journal has it with {expected.Payload}" : $"the code calls {call}, the journal has {expected}");
    }

    private void Differs(string what) => Mismatch ??= new(
        "NonDeterminism",
        $"'{instance.Id}' can't go on from its journal: at call {calls} of {instance.Name}, {what}. "
        + "The code is not deterministic, or another version of it started this run; run it with that version, or start a new one.");
}
