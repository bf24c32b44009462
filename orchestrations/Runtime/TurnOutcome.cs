using System.Text.Json;

namespace Mammoth.Orchestrations.Runtime;

/// <summary>How a turn ended, for the host.</summary>
public abstract record TurnOutcome
{
    private TurnOutcome()
    {
    }

    public sealed record Done(JsonElement Output) : TurnOutcome;

    /// <summary>Continue as new.</summary>
    public sealed record Again(JsonElement Input) : TurnOutcome;

    public sealed record Failed(Failure Failure) : TurnOutcome;
}
