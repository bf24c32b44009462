using Microsoft.Extensions.Logging;

namespace Mammoth.Orchestrations.Runtime;

/// <summary>What an activity knows of the call it serves.</summary>
/// <param name="InstanceId">The orchestration that called.</param>
/// <param name="Attempt">Which try of the call this is, from 1. The same try can run more than once.</param>
/// <param name="Cancellation">The host is stopping, or the orchestration was cancelled.</param>
public sealed record ActivityContext(string InstanceId, int Attempt, ILogger Logger, CancellationToken Cancellation);
