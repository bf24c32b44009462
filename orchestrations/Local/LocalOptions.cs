using System.Text.Json;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Mammoth.Orchestrations.Local;

/// <summary>How the local runtime runs.</summary>
public sealed record LocalOptions
{
    /// <summary>How many activities run at a time.</summary>
    public int MaxActivities { get; init; } = Math.Max(8, Environment.ProcessorCount * 4);

    /// <summary>How long <see cref="LocalHost.Stop"/> waits for activities that were asked to stop.</summary>
    public TimeSpan StopGrace { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>For tests: runs an orchestration from the top at every answer, so that unstable code fails at once instead of after a restart.</summary>
    public bool ReplayAlways { get; init; }

    /// <summary>
    /// Whether each commit of the journal waits for the disk. Without it a killed process loses nothing, a power cut may lose the last moments, which then run again.
    /// </summary>
    public bool Flush { get; init; } = true;

    public ILoggerFactory Loggers { get; init; } = NullLoggerFactory.Instance;

    public TimeProvider Time { get; init; } = TimeProvider.System;

    /// <summary>For tests: keeps the histories of turns that continued as new.</summary>
    internal bool KeepTurns { get; init; }

    /// <summary>For tests: one commit for each message and each step.</summary>
    internal bool CommitEachStep { get; init; }

    /// <summary>For tests: runs after each commit, on the runtime's thread, before anything that was committed is started.</summary>
    internal Action<Journal>? Committed { get; init; }

    /// <summary>For tests: hands a call (the activity's name, what travels to it, and its run) to an activity in the runtime's place, as often as it likes; what it gives is recorded.</summary>
    internal Func<string, JsonElement, Func<Task<JsonElement>>, Task<JsonElement>>? Deliver { get; init; }
}
