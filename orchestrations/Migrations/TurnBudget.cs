using Mammoth.Orchestrations.Runtime;

namespace Mammoth.Orchestrations.Migrations;

/// <summary>
/// Ends the turn of a looping orchestration early where calls are tried again and again: each try is as long in the history as the first, and so is the
/// wait before it. What is under way when the budget is spent may still use up all its tries, as many as there are lanes.
/// </summary>
/// <param name="lanes">Calls at a time.</param>
internal sealed class TurnBudget(OrchestrationContext context, int lanes)
{
    /// <summary>Calls and waits in a history of a thousand events, with some left for the end of the turn.</summary>
    private const int Most = 225;

    /// <summary>Tries and waits between them that a call of <see cref="Retries.Patient"/> may have.</summary>
    private static readonly int PerCall = (2 * Retries.Patient.Attempts) - 1;

    /// <summary>At least two rounds of the lanes: the end of a turn is where they wait for each other.</summary>
    private readonly int _limit = Math.Max(Math.Min(110, Most - (lanes * PerCall)), Math.Min(100, 2 * lanes));

    /// <summary>Whether nothing more is to be begun in this turn. Once it is, it stays.</summary>
    public bool IsSpent => context.Steps >= _limit;
}
