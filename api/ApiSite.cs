using System.Collections.Concurrent;
using Mammoth.Migration.Plans;
using Mammoth.Migration.Runs;
using Microsoft.Extensions.Logging;

namespace Mammoth.Api;

/// <summary>What the API works on; one for the life of a host.</summary>
/// <param name="defaults">What a request that says nothing else asks for.</param>
public sealed class ApiSite(MigrationSite site, MigrationOptions defaults, TimeProvider time, ILoggerFactory loggers)
{
    private const int Remembered = 64;

    private readonly ConcurrentDictionary<string, object> _immutable = new(StringComparer.Ordinal);

    public MigrationSite Migration { get; } = site;

    public MigrationOptions Defaults { get; } = defaults;

    public TimeProvider Time { get; } = time;

    internal ILogger Logger { get; } = loggers.CreateLogger("Mammoth.Api");

    /// <summary>One start at a time in this process, so that they do not wait for each other's conditional writes; of several processes <see cref="CurrentRun"/> lets one begin.</summary>
    internal SemaphoreSlim Starting { get; } = new(1, 1);

    /// <summary>A file of a run that is never written again: read once, whoever asks.</summary>
    internal async Task<T> Immutable<T>(string run, string location, CancellationToken cancellation)
        where T : class
    {
        if (_immutable.TryGetValue(location, out object? known))
        {
            return (T)known;
        }

        T read = await Migration.Folder(run).Read<T>(location, cancellation);
        if (_immutable.Count >= Remembered)
        {
            _immutable.Clear();
        }

        _immutable[location] = read;
        return read;
    }
}
