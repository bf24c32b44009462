using Microsoft.Extensions.Logging;

namespace Mammoth.Functions.Durable;

/// <summary>
/// Writes outside of the turn's synchronization context. The worker's log goes to the host through a channel that lets its reader continue inline, in the
/// thread that writes; under the turn's context, which drops what is not the turn's, the first line written left the worker answering nothing any more.
/// </summary>
internal sealed class DurableLogger(ILogger logger) : ILogger
{
    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => logger.BeginScope(state);

    public bool IsEnabled(LogLevel logLevel) => logger.IsEnabled(logLevel);

    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
    {
        var turn = SynchronizationContext.Current;
        SynchronizationContext.SetSynchronizationContext(null);
        try
        {
            logger.Log(logLevel, eventId, state, exception, formatter);
        }
        finally
        {
            SynchronizationContext.SetSynchronizationContext(turn);
        }
    }
}
