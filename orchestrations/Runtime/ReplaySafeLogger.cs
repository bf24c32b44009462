using Microsoft.Extensions.Logging;

namespace Mammoth.Orchestrations.Runtime;

/// <summary>
/// Says nothing while the orchestration runs again over what its history knows: each line appears once. It writes outside of the turn's synchronization context,
/// which drops what is not the turn's: a logger may await (the Functions worker's leads into the channel to its host, whose reader goes on inline in the thread that
/// writes), and what it awaits would never go on.
/// </summary>
internal sealed class ReplaySafeLogger(IOrchestrationPort port) : ILogger
{
    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => port.Logger.BeginScope(state);

    public bool IsEnabled(LogLevel logLevel) => !port.IsReplaying && port.Logger.IsEnabled(logLevel);

    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
    {
        if (!IsEnabled(logLevel))
            return;
        SynchronizationContext? turn = SynchronizationContext.Current;
        SynchronizationContext.SetSynchronizationContext(null);
        try
        {
            port.Logger.Log(logLevel, eventId, state, exception, formatter);
        }
        finally
        {
            SynchronizationContext.SetSynchronizationContext(turn);
        }
    }
}
