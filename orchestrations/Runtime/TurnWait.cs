using System.Text.Json;

namespace Mammoth.Orchestrations.Runtime;

/// <summary>A timer or an event that orchestration code waits for; unlike calls, waits can be given up.</summary>
internal sealed class TurnWait(bool cleanup) : IDisposable
{
    /// <summary>Whether it goes on when the orchestration is cancelled.</summary>
    internal bool Cleanup { get; } = cleanup;

    internal TaskCompletionSource<JsonElement> Source { get; } = new();

    /// <summary>Tells the host's timer.</summary>
    internal CancellationTokenSource Host { get; } = new();

    public void Dispose() => Host.Dispose();
}
