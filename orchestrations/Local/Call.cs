using System.Globalization;
using System.Text.Json;
using Mammoth.Orchestrations.Runtime;

namespace Mammoth.Orchestrations.Local;

internal enum CallKind
{
    Activity,
    Orchestration,
    Entity,
    Timer,

    /// <summary>An operation of an entity that is not waited for.</summary>
    Signal,

    /// <summary>An event to another instance.</summary>
    Send,
}

/// <summary>Something an orchestration asked for, numbered in the order of asking within its turn.</summary>
/// <param name="Name">Of the activity, orchestration, operation or event.</param>
/// <param name="Target">The child's id, the entity, or the event's receiver.</param>
/// <param name="Payload">JSON; a timer's due time.</param>
internal sealed record Call(int Number, CallKind Kind, string Name, string Target, string Payload)
{
    internal DateTimeOffset Due => DateTimeOffset.Parse(Payload, CultureInfo.InvariantCulture, DateTimeStyles.RoundtripKind);

    internal EntityId Entity
    {
        get
        {
            int at = Target.IndexOf('@', 1);
            return new(Target[1..at], Target[(at + 1)..]);
        }
    }

    internal JsonElement Json => Runtime.Payload.Parse(Payload);

    /// <summary>For messages: <c>the activity 'CopyChunk'</c>.</summary>
    public override string ToString() => Kind switch
    {
        CallKind.Timer => $"a timer until {Payload}",
        CallKind.Activity => $"the activity '{Name}'",
        CallKind.Orchestration => $"the orchestration '{Name}' as '{Target}'",
        CallKind.Entity => $"the operation '{Name}' of {Target}",
        CallKind.Signal => $"a signal '{Name}' to {Target}",
        _ => $"the event '{Name}' to '{Target}'",
    };
}
