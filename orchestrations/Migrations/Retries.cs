using Mammoth.Orchestrations.Runtime;

namespace Mammoth.Orchestrations.Migrations;

/// <summary>How patient the steps of a migration are with failures that may pass.</summary>
internal static class Retries
{
    /// <summary>A small step: half a minute in all.</summary>
    public static Retry Brief { get; } = new(5, TimeSpan.FromSeconds(1), 2, TimeSpan.FromSeconds(15));

    /// <summary>A chunk: the server may be restarting.</summary>
    public static Retry Patient { get; } = new(6, TimeSpan.FromSeconds(1), 3, TimeSpan.FromMinutes(1));
}
