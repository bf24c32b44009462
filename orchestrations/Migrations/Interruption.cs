using Mammoth.Orchestrations.Runtime;

namespace Mammoth.Orchestrations.Migrations;

/// <summary>
/// Why a run can't go on for now: something that may pass has outlasted all retries. Everything it did stands, and it waits for <see cref="GoOn"/>.
/// </summary>
/// <param name="Number">From 1 within the run.</param>
/// <param name="Message">What went wrong, a sentence.</param>
public sealed record Interruption(int Number, string Message, string? WayOut);

/// <summary>Ends an <see cref="Interruption"/>: whoever sends it believes that the cause has passed.</summary>
/// <param name="Number">The interruption that is meant: one that ended before is not ended again.</param>
public sealed record GoOn(int Number) : IEvent;
