using Mammoth.Orchestrations.Runtime;

namespace Mammoth.Orchestrations.Migrations;

/// <summary>How patient the steps of a migration are with failures that may pass.</summary>
internal static class Retries
{
    /// <summary>A step on which the whole run hangs: a quarter of an hour in all.</summary>
    public static Retry Lasting { get; } = new(20, TimeSpan.FromSeconds(1), 2, TimeSpan.FromMinutes(1));

    /// <summary>Several steps in one, which are taken by themselves where this does not help.</summary>
    public static Retry Once { get; } = new(2, TimeSpan.FromSeconds(1));

    /// <summary>A chunk: the server may be restarting.</summary>
    public static Retry Patient { get; } = new(6, TimeSpan.FromSeconds(1), 3, TimeSpan.FromMinutes(1));
}
