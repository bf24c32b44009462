using Microsoft.Extensions.Logging;

namespace Mammoth.Orchestrations.Runtime;

/// <summary>Says nothing while the orchestration runs again over what its history knows: each line appears once.</summary>
internal sealed class ReplaySafeLogger(IOrchestrationPort port) : ILogger
{
    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => port.Logger.BeginScope(state);

    public bool IsEnabled(LogLevel logLevel) => !port.IsReplaying && port.Logger.IsEnabled(logLevel);

    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
    {
        if (IsEnabled(logLevel))
            port.Logger.Log(logLevel, eventId, state, exception, formatter);
    }
}
