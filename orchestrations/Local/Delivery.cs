namespace Mammoth.Orchestrations.Local;

internal enum DeliveryKind
{
    /// <summary>The turn starts; the payload is its input.</summary>
    Start,

    /// <summary>A call's result.</summary>
    Result,

    /// <summary>A call's failure.</summary>
    Failure,

    /// <summary>An event.</summary>
    Event,
}

/// <summary>Something handed to an orchestration, in this order: the history of a turn.</summary>
/// <param name="Sequence">From 1 within the turn.</param>
/// <param name="Call">The number of the call it answers, or 0.</param>
/// <param name="Name">The event's name, or empty.</param>
/// <param name="At">When it came, UTC.</param>
internal sealed record Delivery(long Sequence, DeliveryKind Kind, int Call, string Name, string Payload, DateTimeOffset At);
