namespace Mammoth.Orchestrations.Runtime;

/// <summary>How a turn of a <see cref="LoopingOrchestration{TSelf, TIn, TOut}"/> ended.</summary>
public sealed class Next<TIn, TOut>
{
    private Next(TurnOutcome outcome) => Outcome = outcome;

    internal TurnOutcome Outcome { get; }

    internal static Next<TIn, TOut> Again(TIn next) => new(new TurnOutcome.Again(Payload.Of(next)));

    internal static Next<TIn, TOut> Done(TOut result) => new(new TurnOutcome.Done(Payload.Of(result)));

    public static implicit operator Next<TIn, TOut>(TOut result) => Done(result);
}
